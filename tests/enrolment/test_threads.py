"""Many people at once, over real connections.

Each was first seen to fail without its lock: the last seat without the session's, two overlapping sessions and
the shared people without the person's, the promotions with locks in the queue's order. The naive variants stay.
"""

import random
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError

from centre.errors import Refusal
from centre.models import Policy
from enrolment.actions import cancel_enrolment, enrol
from enrolment.conditions import unmet
from enrolment.errors import NotEligible
from enrolment.invariants import booking_faults
from enrolment.merging import merge_sessions
from enrolment.models import Enrolment, Seat
from enrolment.seats import hold_seat
from enrolment.situations import situations
from scheduling.actions import persons_busy, plan_session, replan_session
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
)
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def enrolling(person, session):
    return lambda: enrol(person, session)


def test_r1_fifty_people_for_the_last_seat():
    session = SessionFactory(seats=1)
    people = EmployeeFactory.create_batch(50)

    results = at_once([enrolling(person, session) for person in people])

    assert [result for result in results if not isinstance(result, Enrolment)] == []
    assert session.enrolments.filter(seat=Seat.HELD).count() == 1
    waiting = session.enrolments.filter(seat=Seat.WAITING).order_by("requested_at", "pk")
    assert [enrolment.place_in_queue for enrolment in waiting] == list(range(1, 50))
    assert booking_faults() == []


def test_r1_the_naive_seat_oversells():
    """The same code without the session's lock: the proof that the test above can fail."""
    session = SessionFactory(seats=1)
    people = EmployeeFactory.create_batch(20)

    def naive(person):
        situation = situations(person, [session], policy=Policy())[session.pk]
        if situation.has_free_seat:
            hold_seat(
                Enrolment(trainee=person, session=session, course=session.course),
                situation,
                kind="seat_taken",
            )

    at_once([lambda person=person: naive(person) for person in people])

    assert session.enrolments.filter(seat=Seat.HELD).count() > 1


def test_r6_a_double_click_makes_one_enrolment():
    session = SessionFactory(seats=5)
    person = EmployeeFactory()

    results = at_once([enrolling(person, session)] * 8)

    assert {result.pk for result in results} == {Enrolment.objects.get().pk}


def test_r2_whoever_was_answered_before_others_pressed_is_never_behind_them():
    """Three waves at a full session, each begun when the one before was answered; within one anybody may be first."""
    session = SessionFactory(seats=1)
    enrol(EmployeeFactory(), session)
    waves = [EmployeeFactory.create_batch(8) for _wave in range(3)]

    told = [at_once([enrolling(person, session) for person in wave]) for wave in waves]

    queue = [enrolment.trainee_id for enrolment in session.enrolments.promotable()]
    assert [set(queue[at : at + 8]) for at in (0, 8, 16)] == [{one.pk for one in wave} for wave in waves]
    places = [[enrolment.place_in_queue for enrolment in wave] for wave in told]
    assert [sorted(wave) for wave in places] == [
        list(range(1, 9)),
        list(range(9, 17)),
        list(range(17, 25)),
    ]


def test_rule_2_one_person_in_two_overlapping_sessions():
    person = EmployeeFactory()
    sessions = [SessionFactory(starts_at=in_days(14, 10)), SessionFactory(starts_at=in_days(14, 11))]

    results = at_once([enrolling(person, session) for session in sessions])

    assert sorted(type(result).__name__ for result in results) == ["Enrolment", "NotEligible"]
    (refusal,) = [result for result in results if isinstance(result, Refusal)]
    assert Booking.objects.attending().get().meeting.session.course.title in str(refusal)


def test_rule_2_the_naive_booking_is_refused_by_the_database():
    """Without the person's lock both would pass the check; the exclusion constraint is the second belt."""
    person = EmployeeFactory()
    sessions = [SessionFactory(starts_at=in_days(14, 10)), SessionFactory(starts_at=in_days(14, 11))]
    checked = [situations(person, [session], policy=Policy())[session.pk] for session in sessions]

    results = at_once(
        [
            lambda one=one: hold_seat(
                Enrolment(trainee=person, session=one.session, course=one.session.course),
                one,
                kind="seat_taken",
            )
            for one in checked
        ]
    )

    (refusal,) = filter(None, results)
    # Two that look for each other's row at the same moment may also be a deadlock, which the database ends.
    assert isinstance(refusal, IntegrityError | OperationalError)
    assert Booking.objects.attending().get().person == person


def test_rule_2_one_person_in_two_sessions_between_which_lies_the_way():
    """The way between sites is no constraint: nothing but the person's lock keeps it."""
    person = EmployeeFactory()
    sessions = [SessionFactory(starts_at=in_days(14, 10)), SessionFactory(starts_at=in_days(14, 13, 30))]

    results = at_once([enrolling(person, session) for session in sessions])

    assert sorted(type(result).__name__ for result in results) == ["Enrolment", "NotEligible"]
    assert person.bookings.count() == 1


def test_rule_2_the_naive_traveller_is_expected_at_both_sites():
    """The same check without the person's lock: the proof that the test above can fail."""
    person = EmployeeFactory()
    sessions = [SessionFactory(starts_at=in_days(14, 10)), SessionFactory(starts_at=in_days(14, 13, 30))]
    both_have_looked = threading.Barrier(2)

    def naive(session):
        situation = situations(person, [session], policy=Policy())[session.pk]
        both_have_looked.wait(timeout=30)
        if not unmet(situation):
            hold_seat(
                Enrolment(trainee=person, session=session, course=session.course),
                situation,
                kind="seat_taken",
            )

    at_once([lambda session=session: naive(session) for session in sessions])

    assert person.bookings.count() == 2


def test_rule_11_of_many_optional_courses_at_once_three_are_taken():
    person = EmployeeFactory()
    sessions = [SessionFactory(starts_at=in_days(14 + day)) for day in range(6)]

    results = at_once([enrolling(person, session) for session in sessions])

    assert sorted(type(result).__name__ for result in results) == ["Enrolment"] * 3 + ["NotEligible"] * 3
    assert person.enrolments.count() == 3


def test_rule_11_of_two_dates_of_a_course_at_once_one_is_taken():
    person, course = EmployeeFactory(), CourseFactory()
    sessions = [SessionFactory(course=course, starts_at=in_days(14 + day)) for day in range(4)]

    results = at_once([enrolling(person, session) for session in sessions])

    assert sorted(type(result).__name__ for result in results) == ["Enrolment"] + ["NotEligible"] * 3
    assert person.enrolments.count() == 1


def test_r7_who_is_given_a_seat_while_enrolling_elsewhere_is_in_one_place():
    """Whoever cancels never hears of the clashes of others: who is booked elsewhere by then is passed over."""
    sessions = SessionFactory.create_batch(10, seats=1)
    others = SessionFactory.create_batch(10)
    holders, waiting = EmployeeFactory.create_batch(10), EmployeeFactory.create_batch(10)
    held = [enrol(person, session) for person, session in zip(holders, sessions, strict=True)]
    for person, session in zip(waiting, sessions, strict=True):
        enrol(person, session)

    results = at_once(
        [
            *(lambda one=one: cancel_enrolment(one, by=one.trainee) for one in held),
            *(enrolling(person, other) for person, other in zip(waiting, others, strict=True)),
        ]
    )

    assert {type(result) for result in results[:10]} == {Enrolment}
    assert {type(result) for result in results[10:]} <= {Enrolment, NotEligible}
    assert [person.bookings.count() for person in waiting] == [1] * 10
    assert booking_faults() == []


def test_two_sessions_that_enrol_the_same_people_do_not_deadlock():
    sessions = [SessionFactory(starts_at=in_days(14, hour)) for hour in (10, 11)]
    people = EmployeeFactory.create_batch(12)
    calls = [enrolling(person, session) for session in sessions for person in people]
    random.Random(7).shuffle(calls)

    results = at_once(calls)

    assert {type(result).__name__ for result in results} == {"Enrolment", "NotEligible"}
    assert Enrolment.objects.filter(seat=Seat.HELD).count() == 12
    assert booking_faults() == []


def test_r10_two_planners_for_one_room():
    room = RoomFactory()
    course = CourseFactory()
    at = in_days(10)

    def plan(trainer):
        return plan_session(
            course, [MeetingPlan(at, at + timedelta(hours=3), room.pk, (trainer.pk,))], by=None
        )

    results = at_once([lambda trainer=trainer: plan(trainer) for trainer in TrainerFactory.create_batch(4)])

    refusals = [result for result in results if isinstance(result, Refusal)]
    assert len(refusals) == 3
    assert all(room.name in str(refusal) and course.title in str(refusal) for refusal in refusals)
    assert Session.objects.count() == 1


def test_r10_the_naive_plan_is_refused_by_the_database():
    """Planners who look and then write, without a lock: both find the room free, and one gets an error, no sentence."""
    room = RoomFactory()
    drafts = [SessionFactory(status="draft") for _planner in range(2)]
    period = (in_days(10), in_days(10, 13))
    both_have_looked = threading.Barrier(2)

    def naive(draft):
        is_free = not Booking.objects.overlapping(*period).filter(room=room).exists()
        both_have_looked.wait(timeout=30)
        if is_free:
            Booking.objects.create(meeting=draft.meetings.get(), room=room, period=period)
        return is_free

    results = at_once([lambda draft=draft: naive(draft) for draft in drafts])

    assert results.count(True) == 1
    assert sum(isinstance(result, IntegrityError | OperationalError) for result in results) == 1


def test_r10_a_session_moved_while_thirty_people_enrol_elsewhere():
    """Everyone gets a seat, a place or a sentence; nobody is in two places."""
    moved = SessionFactory(starts_at=in_days(14, 10))
    elsewhere = SessionFactory(starts_at=in_days(15, 10), seats=20)
    people = EmployeeFactory.create_batch(30)
    for person in people[:15]:
        enrol(person, moved)
    trainer, room = TrainerFactory(), RoomFactory()
    at = in_days(15, 11)

    def move():
        return replan_session(
            moved,
            [MeetingPlan(at, at + timedelta(hours=3), room.pk, (trainer.pk,))],
            by=None,
            version=moved.version,
        )

    results = at_once([move, *(enrolling(person, elsewhere) for person in people)])

    assert [
        type(result).__name__ for result in results if not isinstance(result, Enrolment | Session | Refusal)
    ] == []
    moved.refresh_from_db()
    assert moved.starts_at == at
    assert moved.enrolments.filter(seat=Seat.HELD).count() == 15
    assert booking_faults() == []


def test_r10_the_naive_move_is_refused_by_the_database():
    """Without the persons' locks somebody enrols elsewhere between the look and the write: the whole move fails."""
    moved = SessionFactory(starts_at=in_days(14, 10))
    elsewhere = SessionFactory(starts_at=in_days(15, 10))
    person = EmployeeFactory()
    enrol(person, moved)
    meeting = moved.meetings.get()
    meeting.starts_at, meeting.ends_at = in_days(15, 11), in_days(15, 14)

    found_busy = persons_busy({person.pk}, [meeting])
    enrol(person, elsewhere)

    assert found_busy == set()
    with pytest.raises(IntegrityError):
        Booking.objects.filter(meeting=meeting, person=person).update(
            period=(meeting.starts_at, meeting.ends_at)
        )


def test_r8_a_storm_of_cancellations_keeps_the_session_full_and_the_order():
    session = SessionFactory(seats=10)
    people = EmployeeFactory.create_batch(40)
    enrolments = [enrol(person, session) for person in people]
    newcomers = EmployeeFactory.create_batch(10)

    results = at_once(
        [
            *(lambda one=one: cancel_enrolment(one, by=one.trainee) for one in enrolments[:10]),
            *(enrolling(person, session) for person in newcomers),
        ]
    )

    assert [result for result in results if not isinstance(result, Enrolment)] == []
    taken = session.enrolments.live().holding().order_by("requested_at", "pk")
    assert [(one.trainee, one.seat) for one in taken] == [(person, Seat.OFFERED) for person in people[10:20]]
    waiting = session.enrolments.promotable()
    assert [enrolment.trainee for enrolment in waiting][:20] == people[20:]
    assert booking_faults() == []


def test_promotions_of_the_same_people_in_two_sessions_do_not_deadlock():
    """Both wait in both queues, in opposite order: locks taken in the queues' order would wait for each other."""
    sessions = [SessionFactory(seats=1, starts_at=in_days(day)) for day in (14, 15)]
    holders = EmployeeFactory.create_batch(2)
    held = [enrol(person, session) for person, session in zip(holders, sessions, strict=True)]
    first, second = EmployeeFactory.create_batch(2)
    for session, queue in zip(sessions, [(first, second), (second, first)], strict=True):
        for person in queue:
            enrol(person, session)

    results = at_once([lambda one=one: cancel_enrolment(one, by=one.trainee) for one in held])

    assert [result for result in results if not isinstance(result, Enrolment)] == []
    assert [session.enrolments.get(seat=Seat.OFFERED).trainee for session in sessions] == [first, second]


def test_rule_8_the_last_seat_of_the_session_that_stays_is_taken_while_sessions_are_joined():
    target = SessionFactory(seats=1)
    source = SessionFactory(course=target.course, starts_at=in_days(13))
    moved, quick = EmployeeFactory.create_batch(2)
    enrol(moved, source)

    plan = before_the_commit(enrolling(quick, target), lambda: merge_sessions(source, target, by=None))

    assert [one.trainee_id for one in plan.without_seat] == [moved.pk]
    assert target.enrolments.get(seat=Seat.HELD).trainee == quick
    assert target.enrolments.get(seat=Seat.WAITING).trainee == moved
    assert booking_faults() == []


def test_rule_8_who_comes_while_sessions_are_joined_finds_the_seats_that_are_left():
    target = SessionFactory(seats=1)
    source = SessionFactory(course=target.course, starts_at=in_days(13))
    moved, late = EmployeeFactory.create_batch(2)
    enrol(moved, source)

    before_the_commit(lambda: merge_sessions(source, target, by=None), enrolling(late, target))

    assert target.enrolments.get(seat=Seat.HELD).trainee == moved
    assert target.enrolments.get(seat=Seat.WAITING).trainee == late
    assert booking_faults() == []
