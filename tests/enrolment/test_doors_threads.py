"""Staff's doors and changes at one moment with others, over real connections (rules 10 and 15, promise R1).

Without the locks of sessions and persons all but the first and the last were seen to fail.
"""

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.actions import Terms, cancel_enrolment, enrol
from enrolment.doors.actions import restore_enrolment, transfer_enrolment
from enrolment.doors.clashes import choose_in_clash
from enrolment.errors import EnrolmentError, TooManyAway
from enrolment.invariants import booking_faults
from enrolment.merging import merge_sessions
from enrolment.models import SEATS_TAKEN, Enrolment, Seat
from scheduling.actions import replan_session
from scheduling.models import Booking
from scheduling.plans import MeetingPlan
from tests.enrolment.approvals import hr_admin
from tests.enrolment.test_office import colleagues, next_weekday
from tests.factories import EmployeeFactory, OfficeFactory, SessionFactory, TrainerFactory, in_days
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def errors(results):
    return [one for one in results if isinstance(one, Exception)]


def test_r1_beyond_the_limit_beside_a_rush_marks_only_what_is_beyond():
    session, by = SessionFactory(seats=3), hr_admin()
    people = EmployeeFactory.create_batch(8)
    terms = Terms(exceeds=True, despite="Стул есть")

    results = at_once(
        [lambda person=person: enrol(person, session) for person in people[:6]]
        + [lambda person=person: enrol(person, session, by=by, terms=terms) for person in people[6:]]
    )

    assert errors(results) == []
    held = session.enrolments.filter(seat__in=SEATS_TAKEN)
    assert held.filter(exceeds=False).count() == 3
    assert held.count() - 3 == held.filter(exceeds=True).count()
    assert booking_faults() == []


def test_r1_one_is_moved_while_they_cancel():
    first = SessionFactory(seats=1)
    other = SessionFactory(course=first.course, seats=1, starts_at=in_days(20))
    enrolment = enrol(EmployeeFactory(), first)
    trainee = enrolment.trainee

    result = before_the_commit(
        lambda: cancel_enrolment(enrolment, by=trainee),
        lambda: transfer_enrolment(enrolment, other, by=trainee),
    )

    enrolment.refresh_from_db()
    assert isinstance(result, Exception)
    assert (enrolment.seat, enrolment.session) == (Seat.GIVEN_UP, first)
    assert booking_faults() == []


@pytest.mark.parametrize("change", ["transferred", "joined"])
def test_r10_who_cancels_while_the_date_changes_reads_so_and_keeps_the_seat(change):
    first = SessionFactory(seats=1)
    other = SessionFactory(course=first.course, seats=1, starts_at=in_days(20))
    enrolment = enrol(EmployeeFactory(), first)
    trainee = enrolment.trainee
    changes = {
        "transferred": lambda: transfer_enrolment(enrolment, other, by=trainee),
        "joined": lambda: merge_sessions(first, other, by=None),
    }

    result = before_the_commit(changes[change], lambda: cancel_enrolment(enrolment, by=trainee))

    enrolment.refresh_from_db()
    assert isinstance(result, EnrolmentError)
    assert (enrolment.seat, enrolment.session) == (Seat.HELD, other)
    assert booking_faults() == []


def test_r1_the_last_seat_of_the_other_date_is_given_once():
    first = SessionFactory(seats=4)
    other = SessionFactory(course=first.course, seats=1, starts_at=in_days(20))
    moving = [enrol(person, first) for person in EmployeeFactory.create_batch(4)]

    results = at_once([lambda one=one: transfer_enrolment(one, other, by=one.trainee) for one in moving])

    assert len([one for one in results if isinstance(one, Enrolment)]) == 1
    assert other.enrolments.holding().count() == 1
    assert first.enrolments.holding().count() == 3
    assert booking_faults() == []


def test_r1_a_seat_taken_back_and_a_newcomer_are_one_seat():
    session = SessionFactory(seats=1)
    enrolment = enrol(EmployeeFactory(), session)
    cancel_enrolment(enrolment, by=enrolment.trainee)
    newcomer = EmployeeFactory()

    result = before_the_commit(
        lambda: enrol(newcomer, session),
        lambda: restore_enrolment(enrolment, by=enrolment.trainee),
    )

    assert isinstance(result, Exception)
    assert session.enrolments.holding().count() == 1
    assert booking_faults() == []


def test_r1_people_change_dates_in_opposite_directions_without_a_deadlock():
    first = SessionFactory(seats=12)
    other = SessionFactory(course=first.course, seats=12, starts_at=in_days(20))
    there = [enrol(person, first) for person in EmployeeFactory.create_batch(6)]
    back = [enrol(person, other) for person in EmployeeFactory.create_batch(6)]

    results = at_once(
        [lambda one=one: transfer_enrolment(one, other, by=one.trainee) for one in there]
        + [lambda one=one: transfer_enrolment(one, first, by=one.trainee) for one in back]
    )

    assert errors(results) == []
    assert {one.session_id for one in Enrolment.objects.filter(pk__in=[one.pk for one in there])} == {
        other.pk
    }
    assert {one.session_id for one in Enrolment.objects.filter(pk__in=[one.pk for one in back])} == {first.pk}
    assert booking_faults() == []


def test_r6_two_tabs_that_keep_one_session_each_leave_the_person_one():
    trainee, trainer = EmployeeFactory(), TrainerFactory(employee__email="")
    moved = enrol(trainee, SessionFactory(starts_at=in_days(14, 10), trainer=trainer))
    other = enrol(trainee, SessionFactory(starts_at=in_days(16, 10)))
    room = Booking.objects.of_rooms().get(meeting__session=moved.session).room_id
    plan = MeetingPlan(in_days(16, 10), in_days(16, 13), room, (trainer.pk,))
    replan_session(moved.session, [plan], by=None, version=moved.session.version)

    result = before_the_commit(
        lambda: choose_in_clash(moved, keeps=True, by=trainee),
        lambda: choose_in_clash(moved, keeps=False, by=trainee),
    )

    assert isinstance(result, EnrolmentError)
    seats = {one.pk: one.seat for one in Enrolment.objects.filter(trainee=trainee)}
    assert seats == {moved.pk: Seat.HELD, other.pk: Seat.GIVEN_UP}
    assert booking_faults() == []


def test_rule_16_of_two_colleagues_whom_staff_enrol_at_one_moment_the_second_needs_a_reason():
    first, second = colleagues(OfficeFactory(), 2)
    one, other = SessionFactory.create_batch(2, starts_at=next_weekday())
    by, also = hr_admin(), hr_admin()

    result = before_the_commit(lambda: enrol(first, one, by=by), lambda: enrol(second, other, by=also))

    assert type(result) is TooManyAway
    assert not other.enrolments.exists()
    overlooked = Terms(overlooks=frozenset({"office"}), despite="Нужен на выдаче")
    assert enrol(second, other, by=also, terms=overlooked).seat == Seat.HELD


def test_rule_16_the_page_of_the_second_asks_for_a_reason_that_it_did_not_ask_for_before():
    first, second = colleagues(OfficeFactory(), 2)
    one, other = SessionFactory.create_batch(2, starts_at=next_weekday())
    client = Client()
    client.force_login(hr_admin())
    address = reverse("enrolment:enrol_somebody", args=[other.pk])

    page = before_the_commit(
        lambda: enrol(first, one, by=hr_admin()), lambda: client.post(address, {"person": second.pk})
    )

    assert [str(message).count("на обучении уже 1 из 2") for message in page.context["messages"]] == [1]
    assert [code for code, _words in page.context["form"].fields["overlooks"].choices] == ["office"]
    assert not other.enrolments.exists()


def test_rule_16_of_two_colleagues_whose_date_staff_change_at_one_moment_the_second_needs_a_reason():
    people = colleagues(OfficeFactory(), 2)
    first, second = [
        enrol(person, SessionFactory(starts_at=next_weekday(14 + 7 * place)))
        for place, person in enumerate(people)
    ]
    one, other = [SessionFactory(course=each.course, starts_at=next_weekday(35)) for each in (first, second)]

    result = before_the_commit(
        lambda: transfer_enrolment(first, one, by=hr_admin()),
        lambda: transfer_enrolment(second, other, by=hr_admin()),
    )

    second.refresh_from_db()
    assert type(result) is TooManyAway
    assert second.session != other
