"""The pages of heads: their office in a session, sending people, replacing; and staff's quotas (rules 16 and 17)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from centre.templatetags.centre_text import short_name
from enrolment.actions import enrol
from enrolment.models import Enrolment, Reservation, Seat
from enrolment.nominating.actions import nominate
from enrolment.reservations.actions import reserve_seats
from people.models import Employment
from tests.enrolment.approvals import asking, hr_admin, led_office, member
from tests.factories import (
    EmployeeFactory,
    EmploymentFactory,
    MandatorySessionFactory,
    SessionFactory,
    ShiftFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return led_office()


@pytest.fixture
def head(client, office):
    """The browser of the head of the office, who is not counted in its shift."""
    Employment.objects.filter(employee=office.head).update(leave="vacation")
    client.force_login(office.head)
    return client


def page(name, *args):
    return reverse(f"enrolment:{name}", args=args)


def text(response):
    return response.content.decode()


def statements(client, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_rule_17_a_head_chooses_people_reads_the_shift_and_sends_them(head, office):
    session = SessionFactory()
    people = [member(office) for _number in range(10)]
    keys = [one.pk for one in people[:2]]
    address = page("send_people", session.pk)

    chosen = head.get(address)
    assert all(one.full_name in text(chosen) for one in people)
    check = head.post(address, {"people": keys, "step": "check"})
    assert people[0].full_name in text(check)
    assert people[5].full_name not in text(check)
    assert not session.enrolments.exists()
    sent = head.post(address, {"people": keys, "step": "send"}, follow=True)

    assert {one.trainee_id for one in session.enrolments.filter(seat=Seat.HELD)} == set(keys)
    assert short_name(people[0]) in text(sent)


def test_s5_the_check_before_sending_is_a_page_to_come_back_to_and_sends_nobody(head, office):
    session, person = SessionFactory(), member(office)
    address = page("send_people", session.pk)

    check = head.get(address, {"people": person.pk, "step": "check"})
    asked_to_send = head.get(address, {"people": person.pk, "step": "send"})
    nobody = head.get(address, {"step": "check"})

    assert check.context["chosen"]
    assert 'value="send"' in text(check)
    assert asked_to_send.status_code == 200
    assert "Отметьте хотя бы одного человека." in text(nobody)
    assert not session.enrolments.exists()

    head.post(address, {"people": person.pk, "step": "send"})
    assert session.enrolments.get().trainee == person
    assert head.get(address, {"people": person.pk, "step": "check"}).status_code == 200


def test_rule_16_more_than_may_be_away_wants_a_tick_after_the_number(head, office):
    session = SessionFactory()
    keys = [member(office).pk for _number in range(4)]
    address = page("send_people", session.pk)

    check = head.post(address, {"people": keys[:2], "step": "check"})
    assert 'name="despite_shift"' in text(check)
    head.post(address, {"people": keys[:2], "step": "send"})
    assert not session.enrolments.exists()
    head.post(address, {"people": keys[:2], "step": "send", "despite_shift": "on"})

    assert session.enrolments.filter(seat=Seat.HELD).count() == 2


def test_rule_17_people_stand_by_need_and_who_cannot_come_says_why(head, office):
    session = MandatorySessionFactory()
    new = ShiftFactory(office=office, started_on=timezone.localdate()).employee
    overdue = member(office)
    busy = member(office)
    enrol(busy, SessionFactory())
    ill = member(office)
    Employment.objects.filter(employee=ill).update(leave="sick")

    response = head.get(page("send_people", session.pk))
    shown = response.context["found"]

    assert "больничном" not in text(response), "reasons of absence are for HR and the centre"
    assert [one.person for one in shown.ready] == [overdue, new]
    assert [one.need for one in shown.ready] == ["overdue", "due"]
    assert {one.person: bool(one.why_not) for one in shown.others} == {busy: True, ill: True}


def test_rule_17_only_the_own_people_are_offered_and_sent(head, office):
    session = SessionFactory()
    stranger = member(led_office())

    shown = head.get(page("send_people", session.pk)).context["found"]
    head.post(
        page("send_people", session.pk),
        {"people": [stranger.pk, office.head.pk], "step": "send", "despite_shift": "on"},
    )

    assert not shown.ready
    assert not session.enrolments.exists()


def test_rule_17_the_office_in_a_session_keeps_seats_and_gives_them_back(head, office):
    session = SessionFactory()
    enrolment = nominate(member(office), session, by=office.head)
    address = page("office_in_session", session.pk)

    assert enrolment.trainee.full_name in text(head.get(address))
    head.post(address, {"office": office.pk, "seats": 3})
    kept = Reservation.objects.get()
    assert (kept.office, kept.seats, kept.made_by) == (office, 3, office.head)
    head.post(page("release_seats", kept.pk))

    kept.refresh_from_db()
    assert kept.ended_at is not None


def test_rule_17_kept_seats_that_all_have_names_are_not_said_to_be_free_again(head, office):
    session = SessionFactory()
    reserve_seats(session, office, 1, by=office.head)
    kept = Reservation.objects.get()
    nominate(member(office), session, by=office.head)

    there = text(head.get(page("office_in_session", session.pk)))
    given_back = text(head.post(page("release_seats", kept.pk), follow=True))

    assert "у каждого есть имя" in there
    assert page("release_seats", kept.pk) not in there
    assert "снова свободны" not in given_back


def test_rule_17_a_head_reads_of_the_quota_of_the_okrug(head, office):
    type(office).objects.filter(pk=office.pk).update(okrug="ЦАО")
    session = SessionFactory()
    reserve_seats(session, "ЦАО", 3, by=hr_admin())
    reserve_seats(session, "САО", 4, by=hr_admin())

    there = text(head.get(page("office_in_session", session.pk)))

    assert "ЦАО: придержано мест без имени 3" in " ".join(there.split())
    assert "САО: придержано" not in there


def test_s3_a_head_keeps_no_seats_for_another_office_by_a_made_up_field(head, office):
    other = led_office()
    session = SessionFactory()
    kept = reserve_seats(session, other, 1, by=other.head)

    head.post(page("office_in_session", session.pk), {"office": other.pk, "seats": 3, "okrug": "ЦАО"})

    assert head.post(page("release_seats", kept.pk)).status_code == 404
    assert [(one.office, one.seats) for one in Reservation.objects.standing()] == [(other, 1)]


def test_rule_17_a_head_replaces_one_by_another(head, office):
    leaving = nominate(member(office), SessionFactory(), by=office.head)
    substitute = member(office)
    address = page("replace", leaving.pk)

    assert substitute.full_name in text(head.get(address))
    head.post(address, {"substitute": substitute.pk, "reason": "Заболела"})

    leaving.refresh_from_db()
    assert leaving.ended_because == "replaced"
    assert Enrolment.objects.live().get().trainee == substitute


def test_rule_17_the_form_of_a_replacement_says_what_it_needs_and_leads_back(head, office):
    leaving = nominate(member(office), SessionFactory(), by=office.head)

    page = head.post(reverse("enrolment:replace", args=[leaving.pk]), headers={"Accept-Language": "en"})

    form = page.context["form"]
    assert form.fields["substitute"].required
    assert dict(form.errors) == {"substitute": ["Say who comes instead."]}
    back = reverse("enrolment:office_in_session", args=[leaving.session_id])
    assert f'<a class="button button--quiet" href="{back}">' in page.content.decode()


def test_r6_a_second_click_on_a_replacement_leads_to_the_session(head, office):
    leaving = nominate(member(office), SessionFactory(), by=office.head)
    address, choice = page("replace", leaving.pk), {"substitute": member(office).pk}

    first, second = [head.post(address, choice) for _click in range(2)]

    assert first.url == second.url == page("office_in_session", leaving.session_id)
    assert "места в этой группе больше нет" in text(head.get(second.url))


def test_s2_a_head_opens_no_replacement_of_another_office(head):
    other = led_office()
    foreign = nominate(member(other), SessionFactory(), by=other.head)

    assert head.get(page("replace", foreign.pk)).status_code == 404
    assert head.post(page("replace", foreign.pk), {"substitute": foreign.trainee_id}).status_code == 404


def test_rule_17_hr_replaces_anybody_by_the_personnel_number(client, office):
    leaving = nominate(member(office), SessionFactory(), by=office.head)
    job = ShiftFactory(personnel_number="00012345")
    client.force_login(hr_admin())

    client.post(page("replace", leaving.pk), {"number": "12345"})

    assert Enrolment.objects.live().get().trainee == job.employee


def test_rule_17_staff_keep_quotas_of_offices_and_okrugs(client, office):
    session = SessionFactory()
    client.force_login(hr_admin())
    type(office).objects.filter(pk=office.pk).update(okrug="ЦАО")
    address = page("quotas", session.pk)

    client.post(address, {"office": office.pk, "seats": 2, "reason": "План"})
    client.post(address, {"okrug": "ЦАО", "seats": 3})
    both = client.post(address, {"office": office.pk, "okrug": "ЦАО", "seats": 3})
    too_many = client.post(address, {"okrug": "ЦАО", "seats": 30})

    assert both.context["form"].errors
    assert too_many.context["form"].errors
    assert [(one.whom, one.seats) for one in Reservation.objects.standing()] == [
        (office.name, 2),
        ("ЦАО", 3),
    ]
    assert office.name in text(client.get(address))


def test_rule_16_who_was_sent_on_a_day_off_answers_on_the_page_of_the_enrolment_and_of_the_session(
    client, office
):
    first = timezone.localdate(in_days(12))
    person = EmploymentFactory(office=office, work_pattern="2/2", pattern_starts_on=first).employee
    enrolment = nominate(person, SessionFactory(), by=office.head)
    client.force_login(person)
    agree = page("agree_to_day_off", enrolment.pk)

    assert agree in text(client.get(enrolment.get_absolute_url()))
    assert agree in text(client.get(enrolment.session.get_absolute_url()))
    client.post(agree)

    enrolment.refresh_from_db()
    assert enrolment.consented_at is not None
    assert agree not in text(client.get(enrolment.get_absolute_url()))
    assert agree not in text(client.get(enrolment.session.get_absolute_url()))


def test_rule_17_a_person_asks_and_the_head_sends_them_from_the_list(head, office):
    request = asking(office)

    shown = head.get(page("send_people", request.session_id)).context["found"]

    assert [one.asks for one in shown.ready] == [True]


def test_rule_17_for_a_chosen_person_sessions_of_what_they_owe_come_and_the_person_is_ticked(head, office):
    owed, other = MandatorySessionFactory(), SessionFactory(starts_at=in_days(20))
    person = member(office)

    narrow = head.get(page("sessions_to_send_to"), {"person": person.pk})
    every = head.get(page("sessions_to_send_to"), {"person": person.pk, "every": "on"})
    choose = head.get(page("send_people", owed.pk), {"person": person.pk})

    assert [row.session for row in narrow.context["page"]] == [owed]
    assert f"{page('send_people', owed.pk)}?person={person.pk}" in text(narrow)
    assert [row.session for row in every.context["page"]] == [owed, other]
    assert text(choose).count("checked") == 1


def test_rule_17_sessions_beyond_the_first_page_are_a_click_away(head, office, monkeypatch):
    monkeypatch.setattr("enrolment.nominating.coming.ON_A_PAGE", 2)
    sessions = [SessionFactory(starts_at=in_days(day)) for day in (3, 4, 5)]
    titles = [session.course.title for session in sessions]

    first = text(head.get(page("sessions_to_send_to")))
    assert [title in first for title in titles] == [True, True, False]
    assert 'href="?page=2"' in first

    second = text(head.get(page("sessions_to_send_to") + "?page=2"))
    assert [title in second for title in titles] == [False, False, True]


def test_s2_somebody_of_another_office_is_no_person_to_be_sent(head):
    stranger = member(led_office())
    MandatorySessionFactory()

    shown = head.get(page("sessions_to_send_to"), {"person": stranger.pk})

    assert shown.context["chosen"] is None
    assert stranger.last_name not in text(shown)


def test_rule_17_the_planners_page_of_a_session_leads_to_its_quotas(client):
    session = SessionFactory()
    client.force_login(hr_admin())

    assert page("quotas", session.pk) in text(client.get(reverse("scheduling:session", args=[session.pk])))


@pytest.mark.rows_of(
    "enrolment:send_people",
    "enrolment:office_in_session",
    "enrolment:sessions_to_send_to",
    "enrolment:replace",
)
def test_pages_of_heads_cost_the_same_for_any_number_of_people(head, office):
    session = MandatorySessionFactory()
    addresses = [
        page("send_people", session.pk),
        page("office_in_session", session.pk),
        page("sessions_to_send_to"),
        f"{page('sessions_to_send_to')}?every=on&person={member(office).pk}",
    ]
    seated = nominate(member(office), session, by=office.head, despite_shift=True)
    addresses.append(page("replace", seated.pk))
    member(office)
    few = [statements(head, address) for address in addresses]

    for _number in range(3):
        nominate(member(office), session, by=office.head, despite_shift=True)
        enrol(member(office), MandatorySessionFactory(starts_at=in_days(20)))
    many = [statements(head, address) for address in addresses]

    assert many == few
    assert max(many) <= 30


@pytest.mark.parametrize(
    ("hours", "said"),
    [(-1, ""), (1, "Теперь направляйте людей поимённо"), (5 * 24 + 1, "больше нельзя записаться")],
)
def test_rule_17_after_the_day_of_release_a_sentence_stands_where_seats_were_kept(
    client, office, time_machine, hours, said
):
    """The hours count from the day of release."""
    session = SessionFactory()
    time_machine.move_to(session.starts_at - timedelta(days=5) + timedelta(hours=hours))

    client.force_login(office.head)
    own = text(client.get(page("office_in_session", session.pk)))
    client.force_login(hr_admin())
    quotas = text(client.get(page("quotas", session.pk)))

    assert [('name="seats"' in one) for one in (own, quotas)] == [not said, not said]
    assert said in own
    assert said in quotas


@pytest.mark.rows_of("enrolment:quotas")
def test_the_page_of_quotas_costs_the_same_for_any_number(client):
    session = SessionFactory(seats=20)
    staff = hr_admin()
    client.force_login(staff)
    reserve_seats(session, led_office(), 1, by=staff)
    few = statements(client, page("quotas", session.pk))

    for _number in range(3):
        reserve_seats(session, led_office(), 1, by=staff)

    assert statements(client, page("quotas", session.pk)) == few


def test_the_pages_are_whole_in_english_too(client, office):
    office.head.language = "en"
    office.head.save()
    session = SessionFactory()
    nominate(member(office), session, by=office.head)
    EmployeeFactory()
    client.force_login(office.head)

    for address in (page("send_people", session.pk), page("office_in_session", session.pk)):
        assert "Send people" in text(client.get(address, headers={"accept-language": "en"}))
