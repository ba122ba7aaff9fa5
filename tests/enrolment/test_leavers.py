"""Who leaves the organisation frees their seats at once (rule 19, promise R7)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.staff_import.actions import upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from enrolment.actions import cancel_enrolment, end_enrolments_of_leaver, enrol, promote_waiting, start_course
from enrolment.doors.walk_ins import add_walk_in
from enrolment.errors import EnrolmentError
from enrolment.invariants import booking_faults
from enrolment.models import Ending, Seat
from enrolment.offers.actions import give_seat
from enrolment.tasks import end_enrolments_of_leavers
from notifications.models import Message
from scheduling.models import Booking
from tests.accounts.staff_lists import OFFICE, a_list
from tests.factories import (
    EmployeeFactory,
    EmploymentFactory,
    MaterialFactory,
    OfficeFactory,
    PositionFactory,
    SessionFactory,
    in_days,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def leaver():
    position = PositionFactory(title="Универсальный специалист")
    return EmploymentFactory(
        personnel_number="00009101", office=OfficeFactory(name=OFFICE), position=position
    ).employee


def dismiss(by=None):
    row = "00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};15.01.2024;Уволен;05.03.2024;"
    return apply_staff_import(
        upload_staff_list(a_list(row), "list.csv", by=None), by=by, despite_leavers=True
    )


def close_account(person):
    person.is_active = False
    person.save()


def state(enrolment):
    enrolment.refresh_from_db()
    return enrolment.seat, enrolment.ended_because


def test_rule_19_a_dismissal_by_the_staff_list_gives_the_seat_to_the_queue(
    leaver, django_capture_on_commit_callbacks
):
    session, hr = SessionFactory(seats=1), EmployeeFactory()
    held, waiting = enrol(leaver, session), enrol(EmployeeFactory(), session)
    elsewhere = SessionFactory(seats=1, starts_at=in_days(20))
    enrol(EmployeeFactory(), elsewhere)
    queued = enrol(leaver, elsewhere)
    studied = start_course(leaver, MaterialFactory().course)

    with django_capture_on_commit_callbacks(execute=True):
        dismiss(by=hr)

    assert state(held) == state(queued) == (Seat.GIVEN_UP, Ending.DISMISSED)
    assert state(studied) == (Seat.NONE, Ending.DISMISSED)
    assert state(waiting) == (Seat.OFFERED, "")
    assert held.entries.last().by == hr
    assert Message.objects.filter(kind="seat_offered").get().recipient == waiting.trainee
    assert not Message.objects.planned().filter(recipient=leaver).exists()
    assert booking_faults() == []


def test_rule_19_an_account_closed_in_another_way_frees_its_seats_too(leaver):
    session = SessionFactory(seats=1)
    held, waiting = enrol(leaver, session), enrol(EmployeeFactory(), session)
    close_account(leaver)

    assert (end_enrolments_of_leavers(), end_enrolments_of_leavers()) == (1, 0)

    assert state(held) == (Seat.GIVEN_UP, Ending.DISMISSED)
    assert state(waiting) == (Seat.OFFERED, "")


def test_rule_19_who_returned_meanwhile_keeps_the_seat(leaver):
    held = enrol(leaver, SessionFactory())

    assert end_enrolments_of_leaver(leaver) == []

    assert state(held) == (Seat.HELD, "")


def test_rule_19_a_session_that_has_begun_is_left_to_its_sheet(leaver, time_machine):
    session = SessionFactory(seats=1)
    held, waiting = enrol(leaver, session), enrol(EmployeeFactory(), session)
    time_machine.move_to(session.starts_at + timedelta(minutes=1))
    close_account(leaver)

    end_enrolments_of_leavers()

    assert (state(held), state(waiting)) == ((Seat.HELD, ""), (Seat.WAITING, ""))
    assert Booking.objects.attending().get().person == leaver


def test_rule_13_a_freed_seat_is_not_given_to_who_left(leaver):
    session = SessionFactory(seats=1)
    first, last = EmployeeFactory.create_batch(2)
    held, gone, waiting = (enrol(person, session) for person in (first, leaver, last))
    close_account(leaver)

    cancel_enrolment(held, by=first)

    assert (state(gone), state(waiting)) == ((Seat.WAITING, ""), (Seat.OFFERED, ""))
    session.seats = 2
    session.save()
    assert promote_waiting(session) == []


@pytest.mark.parametrize("door", ["session", "course", "walk-in"])
def test_rule_10_who_left_gets_no_seat_whatever_the_door(leaver, door):
    """The page was opened before the account was closed."""
    session = SessionFactory(starts_at=timezone.now() + timedelta(minutes=5))
    course = MaterialFactory().course
    close_account(leaver)

    with pytest.raises(EnrolmentError):
        match door:
            case "session":
                enrol(leaver, session)
            case "course":
                start_course(leaver, course)
            case _:
                add_walk_in(session, leaver, by=EmployeeFactory())

    assert not leaver.enrolments.exists()


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_rule_19_leavers_and_newcomers_at_once():
    """Ten leave two full sessions while ten more enrol in each: no deadlock, full again, the order kept."""
    sessions = [SessionFactory(seats=10, starts_at=in_days(day)) for day in (14, 15)]
    leavers, waiting, newcomers = (EmployeeFactory.create_batch(10) for _group in range(3))
    for person in [*leavers, *waiting]:
        for session in sessions:
            enrol(person, session)
    for person in leavers:
        close_account(person)

    results = at_once(
        [
            *(lambda person=person: end_enrolments_of_leaver(person) for person in leavers),
            *(
                lambda person=person, session=session: enrol(person, session)
                for session in reversed(sessions)
                for person in newcomers
            ),
        ]
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    for session in sessions:
        assert {one.trainee for one in session.enrolments.filter(seat=Seat.OFFERED)} == set(waiting)
        assert {one.trainee for one in session.enrolments.promotable()} == set(newcomers)
    assert booking_faults() == []


def test_rule_19_by_hand_too_nobody_gets_a_seat_who_has_left():
    session = SessionFactory(seats=1, starts_at=timezone.now() + timedelta(hours=20))
    held, waiting = [enrol(person, session) for person in EmployeeFactory.create_batch(2)]
    cancel_enrolment(held, by=held.trainee, reason="Болею")
    close_account(waiting.trainee)

    with pytest.raises(EnrolmentError):
        give_seat(waiting, by=EmployeeFactory(), reason="Договорились")

    assert state(waiting) == (Seat.WAITING, "")
