"""Every lock, one by one: the second of two waits until the first has committed, and decides by what it then finds.

Each fails when its lock is taken out: the second would go by what it saw before, and break a rule, or be stopped by
a constraint and with it somebody who has nothing to do with the clash.
"""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from enrolment.actions import (
    cancel_enrolment,
    end_enrolments_of_leaver,
    enrol,
    finish_course,
    promote_waiting,
    start_course,
)
from enrolment.attendance import ScoreWish, set_scores
from enrolment.doors.walk_ins import add_walk_in
from enrolment.errors import EnrolmentError, NotEligible
from enrolment.invariants import booking_faults
from enrolment.models import Ending, Enrolment, Seat
from people.models import Employee
from records.models import Completion
from scheduling.actions import (
    cancel_session,
    change_limit,
    current_plans,
    plan_session,
    replan_session,
)
from scheduling.errors import NotPlannable, RoomTaken, SeatsTaken, StalePlan
from scheduling.models import Session
from scheduling.plans import MeetingPlan
from scheduling.rooms import change_capacity
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    MaterialFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
)
from tests.threads import before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


@pytest.fixture(autouse=True)
def bookings_are_the_seats():
    yield
    assert booking_faults() == []


def test_r8_a_session_is_locked_before_the_person_though_one_statement_locks_both():
    """In another order than everybody else's a seat would lock itself up with a publication (centre/locks.py)."""
    person, session = EmployeeFactory(), SessionFactory()
    found = []

    def try_the_session() -> None:
        with pytest.raises(OperationalError, match="could not obtain lock"), transaction.atomic():
            list(Session.objects.select_for_update(nowait=True, no_key=True).filter(pk=session.pk))
        found.append("locked")

    seat = before_the_commit(
        lambda: Employee.objects.lock(person.pk), lambda: enrol(person, session), try_the_session
    )

    assert (found, seat.seat) == (["locked"], Seat.HELD)


@pytest.fixture
def queue():
    """A full session of one seat: its enrolments, the one that holds and the one that waits."""
    session = SessionFactory(seats=1, limit=1, starts_at=in_days(14))
    return [enrol(person, session) for person in EmployeeFactory.create_batch(2)]


@pytest.fixture
def elsewhere():
    """At the time of the session with the queue."""
    return SessionFactory(starts_at=in_days(14))


def meeting(starts_at, *, room=None, trainer=None):
    return MeetingPlan(
        starts_at,
        starts_at + timedelta(hours=3),
        (room or RoomFactory()).pk,
        ((trainer or TrainerFactory()).pk,),
    )


def plan(*meetings):
    return plan_session(CourseFactory(), meetings, by=None)


def replan(session, starts_at, *, room=None, trainer=None, **fields):
    """The same room and trainer, unless another is named, at another time."""
    session = Session.objects.get(pk=session.pk)
    (now,) = current_plans(session)
    moved = MeetingPlan(
        starts_at,
        starts_at + timedelta(hours=3),
        room.pk if room else now.room_id,
        (trainer.pk,) if trainer else now.trainer_ids,
    )
    return replan_session(session, [moved], by=None, version=session.version, **fields)


# --- the session's lock ---------------------------------------------------------------------------


def test_rule_10_the_last_seat():
    session = SessionFactory(seats=1)
    first, second = EmployeeFactory.create_batch(2)

    result = before_the_commit(lambda: enrol(first, session), lambda: enrol(second, session))

    assert (result.seat, result.place_in_queue) == (Seat.WAITING, 1)


def test_rule_13_the_order_of_the_queue_is_that_of_the_locks(queue):
    """The time of request is taken after the lock: who was answered first is never behind (promise R2)."""
    session = queue[0].session
    first, second = EmployeeFactory.create_batch(2)

    result = before_the_commit(lambda: enrol(first, session), lambda: enrol(second, session))

    assert [one.trainee for one in session.enrolments.promotable()] == [queue[1].trainee, first, second]
    assert result.place_in_queue == 3


def test_r7_who_joins_the_queue_while_a_seat_is_freed_gets_it():
    session = SessionFactory(seats=1)
    held = enrol(EmployeeFactory(), session)
    newcomer = EmployeeFactory()

    before_the_commit(lambda: enrol(newcomer, session), lambda: cancel_enrolment(held, by=held.trainee))

    assert newcomer.enrolments.get().seat == Seat.OFFERED


def test_r7_a_seat_that_is_freed_meanwhile_is_taken():
    session = SessionFactory(seats=1)
    held = enrol(EmployeeFactory(), session)

    result = before_the_commit(
        lambda: cancel_enrolment(held, by=held.trainee), lambda: enrol(EmployeeFactory(), session)
    )

    assert result.seat == Seat.HELD


def test_rule_19_who_joins_the_queue_while_a_leavers_seat_is_freed_gets_it():
    session = SessionFactory(seats=1)
    leaver = enrol(EmployeeFactory(), session).trainee
    newcomer = EmployeeFactory()
    Employee.objects.filter(pk=leaver.pk).update(is_active=False)

    before_the_commit(lambda: enrol(newcomer, session), lambda: end_enrolments_of_leaver(leaver))

    assert newcomer.enrolments.get().seat == Seat.OFFERED


def test_r7_who_waits_for_the_lock_until_the_session_has_begun_gets_no_seat(time_machine):
    session = SessionFactory(starts_at=timezone.now() + timedelta(minutes=5))

    result = before_the_commit(
        lambda: Session.objects.lock(session.pk),
        lambda: enrol(EmployeeFactory(), session),
        meanwhile=lambda: time_machine.move_to(session.starts_at + timedelta(seconds=1)),
    )

    assert isinstance(result, NotEligible)
    assert not session.enrolments.exists()


def test_rule_10_a_seat_that_is_given_away_meanwhile_cannot_be_taken_back_by_a_limit():
    session = SessionFactory(seats=2, limit=2)
    first, second = EmployeeFactory.create_batch(2)
    enrol(first, session)

    result = before_the_commit(lambda: enrol(second, session), lambda: change_limit(session, 1, by=None))

    assert type(result) is SeatsTaken


def test_nobody_enrols_in_a_session_that_is_cancelled_meanwhile():
    session = SessionFactory()

    result = before_the_commit(
        lambda: cancel_session(session, "Нет света.", by=None), lambda: enrol(EmployeeFactory(), session)
    )

    assert type(result) is NotEligible
    assert not Enrolment.objects.exists()


def test_whoever_enrols_while_the_session_is_cancelled_is_told(queue):
    newcomer = EmployeeFactory()
    session = queue[0].session

    before_the_commit(
        lambda: enrol(newcomer, session), lambda: cancel_session(session, "Нет света.", by=None)
    )

    assert newcomer.notices.planned().values_list("kind", flat=True).get() == "session_cancelled"


def test_rule_9_the_second_of_two_planners_is_told(queue):
    session = queue[0].session
    session.refresh_from_db()
    (now,) = current_plans(session)

    result = before_the_commit(
        lambda: replan(session, in_days(15), limit=1),
        lambda: replan_session(session, [now], by=None, version=session.version, limit=1),
    )

    assert type(result) is StalePlan


def test_rule_10_the_queue_gets_no_seat_that_a_limit_takes_away_meanwhile(elsewhere):
    session = SessionFactory(seats=2, limit=2, starts_at=in_days(14))
    _stays, leaves, waits = (enrol(person, session) for person in EmployeeFactory.create_batch(3))
    enrol(waits.trainee, elsewhere)
    cancel_enrolment(leaves, by=leaves.trainee)
    replan(elsewhere, in_days(20))  # now the free seat could be theirs

    result = before_the_commit(lambda: change_limit(session, 1, by=None), lambda: promote_waiting(session))

    assert result == []


def test_r17_of_two_scores_for_one_person_the_second_is_told():
    session = SessionFactory(course__result_kind="EXAM", course__passing_score=60)
    enrolment, trainer = enrol(EmployeeFactory(), session), EmployeeFactory()

    result = before_the_commit(
        lambda: set_scores(session, [ScoreWish(enrolment.pk, 85)], by=trainer),
        lambda: set_scores(session, [ScoreWish(enrolment.pk, 40)], by=trainer),
    )

    enrolment.refresh_from_db()
    assert (result.changed, len(result.conflicts), enrolment.score) == (0, 1, 85)


# --- the persons' locks ---------------------------------------------------------------------------


def test_rule_2_one_person_in_two_overlapping_sessions(elsewhere):
    """Without it the constraint would stop the second, in words for nobody in particular."""
    person = EmployeeFactory()

    result = before_the_commit(
        lambda: enrol(person, elsewhere),
        lambda: enrol(person, SessionFactory(starts_at=in_days(14, 11))),
    )

    assert type(result) is NotEligible
    assert elsewhere.course.title in str(result)


def test_rule_2_one_person_at_two_sites(elsewhere):
    person = EmployeeFactory()

    result = before_the_commit(
        lambda: enrol(person, elsewhere),
        lambda: enrol(person, SessionFactory(starts_at=in_days(14, 13, 30))),
    )

    assert type(result) is NotEligible


def test_r7_who_cancels_never_hears_of_the_clash_of_the_one_who_waits(queue, elsewhere):
    held, waiting = queue

    result = before_the_commit(
        lambda: enrol(waiting.trainee, elsewhere), lambda: cancel_enrolment(held, by=held.trainee)
    )

    waiting.refresh_from_db()
    assert (result, waiting.seat) == (held, Seat.WAITING)
    assert waiting.entries.last().kind == "skipped"


def test_rule_19_a_leavers_seat_is_freed_whatever_those_who_wait_do_meanwhile(queue, elsewhere):
    held, waiting = queue
    Employee.objects.filter(pk=held.trainee_id).update(is_active=False)

    result = before_the_commit(
        lambda: enrol(waiting.trainee, elsewhere), lambda: end_enrolments_of_leaver(held.trainee)
    )

    waiting.refresh_from_db()
    assert (result, waiting.seat) == ([held], Seat.WAITING)


def test_nobody_enrols_whose_account_is_closed_meanwhile():
    person, session = EmployeeFactory(), SessionFactory()

    result = before_the_commit(
        lambda: Employee.objects.filter(pk=person.pk).update(is_active=False), lambda: enrol(person, session)
    )

    assert type(result) is EnrolmentError
    assert not Enrolment.objects.exists()


def test_r7_who_qualifies_again_and_books_elsewhere_meanwhile_is_passed_over(queue, elsewhere):
    held, waiting = queue
    enrol(waiting.trainee, elsewhere)
    cancel_enrolment(held, by=held.trainee)
    replan(elsewhere, in_days(20))  # now the free seat could be theirs

    result = before_the_commit(
        lambda: enrol(waiting.trainee, SessionFactory(starts_at=in_days(14))),
        lambda: promote_waiting(waiting.session),
    )

    assert result == []


def test_r9_more_seats_are_given_whatever_those_who_wait_do_meanwhile(queue, elsewhere):
    _held, waiting = queue

    result = before_the_commit(
        lambda: enrol(waiting.trainee, elsewhere), lambda: change_limit(waiting.session, 2, by=None)
    )

    waiting.refresh_from_db()
    assert (result.seats, waiting.seat) == (2, Seat.WAITING)


def test_rule_13_a_larger_room_is_given_whatever_those_who_wait_do_meanwhile(queue, elsewhere):
    _held, waiting = queue

    result = before_the_commit(
        lambda: enrol(waiting.trainee, elsewhere),
        lambda: replan(waiting.session, in_days(14), room=RoomFactory(capacity=5)),
    )

    waiting.refresh_from_db()
    assert (result.seats, waiting.seat) == (5, Seat.WAITING)


def test_r10_a_session_is_moved_whatever_its_people_do_meanwhile(elsewhere):
    moved = SessionFactory(starts_at=in_days(10))
    enrolment = enrol(EmployeeFactory(), moved)

    result = before_the_commit(
        lambda: enrol(enrolment.trainee, elsewhere), lambda: replan(moved, in_days(14))
    )

    enrolment.refresh_from_db()
    assert (result, result.starts_at) == (moved, in_days(14))
    assert enrolment.clash_since is not None


def test_r10_a_session_is_moved_again_whatever_those_who_clash_do_meanwhile(elsewhere):
    """Who holds a seat without bookings since the first move is locked too."""
    moved = SessionFactory(starts_at=in_days(10))
    enrolment = enrol(EmployeeFactory(), moved)
    enrol(enrolment.trainee, elsewhere)
    replan(moved, in_days(14))
    third = SessionFactory(starts_at=in_days(16))

    result = before_the_commit(lambda: enrol(enrolment.trainee, third), lambda: replan(moved, in_days(16)))

    enrolment.refresh_from_db()
    assert (result, result.starts_at) == (moved, in_days(16))
    assert enrolment.clash_since is not None


def test_rule_2_a_walk_in_who_is_booked_elsewhere_meanwhile_is_refused_by_name():
    soon = timezone.now() + timedelta(minutes=10)
    person = EmployeeFactory(last_name="Сидоров")
    session = SessionFactory(starts_at=soon)

    result = before_the_commit(
        lambda: enrol(person, SessionFactory(starts_at=soon)),
        lambda: add_walk_in(session, person, by=EmployeeFactory()),
    )

    assert type(result) is EnrolmentError
    assert "Сидоров" in str(result)


def test_rule_2_one_trainer_at_two_sites():
    """The way between sites is no constraint: nothing else keeps two planners apart."""
    trainer = TrainerFactory()

    result = before_the_commit(
        lambda: plan(meeting(in_days(14, 9), trainer=trainer)),
        lambda: plan(meeting(in_days(14, 12, 30), trainer=trainer)),
    )

    assert type(result) is NotPlannable


def test_rule_2_a_trainer_called_to_another_site():
    trainer = TrainerFactory()
    draft = SessionFactory(status="draft", starts_at=in_days(20))

    result = before_the_commit(
        lambda: plan(meeting(in_days(14, 9), trainer=trainer)),
        lambda: replan(draft, in_days(14, 12, 30), trainer=trainer),
    )

    assert type(result) is NotPlannable


def test_r6_a_self_paced_course_started_twice_is_one_enrolment():
    trainee, course = EmployeeFactory(), MaterialFactory().course

    result = before_the_commit(lambda: start_course(trainee, course), lambda: start_course(trainee, course))

    assert result == Enrolment.objects.get()


def test_a_self_paced_course_finished_twice_is_one_completion():
    enrolment = start_course(EmployeeFactory(), MaterialFactory().course)

    result = before_the_commit(lambda: finish_course(enrolment), lambda: finish_course(enrolment))

    assert result == Completion.objects.get()
    assert enrolment.entries.filter(kind="ended").count() == 1


def test_a_self_paced_course_that_is_finished_meanwhile_is_not_cancelled():
    enrolment = start_course(EmployeeFactory(), MaterialFactory().course)

    result = before_the_commit(
        lambda: finish_course(enrolment), lambda: cancel_enrolment(enrolment, by=enrolment.trainee)
    )

    assert result.ended_because == Ending.FINISHED


# --- the room's lock ------------------------------------------------------------------------------


def test_r10_two_planners_for_one_room():
    room = RoomFactory(name="Аудитория 201")

    result = before_the_commit(
        lambda: plan(meeting(in_days(14, 9), room=room)), lambda: plan(meeting(in_days(14, 11), room=room))
    )

    assert type(result) is RoomTaken
    assert "Аудитория 201" in str(result)


def test_rule_10_a_session_planned_while_its_room_grows_smaller_has_the_seats_of_the_smaller_room():
    room, course, trainer = RoomFactory(capacity=16), CourseFactory(group_max=20), TrainerFactory()

    session = before_the_commit(
        lambda: change_capacity(room, 5, by=None),
        lambda: plan_session(course, [meeting(in_days(14), room=room, trainer=trainer)], by=None),
    )

    assert session.seats == 5


def test_rule_10_a_session_moved_into_a_room_that_grows_smaller_has_its_seats():
    room, session = RoomFactory(capacity=16), plan(meeting(in_days(14)))

    moved = before_the_commit(
        lambda: change_capacity(room, 5, by=None), lambda: replan(session, in_days(14), room=room)
    )

    assert moved.seats == 5
