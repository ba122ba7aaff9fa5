"""Who leaves, moves or goes on leave, each from a staff list as HR loads it (rule 19)."""

import pytest
from django.urls import reverse

from accounts.models import StaffImport
from accounts.staff_import.actions import upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from centre.models import Policy
from enrolment.actions import enrol, start_course
from enrolment.approvals.actions import ask_for_seat
from enrolment.approvals.deciders import awaiting
from enrolment.doors.actions import restore_enrolment
from enrolment.interest.actions import want_course
from enrolment.interest.tasks import keep_wishes
from enrolment.invariants import booking_faults
from enrolment.models import Approval, Ending, Enrolment, Interest, Seat
from notifications.kinds import render
from notifications.models import Message
from people.models import Employment, Office, Position
from scheduling.problems import problems_of
from tests.accounts.staff_lists import OFFICE, a_list
from tests.costs import cost
from tests.enrolment.approvals import hr_admin, kinds_of
from tests.enrolment.interests import mandatory_course, opened
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    MaterialFactory,
    OfficeFactory,
    PositionFactory,
    SessionFactory,
    ShiftFactory,
    TrainerFactory,
    in_days,
)

pytestmark = pytest.mark.django_db

ELSEWHERE = "Центр госуслуг района Митино"
NUMBERS = {"mover": "00009101", "head": "00009102", "deputy": "00009103"}
SPECIALIST, ARCHIVIST = "Универсальный специалист", "Архивариус"


@pytest.fixture(autouse=True)
def other_places():
    OfficeFactory(name=ELSEWHERE)
    PositionFactory(title=ARCHIVIST)


def employed(who, office=None, **fields):
    position = position_named(SPECIALIST)
    return ShiftFactory(
        personnel_number=NUMBERS[who],
        office=office or office_named(OFFICE),
        position=position,
        employee__last_name="Ветрова",
        employee__first_name="Анна",
        employee__middle_name={"mover": "Игоревна", "head": "Павловна", "deputy": "Львовна"}[who],
        **fields,
    ).employee


def office_named(name):
    return Office.objects.filter(name=name).first() or OfficeFactory(name=name)


def position_named(title):
    return Position.objects.filter(title=title).first() or PositionFactory(title=title)


@pytest.fixture
def mover():
    return employed("mover")


@pytest.fixture
def load(django_capture_on_commit_callbacks):
    """Load a list that says one thing of one person, as HR does it, with what follows its commit."""

    def load(who, *, position=SPECIALIST, office=OFFICE, state="Работа", until="", by=None):
        name = Employment.objects.get(personnel_number=NUMBERS[who]).employee.full_name
        row = f"{NUMBERS[who]};{name};{position};{office};15.01.2024;{state};{until};"
        with django_capture_on_commit_callbacks(execute=True):
            apply_staff_import(
                upload_staff_list(a_list(row), "list.csv", by=None), by=by, despite_leavers=True
            )

    return load


def dismissed(load, who):
    load(who, state="Уволен", until="05.03.2024")


def state(enrolment):
    enrolment.refresh_from_db()
    return enrolment.seat, enrolment.ended_because


def told(kind):
    return [one.recipient for one in Message.objects.filter(kind=kind).order_by("pk")]


# --- who leaves -----------------------------------------------------------------------------------


def test_rule_19_a_dismissal_ends_requests_and_wishes_and_frees_the_seat(mover, load):
    office = office_named(OFFICE)
    office.head = employed("head")
    office.save()
    session = SessionFactory(seats=1)
    held, waiting = enrol(mover, session), enrol(EmployeeFactory(), session)
    request = ask_for_seat(mover, SessionFactory(starts_at=in_days(15)), consents=True)
    wish = want_course(mover, CourseFactory())
    assert (request.seat, list(awaiting(office.head))) == (Seat.NONE, [request])

    dismissed(load, "mover")

    wish.refresh_from_db()
    assert state(held) == (Seat.GIVEN_UP, Ending.DISMISSED)
    assert (state(request)[1], request.approval) == (Ending.DISMISSED, Approval.EXPIRED)
    assert wish.ended_because == Interest.Ending.LEFT
    assert state(waiting)[0] in {Seat.HELD, Seat.OFFERED}
    assert list(awaiting(office.head)) == []
    assert booking_faults() == []


def test_rule_19_who_returns_gets_nothing_back_and_may_ask_again(mover, load):
    session = SessionFactory()
    held = enrol(mover, session)
    dismissed(load, "mover")

    load("mover")

    mover.refresh_from_db()
    assert mover.is_active
    assert state(held) == (Seat.GIVEN_UP, Ending.DISMISSED)
    assert enrol(mover, session).pk != held.pk


def test_rule_19_a_head_who_leaves_hands_requests_to_the_deputy(mover, load):
    office = office_named(OFFICE)
    office.head, office.deputy = head, deputy = employed("head"), employed("deputy")
    office.save()
    request = ask_for_seat(mover, SessionFactory(), consents=True)

    dismissed(load, "head")

    assert list(awaiting(head)) == []
    assert list(awaiting(deputy)) == [request]


def test_rule_19_a_head_who_leaves_without_a_deputy_hands_requests_to_hr(mover, load):
    office, hr = office_named(OFFICE), hr_admin()
    office.head = employed("head")
    office.save()
    request = ask_for_seat(mover, SessionFactory(), consents=True)
    assert list(awaiting(hr)) == []

    dismissed(load, "head")

    assert list(awaiting(hr)) == [request]


def test_rule_19_sessions_of_a_trainer_who_leaves_want_another_one(load):
    trainer = TrainerFactory(employee=employed("mover"))
    session = SessionFactory(trainer=trainer)

    dismissed(load, "mover")

    found = problems_of([session], policy=Policy.objects.current())
    assert [one.finding.code for one in found[session.pk].problems] == ["trainer_inactive"]


# --- who moves ------------------------------------------------------------------------------------


@pytest.fixture
def two_heads():
    old, new = office_named(OFFICE), office_named(ELSEWHERE)
    old.head, new.head = EmploymentFactory(office=old).employee, EmploymentFactory(office=new).employee
    old.save()
    new.save()
    return old.head, new.head


def test_rule_19_a_transfer_hands_open_requests_to_the_new_head(mover, load, two_heads):
    old, new = two_heads
    request = ask_for_seat(mover, SessionFactory(), consents=True)
    assert (list(awaiting(old)), list(awaiting(new))) == ([request], [])

    load("mover", office=ELSEWHERE)

    assert (list(awaiting(old)), list(awaiting(new))) == ([], [request])
    assert kinds_of(request) == ["asked"]


def test_rule_19_the_new_head_hears_who_comes_with_training_ahead(mover, load, two_heads):
    held = enrol(mover, SessionFactory(course__title="Ораторское мастерство"))

    load("mover", office=ELSEWHERE)

    message = Message.objects.get(kind="arrivals_with_training")
    letter = render(message)
    assert message.recipient == two_heads[1]
    assert "Ораторское мастерство" in "\n".join(letter.paragraphs)
    assert state(held) == (Seat.HELD, "")


def test_rule_19_nobody_is_told_of_who_comes_without_training(mover, load, two_heads):
    load("mover", office=ELSEWHERE)

    assert told("arrivals_with_training") == []


def course_for(title):
    course = CourseFactory(title="Регламент")
    course.audience.add(position_named(title))
    return course


def test_rule_19_a_new_position_keeps_the_seat_and_tells_the_person_and_hr(client, mover, load):
    hr = hr_admin()
    held = enrol(mover, SessionFactory(course=course_for(SPECIALIST)))
    enrol(mover, SessionFactory(starts_at=in_days(16)))

    load("mover", position=ARCHIVIST)

    assert state(held) == (Seat.HELD, "")
    assert told("audience_left") == [mover]
    assert told("movers_for_hr") == [hr]
    assert "Регламент" in "\n".join(render(Message.objects.get(kind="audience_left")).paragraphs)
    assert "Ветрова" in "\n".join(render(Message.objects.get(kind="movers_for_hr")).paragraphs)
    client.force_login(hr)
    rows = [line.head.row for line in client.get(reverse("enrolment:movers")).context["listing"].lines]
    assert rows == [held]


def test_rule_19_the_page_of_the_applied_list_says_what_followed_and_leads_on(client, mover, load):
    enrol(mover, SessionFactory(course=course_for(SPECIALIST)))
    load("mover", position=ARCHIVIST)
    client.force_login(hr_admin())

    address = reverse("accounts:staff_import_preview", args=[StaffImport.objects.latest("pk").pk])
    text = client.get(address, headers={"Accept-Language": "en"}).content.decode()

    assert "Seats and requests of people who left are free already" in text
    assert reverse("enrolment:movers") in text


def test_rule_19_who_was_let_in_by_staff_is_not_asked_again(mover, load):
    hr_admin()
    held = enrol(mover, SessionFactory(course=course_for(SPECIALIST)))
    Enrolment.objects.filter(pk=held.pk).update(overlooked="audience")

    load("mover", position=ARCHIVIST)

    assert told("audience_left") == told("movers_for_hr") == []


def test_rule_19_the_letter_about_the_position_is_not_sent_when_it_is_not_true_any_more(mover, load):
    enrol(mover, SessionFactory(course=course_for(SPECIALIST)))
    load("mover", position=ARCHIVIST)

    load("mover")

    assert render(Message.objects.get(kind="audience_left")) is None


# --- who goes on leave ----------------------------------------------------------------------------


def test_rule_19_parental_leave_gives_seats_and_places_up_and_tells_the_person_and_hr(mover, load):
    hr = hr_admin()
    full = SessionFactory(seats=1)
    held, waiting = enrol(mover, full), enrol(EmployeeFactory(), full)
    other = SessionFactory(seats=1, starts_at=in_days(20))
    enrol(EmployeeFactory(), other)
    queued = enrol(mover, other)
    studied = start_course(mover, MaterialFactory().course)
    wish = want_course(mover, CourseFactory())

    load("mover", state="Отпуск по уходу за ребенком", by=hr)

    assert state(held) == state(queued) == (Seat.GIVEN_UP, Ending.BY_CENTRE)
    assert state(studied) == (Seat.NONE, "")
    assert state(waiting)[0] in {Seat.HELD, Seat.OFFERED}
    wish.refresh_from_db()
    assert wish.is_live
    last = held.entries.order_by("pk").last()
    assert (last.by, last.reason) == (hr, "в отпуске по уходу за ребёнком")
    assert told("seat_given_up_for_leave") == [mover, mover]
    assert told("movers_for_hr") == [hr]
    assert render(Message.objects.filter(kind="seat_given_up_for_leave").first()) is not None
    assert booking_faults() == []


def test_rule_19_a_second_leave_is_told_too(mover, load):
    """Staff had given the seat back to who came back."""
    held = enrol(mover, SessionFactory())
    load("mover", state="Отпуск по уходу за ребенком")
    load("mover")
    restore_enrolment(held, by=hr_admin(), reason="Вышла на работу")

    load("mover", state="Отпуск по уходу за ребенком")

    assert state(held) == (Seat.GIVEN_UP, Ending.BY_CENTRE)
    assert told("seat_given_up_for_leave") == [mover, mover]


def test_rule_19_a_seat_taken_during_the_leave_is_left_alone(mover, load):
    """Who wants to come during the leave may: only its beginning gives anything up."""
    load("mover", state="Отпуск по уходу за ребенком")
    held = enrol(mover, SessionFactory())

    load("mover", state="Отпуск по уходу за ребенком", position=ARCHIVIST)

    assert state(held) == (Seat.HELD, "")


@pytest.mark.parametrize("leave", ["Отпуск", "Болезнь"])
def test_rule_19_a_vacation_or_an_illness_takes_nothing_and_is_shown(client, mover, load, leave):
    hr = hr_admin()
    soon = enrol(mover, SessionFactory(starts_at=in_days(10)))
    enrol(mover, SessionFactory(starts_at=in_days(40)))

    load("mover", state=leave)

    assert state(soon) == (Seat.HELD, "")
    assert told("movers_for_hr") == []
    client.force_login(hr)
    rows = [line.head.row for line in client.get(reverse("enrolment:movers")).context["listing"].lines]
    assert rows == [soon]


def test_rule_19_a_wish_outlasts_parental_leave_and_is_served_after_it(mover, load):
    wish = want_course(mover, mandatory_course())
    load("mover", state="Отпуск по уходу за ребенком")
    session = opened(wish.course)
    assert (keep_wishes(), session.enrolments.count()) == (0, 0)

    load("mover")

    assert keep_wishes() == 1
    assert session.enrolments.get().requested_at == wish.since


@pytest.mark.rows_of("enrolment:movers")
def test_the_list_of_what_does_not_fit_costs_the_same_for_any_number(client, mover):
    client.force_login(hr_admin())
    costs = []
    session = SessionFactory(seats=90, starts_at=in_days(10))
    for more in (1, 2, 27):
        for _number in range(more):
            enrol(EmploymentFactory(leave="vacation").employee, session)
        costs.append(cost(client, reverse("enrolment:movers")))

    assert costs == [costs[0]] * 3
