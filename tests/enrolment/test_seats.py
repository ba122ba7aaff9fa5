"""The door to a seat, and the queue behind it: rules 10 and 13 past the actions' own checks."""

from datetime import timedelta

import pytest

from centre.models import Policy
from enrolment.actions import cancel_enrolment, enrol, promote_waiting
from enrolment.errors import ReasonMissing, SessionFull
from enrolment.models import Ending, Enrolment, Seat
from enrolment.seats import hold_seat
from enrolment.situations import situations
from scheduling.actions import change_limit, confirm_session, current_plans, replan_session
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan
from tests.factories import EmployeeFactory, PolicyFactory, SessionFactory, TrainerFactory, in_days

pytestmark = pytest.mark.django_db


def with_a_queue(**fields):
    """A full session of one seat, its holder and the one who waits."""
    session = SessionFactory(seats=1, limit=1, **fields)
    held, waiting = (enrol(person, session) for person in EmployeeFactory.create_batch(2))
    return session, held, waiting


def test_rule_10_the_door_to_a_seat_refuses_when_none_is_free():
    """Whoever forgets to count before knocking is refused, and nothing is written."""
    session, _held, _waiting = with_a_queue()
    person = EmployeeFactory()
    situation = situations(person, [session], policy=Policy())[session.pk]

    with pytest.raises(SessionFull):
        hold_seat(
            Enrolment(trainee=person, session=session, course=session.course), situation, kind="seat_taken"
        )

    assert not Enrolment.objects.filter(trainee=person).exists()
    assert not Booking.objects.filter(person=person).exists()


def test_rule_13_the_queue_of_a_confirmed_session_moves_too():
    session, held, waiting = with_a_queue()
    confirm_session(session, by=None)

    cancel_enrolment(held, by=held.trainee)

    waiting.refresh_from_db()
    assert waiting.seat == Seat.OFFERED


def test_a_confirmed_session_still_takes_people():
    session = SessionFactory()
    confirm_session(session, by=None)

    assert enrol(EmployeeFactory(), session).seat == Seat.HELD


@pytest.mark.parametrize("status", [Session.Status.CLOSED, Session.Status.CANCELLED])
def test_rule_13_where_no_seats_are_given_nobody_is_passed_over(status):
    session, _held, waiting = with_a_queue()
    Session.objects.update(status=status, seats=2, cancelled_because="Нет света.")

    promoted = promote_waiting(session)

    assert promoted == []
    assert [entry.kind for entry in waiting.entries.all()] == ["queued"]


def test_rule_14_after_the_start_nobody_is_passed_over(time_machine):
    session, _held, waiting = with_a_queue()
    Session.objects.update(seats=2)
    time_machine.move_to(session.starts_at)

    promoted = promote_waiting(session)

    assert promoted == []
    assert [entry.kind for entry in waiting.entries.all()] == ["queued"]


def test_rule_13_each_story_says_how_the_seat_came_and_by_whom():
    session, held, waiting = with_a_queue()
    planner = EmployeeFactory()
    third = enrol(EmployeeFactory(), session, by=planner)

    change_limit(session, 3, by=planner)

    stories = [[(entry.kind, entry.by) for entry in one.entries.all()] for one in (held, waiting, third)]
    assert stories == [
        [("seat_taken", held.trainee)],
        [("queued", waiting.trainee), ("offered", None)],
        [("queued", planner), ("offered", None)],
    ]


def test_a_clash_ends_with_the_enrolment():
    """Who gives up the seat that a move brought into a clash has nothing left to choose."""
    session = SessionFactory(starts_at=in_days(14))
    person = EmployeeFactory()
    enrol(person, SessionFactory(starts_at=in_days(15)))
    enrolment = enrol(person, session)
    (plan,) = current_plans(session)
    onto_the_other = MeetingPlan(in_days(15), in_days(15, 13), plan.room_id, plan.trainer_ids)
    replan_session(session, [onto_the_other], by=None, version=session.version)
    enrolment.refresh_from_db()
    clashed = enrolment.clash_since

    cancelled = cancel_enrolment(enrolment, by=person)

    assert clashed is not None
    assert cancelled.clash_since is None


def test_rule_2_leaving_the_queue_keeps_the_meetings_that_one_teaches():
    """Who waits for a session may be asked to teach it; their place in its queue is then no use to them."""
    session, _held, _waiting = with_a_queue()
    trainer = TrainerFactory()
    place = enrol(trainer.employee, session)
    (plan,) = current_plans(session)
    taught_by_both = MeetingPlan(plan.starts_at, plan.ends_at, plan.room_id, (*plan.trainer_ids, trainer.pk))
    replan_session(session, [taught_by_both], by=None, version=session.version, limit=1)

    cancel_enrolment(place, by=trainer.employee)

    assert Booking.objects.teaching().filter(person=trainer.employee).count() == 1


def test_rule_13_the_queue_goes_by_the_time_of_request_whatever_the_keys_say():
    """A request may be moved to an earlier moment, as an approval will do: the key only breaks a tie."""
    session, held, waiting = with_a_queue()
    later = enrol(EmployeeFactory(), session)
    Enrolment.objects.filter(pk=later.pk).update(requested_at=waiting.requested_at - timedelta(hours=1))

    cancel_enrolment(held, by=held.trainee)

    later.refresh_from_db()
    waiting.refresh_from_db()
    assert (later.seat, waiting.seat, waiting.place_in_queue) == (Seat.OFFERED, Seat.WAITING, 1)


def test_rule_12_rule_13_a_request_to_be_approved_holds_no_seat_and_does_not_stop_the_queue():
    session, held, waiting = with_a_queue()
    asked = Enrolment.objects.create(
        trainee=EmployeeFactory(),
        session=session,
        course=session.course,
        seat=Seat.NONE,
        approval="asked",
        approval_until=in_days(3),
        requested_at=held.requested_at,
    )

    cancel_enrolment(held, by=held.trainee)

    waiting.refresh_from_db()
    asked.refresh_from_db()
    assert (waiting.seat, asked.seat) == (Seat.OFFERED, Seat.NONE)
    assert list(session.enrolments.promotable()) == []


def test_rule_13_a_newcomer_does_not_overtake_who_qualifies_by_now():
    """Somebody was passed over for a clash that is gone since: the free seat is theirs, and the newcomer waits."""
    session, held, passed_over = with_a_queue(starts_at=in_days(14))
    elsewhere = SessionFactory(starts_at=in_days(14))
    enrol(passed_over.trainee, elsewhere)
    cancel_enrolment(held, by=held.trainee)
    (plan,) = current_plans(elsewhere)
    another_day = MeetingPlan(in_days(20), in_days(20, 13), plan.room_id, plan.trainer_ids)
    replan_session(elsewhere, [another_day], by=None, version=elsewhere.version)

    newcomer = enrol(EmployeeFactory(), session)

    passed_over.refresh_from_db()
    assert (passed_over.seat, newcomer.seat, newcomer.place_in_queue) == (Seat.OFFERED, Seat.WAITING, 1)


@pytest.mark.parametrize(("hours", "ending"), [(24, Ending.CANCELLED), (23.99, Ending.CANCELLED_LATE)])
def test_rule_15_cancelling_is_free_until_24_hours_before(time_machine, hours, ending):
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    time_machine.move_to(enrolment.session.starts_at - timedelta(hours=hours), tick=False)

    cancelled = cancel_enrolment(enrolment, by=enrolment.trainee, reason="Не смогу")

    assert cancelled.ended_because == ending


def test_rule_15_the_hours_are_the_policys():
    PolicyFactory(cancel_lead_hours=500)
    enrolment = enrol(EmployeeFactory(), SessionFactory(starts_at=in_days(14)))

    with pytest.raises(ReasonMissing, match="500"):
        cancel_enrolment(enrolment, by=enrolment.trainee)


def test_rule_13_a_place_is_counted_in_its_own_queue():
    _other, _held, _waits = with_a_queue(starts_at=in_days(20))
    _session, _held, waiting = with_a_queue()

    assert waiting.place_in_queue == 1
