"""The page "Waiting for your decision": expectations 13, 14, 16, 17 and 40, promises S2, S4 and S31."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from centre.templatetags.centre_text import short_name
from enrolment.actions import enrol
from enrolment.approvals.actions import ask_for_seat, decide
from enrolment.doors.actions import transfer_enrolment
from enrolment.models import Approval, Ending, Enrolment, Seat
from people.models import Employment, Office
from scheduling.actions import change_limit
from tests.enrolment.approvals import asking, hr_admin, led_office, member
from tests.factories import EmploymentFactory, SessionFactory, in_days

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
PAGE = "/decisions/"


@pytest.fixture
def office(client):
    office = led_office()
    client.force_login(office.head)
    return office


def shown(client):
    return client.get(PAGE, headers=ENGLISH).content.decode()


def send(client, requests, decision, **fields):
    data = {"requests": [one.pk for one in requests], "decision": decision, **fields}
    return client.post(PAGE, data, follow=True, headers=ENGLISH).content.decode()


def test_13_a_head_sees_what_waits_with_its_number_in_the_menu(client, office):
    requests = [asking(office) for _number in range(2)]
    asking()

    page = shown(client)

    assert [one.trainee.full_name in page for one in requests] == [True, True]
    assert "2 requests wait." in page
    assert 'class="count">2</span>' in client.get("/", headers=ENGLISH).content.decode()


def test_13_an_ordinary_employee_has_no_such_entry_and_no_such_page(client, office):
    asking(office)
    client.force_login(member(office))

    assert PAGE not in client.get("/").content.decode()
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE).status_code == 403


def test_14_a_head_sees_who_else_of_the_office_has_training_that_day(client, office):
    colleague, stranger = member(office), EmploymentFactory().employee
    for person in (colleague, stranger):
        enrol(person, SessionFactory(starts_at=in_days(14, 15)))
    enrol(member(office), SessionFactory(starts_at=in_days(15)))
    asking(office, SessionFactory(starts_at=in_days(14)))

    page = shown(client)

    assert "1 colleague of the office has training" in page
    assert "in training 1, at most 1 may be." in page
    assert "With one more it would be too many" in page
    assert [person.last_name in page for person in (colleague, stranger)] == [True, False]


def test_14_a_head_is_warned_before_the_button_of_somebody_away_now_without_the_reason(client, office):
    wish = asking(office)
    Employment.objects.filter(employee=wish.trainee).update(leave="sick")
    client.force_login(office.head)

    page = client.get(reverse("enrolment:decisions")).content.decode()

    assert page.index("сейчас отсутствует") < page.index("Согласовать</button>")
    assert "больничном" not in page


def test_13_40_one_press_allows_without_a_script(client, office):
    request = asking(office)

    page = send(client, [request], "grant")

    request.refresh_from_db()
    assert (request.approval, request.seat) == (Approval.GRANTED, Seat.HELD)
    assert f"Allowed: {request.trainee.short_name}</p>" in page
    assert "Decided just now" in page


def test_13_a_refusal_takes_a_ready_reason_and_own_words(client, office):
    request = asking(office)

    without = send(client, [request], "refuse")
    request.refresh_from_db()
    assert request.approval == Approval.ASKED
    send(client, [request], "refuse", reason="shift", words="Обсудим завтра.")

    request.refresh_from_db()
    assert "Choose a reason or write your own" in without
    assert request.ended_because == Ending.REFUSED
    assert request.entries.get(kind="refused").reason == (
        "Too few people would be at work that day. Обсудим завтра."
    )


def test_13_several_at_once_and_who_could_not_be_decided_is_named(client, office):
    requests = [asking(office) for _number in range(3)]
    office.deputy = member(office)
    office.save()
    decide(requests[1], granted=True, by=office.deputy)

    page = send(client, requests, "grant")

    assert "2 requests are allowed." in page
    assert requests[1].trainee.last_name in page
    assert Enrolment.objects.filter(approval=Approval.GRANTED).count() == 3


def test_16_a_decision_is_taken_back_by_a_button_of_ten_minutes(client, office):
    request = asking(office)
    send(client, [request], "grant")
    undo = reverse("enrolment:undo_decisions")
    assert undo in shown(client)

    client.post(undo, {"requests": [request.pk]})

    request.refresh_from_db()
    assert (request.approval, request.seat) == (Approval.ASKED, Seat.NONE)
    send(client, [request], "grant")
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert undo not in shown(client)


def undo_in_news(page):
    """The form beside the news: where it is sent, and the requests it names."""
    news = page.partition('<div id="messages"')[2].partition("</div>")[0]
    [action] = re.findall(r'action="([^"]+)"', news)
    return action, re.findall(r'name="requests" value="([0-9]+)"', news)


@pytest.mark.parametrize("decision", ["grant", "refuse"])
def test_16_the_news_of_a_decision_brings_the_button_that_takes_it_back(client, office, decision):
    requests = [asking(office) for _number in range(2)]
    action, keys = undo_in_news(send(client, requests, decision, words="Некому работать"))
    assert keys == [str(one.pk) for one in requests]

    page = client.post(action, {"requests": keys}, follow=True, headers=ENGLISH).content.decode()

    assert page.count("Taken back: the request of") == 2
    assert Enrolment.objects.live().filter(approval=Approval.ASKED).count() == 2


def test_16_the_news_stays_until_the_next_page_and_has_no_button_that_undoes_the_undoing(client, office):
    request = asking(office)
    page = send(client, [request], "grant")
    news = page.partition('<div id="messages"')[2].partition("</div>")[0]
    assert 'role="alert"' in news
    assert "<button" in news

    assert "<button" not in shown(client).partition('<div id="messages"')[2].partition("</div>")[0]
    undone = client.post(reverse("enrolment:undo_decisions"), {"requests": request.pk}, follow=True)
    assert "<button" not in undone.content.decode().partition('<div id="messages"')[2].partition("</div>")[0]


def test_s2_a_head_decides_nothing_of_another_office_and_reads_no_name(client, office):
    request = asking()

    page = send(client, [request], "grant")

    request.refresh_from_db()
    assert request.approval == Approval.ASKED
    assert request.trainee.last_name not in page


def test_s4_a_head_cannot_send_their_own_request(client, office):
    request = ask_for_seat(office.head, SessionFactory())

    assert office.head.full_name not in shown(client)
    send(client, [request], "grant")

    request.refresh_from_db()
    assert request.approval == Approval.ASKED


@pytest.mark.parametrize("who", ["hr", "head"])
def test_s31_who_lost_the_right_while_the_form_was_open_is_refused(client, office, who):
    request = asking(office)
    if who == "hr":
        Enrolment.objects.update(escalated_at=timezone.now())
        client.force_login(hr_admin())
    assert request.trainee.full_name in shown(client)
    Group.objects.get(name=Role.HR_ADMIN).user_set.clear()
    Office.objects.update(head=None)

    answer = client.post(PAGE, {"requests": [request.pk], "decision": "grant"})

    assert answer.status_code == 403
    request.refresh_from_db()
    assert request.approval == Approval.ASKED


def test_s31_a_head_whose_employee_moved_away_is_refused_in_words(client, office):
    request = asking(office)
    request.trainee.employments.update(office=led_office())

    page = send(client, [request], "grant")

    assert "do not wait for you any more" in page
    request.refresh_from_db()
    assert request.approval == Approval.ASKED


def test_rule_12_hr_sees_what_heads_cannot_decide(client):
    office = led_office()
    of_head, of_member = ask_for_seat(office.head, SessionFactory()), asking(office)
    client.force_login(hr_admin())

    page = shown(client)

    assert [one.trainee.full_name in page for one in (of_head, of_member)] == [True, False]
    assert "request for a seat wants a decision" in client.get("/", headers=ENGLISH).content.decode()


def test_odd_forms_are_answered_in_words(client, office):
    for data in (
        {},
        {"requests": "x"},
        {"requests": "1" * 30, "decision": "grant"},
        {"requests": "1", "decision": "?"},
    ):
        assert client.post(PAGE, data).status_code == 200
        assert client.post(reverse("enrolment:undo_decisions"), data).status_code == 302


@pytest.mark.rows_of("enrolment:decisions")
def test_the_page_costs_the_same_for_1_3_and_300_rows(client, office):
    counts = []
    for many in (1, 2, 297):
        session = SessionFactory(seats=100)
        people = [EmploymentFactory(office=office).employee for _number in range(many)]
        Enrolment.objects.bulk_create(
            Enrolment(
                trainee=person,
                session=session,
                course=session.course,
                seat=Seat.NONE,
                approval=Approval.ASKED,
                approval_until=in_days(3),
            )
            for person in people
        )
        enrol(member(office), session)
        with CaptureQueriesContext(connection) as asked:
            shown(client)
        counts.append(len(asked))

    assert len(set(counts)) == 1, counts


def test_16_one_request_whose_session_changed_since_it_was_read_is_read_again(client, office):
    request = asking(office)
    read = values_on(shown(client))[0]
    change_limit(request.session, 5, by=None)

    page = client.post(PAGE, {"requests": read, "decision": "grant"}, follow=True, headers=ENGLISH)

    request.refresh_from_db()
    assert request.approval == Approval.ASKED
    assert f"The session that {short_name(request.trainee)} asks for has changed" in page.content.decode()


def ticks_on(page):
    """The values of the boxes that are ticked together, in the order of the page."""
    boxes = re.findall(r'<input[^>]+type="checkbox"[^>]*>', page)
    return [re.search(r'value="([^"]+)"', box)[1] for box in boxes if 'name="requests"' in box]


def values_on(page):
    return re.findall(r'name="requests"\s+value="([^"]+)"', page)


def test_16_of_several_ticked_one_whose_session_changed_since_it_was_read_stays_in_the_list(client, office):
    changed, *others = [asking(office, SessionFactory(starts_at=in_days(14 + one))) for one in range(3)]
    ticks = ticks_on(shown(client))
    change_limit(changed.session, 5, by=None)

    page = client.post(PAGE, {"requests": ticks, "decision": "grant"}, follow=True, headers=ENGLISH)

    approvals = {one.pk: one.approval for one in Enrolment.objects.all()}
    assert len(ticks) == 3
    assert approvals == {changed.pk: Approval.ASKED} | {one.pk: Approval.GRANTED for one in others}
    text = page.content.decode()
    assert "2 requests are allowed." in text
    assert f"The session that {short_name(changed.trainee)} asks for has changed" in text
    assert ticks_on(text) == [] and len(values_on(text)) > 0  # one is left: its own buttons, no tick


def test_16_of_several_ticked_one_that_is_for_another_date_by_now_is_read_again(client, office):
    changed, other = (asking(office, SessionFactory(starts_at=in_days(14))) for _one in range(2))
    ticks = ticks_on(shown(client))
    date = SessionFactory(course=changed.course, starts_at=in_days(18))
    transfer_enrolment(changed, date, by=changed.trainee, consents=True)

    page = client.post(PAGE, {"requests": ticks, "decision": "grant"}, follow=True, headers=ENGLISH)

    approvals = {one.pk: one.approval for one in Enrolment.objects.all()}
    assert approvals == {changed.pk: Approval.ASKED, other.pk: Approval.GRANTED}
    text = page.content.decode()
    assert f"The request of {short_name(changed.trainee)} is for another date by now" in text
