"""The pages of staff's doors and of changes (rules 6, 10, 11 and 15)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions.access import give_role
from accounts.roles import Role
from enrolment.actions import cancel_enrolment, enrol
from enrolment.doors.letters import cancelled_by_staff
from enrolment.models import Approval, Enrolment, Seat
from notifications.models import Message
from scheduling.actions import cancel_session
from tests.enrolment.approvals import hr_admin, led_office, member
from tests.enrolment.test_doors_changes import clash  # noqa: F401  (a fixture)
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    PositionFactory,
    SessionFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    reader = hr_admin()
    client.force_login(reader)
    return client


def door(session):
    return reverse("enrolment:enrol_somebody", args=[session.pk])


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_rule_11_staff_find_a_person_with_a_typing_error(staff):
    person = EmploymentFactory(employee__last_name="Тихомирова").employee
    session = SessionFactory()

    exact = staff.get(door(session), {"find": "тихомирова"}).context["found"]
    typo = staff.get(door(session), {"find": "тихомерова"}).context["found"]

    assert exact == typo == [person]


def test_rule_11_the_page_says_all_that_stands_in_the_way_and_enrols_in_spite_of_it(staff):
    first, course = CourseFactory.create_batch(2)
    course.audience.add(PositionFactory())
    course.prerequisites.add(first)
    session, person = SessionFactory(course=course), EmployeeFactory()
    address = door(session)

    shown = staff.get(address, {"person": person.pk}).context["door"]
    half = staff.post(address, {"person": person.pk, "overlooks": ["audience"], "despite": "Нужно"})
    silent = staff.post(address, {"person": person.pk, "overlooks": ["audience", "prerequisites"]})
    before = session.enrolments.count()
    staff.post(address, {"person": person.pk, "overlooks": ["audience", "prerequisites"], "despite": "Нужно"})

    assert [code for code, _words in shown.obstacles] == ["audience", "prerequisites"]
    assert "overlooks" in half.context["form"].errors
    assert "despite" in silent.context["form"].errors
    assert before == 0
    assert session.enrolments.get().overlooked == "audience prerequisites"


def test_s4_staff_go_round_no_approval_of_their_own_by_their_door(client):
    office, session = led_office(), SessionFactory()
    planner = member(office)
    give_role(planner, Role.CENTRE_ADMIN, by=None, reason="Приказ № 1")
    client.force_login(planner)

    sent = client.post(door(session), {"person": planner.pk}, follow=True)

    own = session.enrolments.get()
    assert (own.seat, own.approval) == (Seat.NONE, Approval.ASKED)
    assert told(sent) == ["Заявка подана."]


def test_rule_11_the_chosen_person_is_enrolled_by_the_form_of_the_page(staff):
    session, person = SessionFactory(), EmployeeFactory()
    chosen = f"{door(session)}?person={person.pk}"

    page = staff.get(chosen).content.decode()
    staff.post(chosen)

    main = page[page.index("<main") : page.index("</main")]
    assert "<form" in main
    assert " action=" not in main, "the form is sent to its own address"
    assert session.enrolments.get().trainee == person


def test_rule_10_the_page_offers_the_queue_or_a_seat_beyond_the_limit(staff):
    session = SessionFactory(seats=1)
    enrol(EmployeeFactory(), session)
    first, second = EmployeeFactory.create_batch(2)

    page = staff.get(door(session), {"person": first.pk}).content.decode()
    staff.post(door(session), {"person": first.pk, "how": "queue"})
    staff.post(door(session), {"person": second.pk, "how": "exceed", "despite": "Есть стул"})

    assert "2 из 1" in page or "2 of 1" in page
    rows = {one.trainee: (one.seat, one.exceeds) for one in session.enrolments.all()}
    assert (rows[first], rows[second]) == ((Seat.WAITING, False), (Seat.HELD, True))


def test_rule_11_what_no_reason_heals_has_no_button(staff):
    person = EmployeeFactory()
    taken = enrol(person, SessionFactory()).session
    session = SessionFactory(starts_at=taken.starts_at)

    page = staff.get(door(session), {"person": person.pk})

    assert page.context["door"].is_shut
    assert 'name="overlooks"' not in page.content.decode()


def test_rule_10_a_walk_in_beyond_the_limit_needs_the_right_and_a_reason(staff, begun):
    session = begun(people=1, seats=1)
    person = EmployeeFactory()
    address = reverse("enrolment:add_to_sheet", args=[session.pk])

    staff.post(address, {"person": person.pk})
    refused = session.enrolments.filter(trainee=person).exists()
    staff.post(address, {"person": person.pk, "despite": "Пришла без записи"})

    assert not refused
    assert session.enrolments.get(trainee=person).exceeds


def test_rule_10_a_trainer_exceeds_nothing(page, begun):
    session = begun(people=1, seats=1)
    person = EmployeeFactory()

    page.post(
        reverse("enrolment:add_to_sheet", args=[session.pk]), {"person": person.pk, "despite": "Есть стул"}
    )

    assert not session.enrolments.filter(trainee=person).exists()


def test_rule_11_the_panel_lists_all_conditions_met_and_unmet(client):
    course = CourseFactory()
    course.audience.add(PositionFactory())
    course.prerequisites.add(CourseFactory(title="Основы"))
    client.force_login(EmployeeFactory())

    response = client.get(SessionFactory(course=course).get_absolute_url())

    checks = response.context["panel"].checks
    assert [bool(check.unmet) for check in checks] == [False, False, True, False, True, False, False]
    text = response.content.decode()
    assert all(
        check.unmet.message in text for check in checks if check.unmet and "«" not in check.unmet.message
    )


def test_rule_15_a_trainee_changes_the_date_with_one_press(client):
    first = SessionFactory(seats=2)
    other = SessionFactory(course=first.course, seats=1, starts_at=in_days(20))
    full = SessionFactory(course=first.course, seats=1, starts_at=in_days(22))
    enrol(EmployeeFactory(), full)
    enrolment = enrol(EmployeeFactory(), first)
    client.force_login(enrolment.trainee)
    address = reverse("enrolment:dates", args=[enrolment.pk])

    shown = client.get(address).context["dates"]
    refused = client.post(address, {"session": full.pk, "queues": "on"}, follow=True)
    client.post(address, {"session": other.pk})

    enrolment.refresh_from_db()
    assert [one.session for one in shown] == [other, full]
    assert len(told(refused)) == 1
    assert (enrolment.session, enrolment.seat) == (other, Seat.HELD)


def test_rule_15_staff_read_of_the_person_and_not_of_themselves_before_another_date(staff):
    first = SessionFactory()
    busy = SessionFactory(course=first.course, starts_at=in_days(20))
    free = SessionFactory(course=first.course, starts_at=in_days(22))
    enrolment = enrol(EmployeeFactory(), first)
    enrol(enrolment.trainee, SessionFactory(starts_at=busy.starts_at))
    address = reverse("enrolment:dates", args=[enrolment.pk])

    text = staff.get(address, headers={"Accept-Language": "en"}).content.decode()
    done = staff.post(address, {"session": free.pk}, follow=True, headers={"Accept-Language": "en"})

    assert "What the person has is kept" in text
    assert "Busy at that time." in text
    assert "You are already booked" not in text
    [said] = told(done)
    assert said.endswith("We write to the person.")


def test_rule_15_too_late_for_another_date_is_said_before_a_choice(client):
    first = SessionFactory(starts_at=timezone.now() + timedelta(hours=5))
    SessionFactory(course=first.course, starts_at=in_days(20))
    enrolment = enrol(EmployeeFactory(), first)
    client.force_login(enrolment.trainee)

    response = client.get(reverse("enrolment:dates", args=[enrolment.pk]), follow=True)

    assert response.redirect_chain[-1][0] == enrolment.get_absolute_url()
    assert len(told(response)) == 1


def test_rule_11_who_has_another_date_is_led_to_the_change(client):
    first = SessionFactory()
    other = SessionFactory(course=first.course, starts_at=in_days(20))
    enrolment = enrol(EmployeeFactory(), first)
    client.force_login(enrolment.trainee)

    page = client.get(other.get_absolute_url()).content.decode()

    assert f'href="{reverse("enrolment:dates", args=[enrolment.pk])}"' in page


@pytest.mark.parametrize("route", ["dates", "restore", "choose"])
def test_s2_nobody_else_changes_anything(client, route):
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    client.force_login(EmployeeFactory())

    response = client.post(reverse(f"enrolment:{route}", args=[enrolment.pk]), {"keeps": "this"})

    assert response.status_code == 404


@pytest.mark.rows_of("enrolment:dates")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_dates_cost_the_same_for_any_number_of_rows(client, rows, django_assert_num_queries):
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    for day in range(min(rows, 15)):  # ten are shown
        SessionFactory(course=enrolment.course, starts_at=in_days(20 + day))
    client.force_login(enrolment.trainee)

    # Session and user; enrolment, dates, policy, situations (2), the menu's trainer.
    with django_assert_num_queries(2 + 6):
        client.get(reverse("enrolment:dates", args=[enrolment.pk]))


@pytest.mark.rows_of("enrolment:enrol_somebody")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_finding_a_person_costs_the_same_for_any_number_of_rows(staff, rows, django_assert_num_queries):
    EmployeeFactory.create_batch(min(rows, 30), last_name="Тихомирова")  # ten are shown
    session = SessionFactory()
    staff.get(door(session))

    # Session and user; rights, session, people and their work.
    with django_assert_num_queries(2 + 4):
        staff.get(door(session), {"find": "Тихомирова"})


@pytest.mark.rows_of("enrolment:enrol_person")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_choosing_a_date_costs_the_same_for_any_number_of_rows(staff, rows, django_assert_num_queries):
    for day in range(min(rows, 35)):  # thirty are shown
        SessionFactory(starts_at=in_days(5 + day))
    person = EmployeeFactory()

    # Session and user; rights, person, dates, the menu's trainer.
    with django_assert_num_queries(2 + 4):
        staff.get(reverse("enrolment:enrol_person", args=[person.pk]))


def test_rule_15_a_slip_is_taken_back_on_the_page_of_the_enrolment(client):
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    client.force_login(enrolment.trainee)
    cancelled = client.post(reverse("enrolment:cancel", args=[enrolment.pk]), follow=True)

    back = reverse("enrolment:restore", args=[enrolment.pk])
    assert back in cancelled.content.decode()
    client.post(back)

    enrolment.refresh_from_db()
    assert enrolment.seat == Seat.HELD


def test_rule_15_staff_take_a_cancellation_back_with_a_reason(staff):
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    cancel_enrolment(enrolment, by=enrolment.trainee)
    address = reverse("enrolment:restore", args=[enrolment.pk])

    assert address in staff.get(enrolment.get_absolute_url()).content.decode()
    staff.post(address, {"reason": ""})
    staff.post(address, {"reason": "Ошибка"})

    enrolment.refresh_from_db()
    assert (enrolment.seat, enrolment.ended_because) == (Seat.HELD, "")


def test_rule_15_up_to_three_other_dates_after_a_cancellation_by_the_centre(client):
    session = SessionFactory()
    enrolment = enrol(EmployeeFactory(), session)
    others = [SessionFactory(course=session.course, starts_at=in_days(20 + day)) for day in range(5)]
    cancel_session(session, "Заболел тренер", by=None)
    client.force_login(enrolment.trainee)

    home = client.get(reverse("website:home"))
    page = client.get(enrolment.get_absolute_url())
    client.post(reverse("enrolment:enrol_in_session", args=[others[0].pk]), {"consents": "on"})

    assert [one.session for one in page.context["offered"]] == others[:3]
    assert [one.session for one in home.context["cancelled"][0].offered] == others[:3]
    assert home.content.decode().count("Подать заявку на эту дату") == 3, (
        "the head decides about an optional course"
    )
    again = Enrolment.objects.live().get(trainee=enrolment.trainee)
    assert (again.session, again.requested_at) == (others[0], enrolment.requested_at)
    assert client.get(reverse("website:home")).context["cancelled"] == []


def test_rule_15_after_thirty_days_nothing_is_offered_any_more(client):
    session = SessionFactory()
    enrolment = enrol(EmployeeFactory(), session)
    SessionFactory(course=session.course, starts_at=in_days(20))
    cancel_session(session, "Заболел тренер", by=None)
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_at=timezone.now() - timedelta(days=31))
    client.force_login(enrolment.trainee)

    assert client.get(reverse("website:home")).context["cancelled"] == []
    assert client.get(enrolment.get_absolute_url()).context["offered"] == []


def test_rule_6_the_choice_stands_at_home_on_the_panel_and_on_the_enrolment(client, clash):  # noqa: F811
    moved, other = clash
    client.force_login(moved.trainee)
    address = reverse("enrolment:choose", args=[moved.pk])

    pages = [
        client.get(path).content.decode()
        for path in (reverse("website:home"), moved.session.get_absolute_url(), moved.get_absolute_url())
    ]
    client.post(address, {"keeps": "other"})

    moved.refresh_from_db()
    other.refresh_from_db()
    assert [f'action="{address}"' in page for page in pages] == [True, True, True]
    assert (moved.is_live, other.seat) == (False, Seat.HELD)


def test_rule_6_hr_sees_who_did_not_choose(staff, clash):  # noqa: F811
    from enrolment.doors.tasks import note_unanswered_clashes

    moved, _other = clash
    Enrolment.objects.filter(pk=moved.pk).update(clash_since=timezone.now() - timedelta(hours=49))
    note_unanswered_clashes()

    assert staff.get(reverse("enrolment:decisions")).context["unanswered"] == [moved]


def test_rule_11_from_the_page_of_a_person_to_a_date(staff):
    person = EmployeeFactory()
    session = SessionFactory(course__title="Сложный разговор")
    SessionFactory(course__title="Другое", starts_at=in_days(15))

    response = staff.get(reverse("enrolment:enrol_person", args=[person.pk]), {"find": "разговор"})

    assert response.context["sessions"] == [session]
    assert f"{door(session)}?person={person.pk}" in response.content.decode()


def test_another_date_is_offered_where_there_is_one(client):
    session = SessionFactory()
    enrolment = enrol(EmployeeFactory(), session)
    client.force_login(enrolment.trainee)
    address = reverse("enrolment:dates", args=[enrolment.pk])

    alone = client.get(enrolment.get_absolute_url()).content.decode()
    SessionFactory(course=session.course, starts_at=in_days(20))
    beside = client.get(enrolment.get_absolute_url()).content.decode()

    assert address not in alone
    assert address in beside


# --- cancelling for somebody ----------------------------------------------------------------------


def test_rule_15_staff_cancel_for_somebody_and_the_person_reads_why(staff):
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    address = reverse("enrolment:cancel_for", args=[enrolment.pk])

    shown = staff.get(enrolment.get_absolute_url()).content.decode()
    silent = staff.post(address, {"whose": "centre"})
    done = staff.post(address, {"whose": "centre", "reason": "Курс <не нужен>"}, follow=True)

    enrolment.refresh_from_db()
    letter = cancelled_by_staff(Message.objects.get(kind="cancelled_by_staff"))
    assert address in shown
    assert {"reason"} == set(silent.context["form"].errors)
    assert enrolment.ended_because == "by_centre"
    assert address not in done.content.decode()
    assert any("Курс <не нужен>" in paragraph for paragraph in letter.paragraphs)
    assert any("отменил вашу запись" in paragraph for paragraph in letter.paragraphs)


def test_S2_nobody_but_staff_opens_the_page_that_cancels_for_somebody(client, staff):
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    address = reverse("enrolment:cancel_for", args=[enrolment.pk])
    assert staff.get(address).status_code == 200

    client.force_login(enrolment.trainee)

    assert client.get(address).status_code == 403
    assert client.post(address, {"whose": "trainee", "reason": "Сам"}).status_code == 403
    enrolment.refresh_from_db()
    assert enrolment.seat == Seat.HELD
