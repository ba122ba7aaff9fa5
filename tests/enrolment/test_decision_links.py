"""Deciding from the letter: expectation 17, rules 12 and 16, promises S2, S4 and S31."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.signing import dumps
from django.urls import reverse

from centre.templatetags.centre_text import short_name
from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import ask_for_seat, decide, tell_deciders, undo_decision
from enrolment.approvals.errors import AlreadyDecided
from enrolment.approvals.links import LIVES, decide_path, line_of, make_token
from enrolment.approvals.tasks import keep_terms_of_requests
from enrolment.doors.actions import transfer_enrolment
from enrolment.models import Approval, Ending, Enrolment, Seat
from notifications.models import Message
from notifications.tasks import send_due_messages
from people.models import Employee, Office
from scheduling.actions import current_plan, replan_session
from tests.enrolment.approvals import (
    asking,
    goes_on_leave,
    hr_admin,
    kinds_of,
    leads_no_more,
    led_office,
    member,
)
from tests.factories import PASSWORD, EmploymentFactory, SessionFactory, in_days, moscow

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
# A Monday, outside the quiet hours.
NOW = moscow(2026, 3, 2, 10)
PAGE = "/decisions/letter/"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def office():
    return led_office(deputy=True)


def link_of(request, decider):
    return decide_path(decider, line_of(request))


def opened(client, request, decider):
    return client.get(link_of(request, decider), follow=True, headers=ENGLISH)


def main_of(response):
    return response.content.decode().partition("<main")[2].partition("</main")[0]


def press(client, decision, **fields):
    return client.post(PAGE, {"decision": decision, **fields}, follow=True, headers=ENGLISH)


def read_in(text):
    return re.search(r'name="requests" value="([^"]+)"', text)[1]


def move(session, by):
    session.refresh_from_db()
    plan = current_plan(session)
    [meeting] = plan.meetings
    moved = plan.with_meeting(0, starts_at=meeting.starts_at + by, ends_at=meeting.ends_at + by)
    replan_session(session, moved.meetings, by=None, version=session.version)


def asked(*requests):
    return [
        one.approval == Approval.ASKED
        for one in Enrolment.objects.filter(pk__in=[row.pk for row in requests]).order_by("pk")
    ]


def letters():
    mail.outbox.clear()
    tell_deciders(NOW)
    send_due_messages()
    return mail.outbox


# --- the letter -----------------------------------------------------------------------------------


def test_17_each_request_of_the_letter_has_a_link_that_only_the_letter_holds(client, office):
    requests = [asking(office) for _number in range(2)]

    [letter] = letters()

    paths = re.findall(r"http://127\.0\.0\.1:8000(/decisions/letter/\S+)", letter.body)
    assert letter.to == [office.head.email]
    assert len(paths) == 2
    html = letter.alternatives[0][0]
    assert all(f'href="http://127.0.0.1:8000{path}"' in html for path in paths)
    kept = Message.objects.get(kind="requests_waiting").body
    assert "/decisions/letter/" not in kept
    assert "http://127.0.0.1:8000/decisions/" in kept
    shown = [main_of(client.get(path, follow=True)) for path in paths]
    assert {short_name(one.trainee) in text for one, text in zip(requests, shown, strict=True)} == {True}


def test_17_the_deputy_who_stands_in_and_hr_for_heads_get_links_of_their_own(office):
    hr = hr_admin()
    goes_on_leave(office.head)
    asking(office)
    ask_for_seat(office.head, SessionFactory(), consents=True)

    told = {letter.to[0]: letter.body for letter in letters()}

    assert set(told) == {office.deputy.email, hr.email}
    assert all("/decisions/letter/" in body for body in told.values())


def test_17_what_the_letter_does_not_name_it_counts(office):
    session = SessionFactory(seats=50)
    for _number in range(22):
        asking(office, session)
    Employee.objects.filter(pk=office.head_id).update(language="en")

    [letter] = letters()

    assert letter.body.count("/decisions/letter/") == 20
    assert "2 more are on the page." in letter.body


# --- looking --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_17_looking_at_a_link_decides_nothing_and_uses_nothing_up(client, office, method):
    request = asking(office)

    for _program in range(3):
        assert getattr(client, method)(link_of(request, office.head), follow=True).status_code == 200
        assert getattr(client, method)(PAGE, {"decision": "grant"}).status_code == 200

    assert asked(request) == [True]
    assert client.post(link_of(request, office.head), {"decision": "grant"}).status_code == 405


def test_17_the_page_shows_this_request_alone_with_the_numbers_of_the_shift(client, office):
    colleague, session = member(office), SessionFactory(starts_at=in_days(14))
    enrol(colleague, SessionFactory(starts_at=in_days(14, 15)))
    request, other = asking(office, session), asking(office)

    response = opened(client, request, office.head)
    text = main_of(response)

    assert response.redirect_chain == [(PAGE, 302)]
    assert short_name(request.trainee) in text
    assert request.course.title in text
    assert "1 colleague of the office has training." in text
    assert "in training 1, at most 1 may be." in text
    assert f"You decide as {short_name(office.head)}" in text
    for hidden in (request.trainee.first_name, colleague.last_name, other.trainee.last_name):
        assert hidden not in text
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "no-store" in response.headers["Cache-Control"]


def test_s2_forged_links_open_nothing(client, office):
    request = asking(office)
    token = make_token(office.head, line_of(request))

    for forged in (
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        "made-up",
        dumps([office.head.pk, line_of(request), ""], salt="x"),
    ):
        assert client.get(reverse("enrolment:decide_by_link", args=[forged])).status_code == 404
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"decision": "grant"}).status_code == 404
    assert asked(request) == [True]


# --- deciding -------------------------------------------------------------------------------------


def test_17_allowing_by_the_link_gives_the_seat_and_says_by_whom(client, office):
    request = asking(office)
    opened(client, request, office.head)

    answer = press(client, "grant")

    request.refresh_from_db()
    assert (request.approval, request.seat) == (Approval.GRANTED, Seat.HELD)
    assert request.entries.get(kind="granted").by == office.head
    assert "You have allowed it:" in main_of(answer)
    assert "<form" not in main_of(answer)


def test_17_refusing_by_the_link_wants_a_reason_that_the_person_reads(client, office):
    request = asking(office)
    opened(client, request, office.head)

    without = press(client, "refuse")
    assert asked(request) == [True]
    refused = press(client, "refuse", reason="shift", words="Обсудим завтра.")

    request.refresh_from_db()
    assert "Choose a reason or write your own" in main_of(without)
    assert "<details open>" in main_of(without)
    assert request.ended_because == Ending.REFUSED
    assert request.entries.get(kind="refused").reason == (
        "Too few people would be at work that day. Обсудим завтра."
    )
    assert "You have refused it:" in main_of(refused)


@pytest.mark.parametrize("first", ["grant", "refuse"])
def test_17_a_link_works_once_and_then_says_what_was_decided(client, office, first):
    request = asking(office)
    opened(client, request, office.head)
    press(client, first, words="Смена")
    story = kinds_of(request)

    again = opened(client, request, office.head)
    press(client, "grant" if first == "refuse" else "refuse", words="Смена")

    assert ("You have allowed it:" if first == "grant" else "You have refused it:") in main_of(again)
    assert "<form" not in main_of(again)
    assert kinds_of(request) == story


def test_17_who_comes_second_reads_who_was_first(client, office):
    request = asking(office)
    opened(client, request, office.deputy)
    decide(request, granted=True, by=office.head)

    answer = press(client, "refuse", words="Смена")

    assert f"{short_name(office.head)} has allowed it:" in main_of(answer)
    request.refresh_from_db()
    assert request.seat == Seat.HELD


def test_17_after_a_decision_was_taken_back_only_a_newer_letter_decides(client, office):
    request = asking(office)
    used = link_of(request, office.head)
    line = line_of(request)
    decide(request, granted=True, by=office.head)
    undo_decision(request, by=office.head)

    page = client.get(used, follow=True, headers=ENGLISH)
    press(client, "refuse", words="Смена")

    assert "It was taken back since" in main_of(page)
    assert asked(request) == [True]
    with pytest.raises(AlreadyDecided):
        decide(request, granted=True, by=office.head, line=line)
    opened(client, request, office.head)
    press(client, "grant")
    assert asked(request) == [False]


def test_17_another_date_is_another_question(client, office):
    request = asking(office)
    link = link_of(request, office.head)
    transfer_enrolment(
        request,
        SessionFactory(course=request.course, starts_at=in_days(16)),
        by=request.trainee,
        consents=True,
    )

    page = client.get(link, follow=True, headers=ENGLISH)
    press(client, "grant")

    assert "What is asked is not what the letter asked" in main_of(page)
    assert asked(request) == [True]


def test_17_a_link_of_before_a_move_shows_and_decides_what_is_so_now(client, office):
    request = asking(office, SessionFactory(starts_at=in_days(14)))
    link = link_of(request, office.head)
    move(request.session, timedelta(days=1))

    text = main_of(client.get(link, follow=True, headers=ENGLISH))
    press(client, "grant", requests=read_in(text))

    assert re.search(r"17\sMarch", text)
    assert asked(request) == [False]


def test_17_what_was_moved_while_the_page_was_open_is_read_again_before_it_is_decided(client, office):
    request = asking(office, SessionFactory(starts_at=in_days(14)))
    before = read_in(main_of(opened(client, request, office.head)))
    move(request.session, timedelta(days=1))

    text = main_of(press(client, "grant", requests=before))

    assert asked(request) == [True]
    assert f"The session that {short_name(request.trainee)} asks for has changed" in text
    assert re.search(r"17\sMarch", text)
    press(client, "grant", requests=read_in(text))
    assert asked(request) == [False]


@pytest.mark.parametrize("left", [timedelta(), timedelta(seconds=1)])
def test_17_a_link_dies_by_age(client, office, clock, left):
    request = asking(office)
    link = link_of(request, office.head)
    clock.move_to(NOW + LIVES + timedelta(seconds=1) - left, tick=False)

    page = client.get(link, follow=True, headers=ENGLISH)
    press(client, "grant")

    assert ("This link is too old." in main_of(page)) is not bool(left)
    assert asked(request) == [not left]


@pytest.mark.parametrize("how", ["withdrawn", "begun"])
def test_17_a_link_dies_with_its_request(client, office, clock, how):
    request = asking(office, SessionFactory(starts_at=NOW + timedelta(days=2)))
    link = link_of(request, office.head)
    client.get(link)
    if how == "withdrawn":
        cancel_enrolment(request, by=request.trainee)
    else:
        clock.move_to(NOW + timedelta(days=2), tick=False)
        keep_terms_of_requests()
        client.get(link)

    answer = press(client, "grant")

    assert "does not wait for you any more" in main_of(answer)
    request.refresh_from_db()
    assert (request.is_live, request.seat) == (False, Seat.GIVEN_UP)


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["another head", "moved away", "account closed", "another mailbox"])
def test_s31_who_decides_no_more_when_the_button_is_pressed_decides_nothing(client, office, how):
    request = asking(office)
    opened(client, request, office.head)
    match how:
        case "another head":
            leads_no_more(office)
        case "moved away":
            request.trainee.employments.update(office=led_office())
        case "account closed":
            Employee.objects.filter(pk=office.head_id).update(is_active=False)
        case "another mailbox":
            Employee.objects.filter(pk=office.head_id).update(email="new@mfc.example")

    answer = client.post(PAGE, {"decision": "grant"}, headers=ENGLISH)
    page = client.get(PAGE, headers=ENGLISH)

    assert asked(request) == [True]
    # Somebody who leads no more signs in, as everybody does who has no link.
    expected = 404 if how in {"account closed", "another mailbox"} else 302
    assert (answer.status_code, page.status_code) == (expected, expected)


def test_s31_a_head_of_yesterday_reads_nothing_of_what_others_decide(client, office):
    request, before = asking(office), office.head
    link = link_of(request, before)
    leads_no_more(office)
    decide(request, granted=True, by=office.deputy)
    client.force_login(before)

    page = client.get(link, follow=True, headers=ENGLISH)

    assert "Somebody else decides about this request now." in main_of(page)
    assert office.deputy.last_name not in main_of(page)
    assert request.trainee.last_name not in main_of(page)


def test_s4_nobody_decides_about_their_own_request_by_a_link(client, office):
    own = ask_for_seat(office.head, SessionFactory(), consents=True)

    assert client.get(link_of(own, office.head), follow=True).redirect_chain[-1][0].startswith("/sign-in/")
    client.force_login(office.head)
    opened(client, own, office.head)
    press(client, "grant")

    assert asked(own) == [True]


def test_s31_hr_signs_in_by_the_form_and_comes_to_the_request(client, office):
    hr = hr_admin()
    hr.set_password(PASSWORD)
    hr.save()
    of_head = ask_for_seat(office.head, SessionFactory(), consents=True)

    page = opened(client, of_head, hr)
    assert page.redirect_chain[-1][0] == f"/sign-in/?next={PAGE}"
    assert client.post(PAGE, {"decision": "grant"}).status_code == 302
    assert asked(of_head) == [True]
    page = client.post(
        f"/sign-in/?next={PAGE}",
        {"username": hr.username, "password": PASSWORD},
        follow=True,
        headers=ENGLISH,
    )
    assert short_name(office.head) in main_of(page)
    press(client, "grant")

    of_head.refresh_from_db()
    assert of_head.entries.get(kind="granted").by == hr


def test_s31_somebody_else_gets_nothing_by_a_link_of_hr(client, office):
    hr, other = hr_admin(), hr_admin()
    of_head = ask_for_seat(office.head, SessionFactory(), consents=True)
    client.force_login(other)

    assert opened(client, of_head, hr).status_code == 404
    assert client.post(PAGE, {"decision": "grant"}).status_code == 404
    assert asked(of_head) == [True]


def test_s31_a_role_that_was_taken_away_decides_nothing_by_a_link(client):
    hr, request = hr_admin(), ask_for_seat(EmploymentFactory().employee, SessionFactory(), consents=True)
    client.force_login(hr)
    assert short_name(request.trainee) in main_of(opened(client, request, hr))
    hr.groups.clear()

    press(client, "grant")

    assert asked(request) == [True]


def test_17_the_links_page_in_russian_says_the_same(client, office):
    request = asking(office)

    text = main_of(client.get(link_of(request, office.head), follow=True))

    assert "Согласовать заявку?" in text
    assert "Вы решаете как" in text


def test_16_a_decision_by_the_link_is_taken_back_on_the_page_of_decisions(client, office):
    request = asking(office)
    opened(client, request, office.head)
    press(client, "grant")
    client.force_login(Office.objects.get(pk=office.pk).head)

    client.post(reverse("enrolment:undo_decisions"), {"requests": [request.pk]})

    assert asked(request) == [True]
