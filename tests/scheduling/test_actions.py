"""Planning, moving and cancelling sessions: rules 1, 2, 6, 9 and 10, promises R9, R10 and R14."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from enrolment.models import Ending, Enrolment, Seat
from enrolment.tasks import end_clashes
from notifications.models import Message
from scheduling.actions import (
    cancel_session,
    change_limit,
    confirm_session,
    current_plans,
    plan_session,
    publish_session,
    replan_session,
)
from scheduling.errors import (
    NotPlannable,
    PersonBusy,
    RoomTaken,
    SchedulingError,
    SeatsTaken,
    StalePlan,
    WrongState,
)
from scheduling.models import Booking, Meeting, Session
from scheduling.plans import MeetingPlan
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    PolicyFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


def meeting(starts_at, hours=3, *, room=None, trainer=None):
    return MeetingPlan(
        starts_at,
        starts_at + timedelta(hours=hours),
        (room or RoomFactory()).pk,
        ((trainer or TrainerFactory()).pk,),
    )


def test_rule_1_a_planned_session_is_a_draft_with_its_bookings():
    room, trainer, planner = RoomFactory(capacity=16), TrainerFactory(), EmployeeFactory()
    course = CourseFactory(meetings=2, group_max=20)

    session = plan_session(
        course,
        [meeting(in_days(11), room=room, trainer=trainer), meeting(in_days(10), room=room, trainer=trainer)],
        by=planner,
        limit=18,
    )

    assert (session.status, session.seats) == (Session.Status.DRAFT, 16)
    assert (session.starts_at, session.ends_at) == (in_days(10), in_days(11, 13))
    assert (
        Booking.objects.filter(room=room).count()
        == Booking.objects.filter(person=trainer.employee).count()
        == 2
    )
    assert [(step.kind, step.by) for step in session.steps.all()] == [("planned", planner)]
    assert booking_faults() == []


@pytest.mark.parametrize(
    ("capacity", "group_max", "limit", "seats"), [(12, 20, 16, 12), (30, 20, 25, 20), (30, 20, 7, 7)]
)
def test_rule_10_the_capacity_is_the_least_of_course_room_and_limit(capacity, group_max, limit, seats):
    course = CourseFactory(group_max=group_max)

    session = plan_session(
        course, [meeting(in_days(10), room=RoomFactory(capacity=capacity))], by=None, limit=limit
    )

    assert session.seats == seats


def test_rule_2_the_refusal_names_the_other_booking():
    room = RoomFactory(name="Аудитория 101")
    plan_session(CourseFactory(title="Основы сервиса"), [meeting(in_days(10), room=room)], by=None)

    with pytest.raises(RoomTaken) as refused:
        plan_session(CourseFactory(), [meeting(in_days(10, 12), room=room)], by=None)

    assert "Аудитория 101" in str(refused.value)
    assert "Основы сервиса" in str(refused.value)
    assert "10:00" in str(refused.value)
    assert Session.objects.count() == 1


@pytest.mark.parametrize(("minute", "is_free"), [(14, False), (15, True)])
def test_rule_2_a_room_needs_its_changeover(minute, is_free):
    room = RoomFactory()
    plan_session(CourseFactory(), [meeting(in_days(10, 9), room=room)], by=None)  # until 12:00
    following = meeting(in_days(10, 12, minute), room=room)

    if is_free:
        assert plan_session(CourseFactory(), [following], by=None)
    else:
        with pytest.raises(RoomTaken):
            plan_session(CourseFactory(), [following], by=None)


def test_rule_2_the_changeover_is_the_policys():
    PolicyFactory(changeover_minutes=30)
    room = RoomFactory()
    plan_session(CourseFactory(), [meeting(in_days(10, 9), room=room)], by=None)

    with pytest.raises(RoomTaken):
        plan_session(CourseFactory(), [meeting(in_days(10, 12, 29), room=room)], by=None)


def test_rule_2_a_trainer_teaches_in_one_place():
    trainer = TrainerFactory()
    plan_session(CourseFactory(title="Речь"), [meeting(in_days(10), trainer=trainer)], by=None)

    with pytest.raises(PersonBusy, match="Речь"):
        plan_session(CourseFactory(), [meeting(in_days(10), trainer=trainer)], by=None)


def test_rule_2_a_trainer_cannot_teach_while_attending():
    trainer = TrainerFactory()
    enrol(trainer.employee, SessionFactory(starts_at=in_days(14)))

    with pytest.raises(PersonBusy):
        plan_session(CourseFactory(), [meeting(in_days(14, 12), trainer=trainer)], by=None)


def test_rule_2_the_sessions_own_meetings_do_not_overlap():
    with pytest.raises(SchedulingError):
        plan_session(CourseFactory(meetings=2), [meeting(in_days(10)), meeting(in_days(10, 11))], by=None)

    assert not Session.objects.exists()


def test_a_meeting_ends_after_it_starts():
    with pytest.raises(SchedulingError):
        plan_session(CourseFactory(), [meeting(in_days(10), hours=0)], by=None)


def test_rule_1_publishing_needs_a_room_and_a_trainer():
    at = in_days(10)
    draft = plan_session(CourseFactory(), [MeetingPlan(at, at + timedelta(hours=3))], by=None)

    with pytest.raises(NotPlannable) as refused:
        publish_session(draft, by=None)

    assert [finding.code for finding in refused.value.findings] == ["needs_room", "needs_trainer"]


def test_rule_1_the_life_of_a_session_is_written_down():
    planner = EmployeeFactory()
    session = plan_session(CourseFactory(), [meeting(in_days(10))], by=planner)

    publish_session(session, by=planner)
    publish_session(session, by=planner)
    confirm_session(session, by=planner)
    cancel_session(session, "Тренер заболел", by=planner)

    session.refresh_from_db()
    assert session.status == Session.Status.CANCELLED
    assert [(step.kind, step.reason) for step in session.steps.all()] == [
        ("planned", ""),
        ("published", ""),
        ("confirmed", ""),
        ("cancelled", "Тренер заболел"),
    ]


def test_rule_1_a_draft_is_not_confirmed():
    with pytest.raises(WrongState):
        confirm_session(SessionFactory(status="draft"), by=None)


def test_rule_9_the_second_of_two_planners_is_told():
    first, second = EmployeeFactory(last_name="Орлова"), EmployeeFactory()
    session = SessionFactory()
    seen = session.version
    change_limit(session, 5, by=first)

    with pytest.raises(StalePlan, match="Орлова"):
        replan_session(session, current_plans(session), by=second, version=seen)

    session.refresh_from_db()
    assert session.limit == 5


def test_rule_6_a_moved_session_takes_everybody_along():
    session = SessionFactory(starts_at=in_days(14), seats=1)
    held, waiting = (enrol(person, session) for person in EmployeeFactory.create_batch(2))
    (plan,) = current_plans(session)

    replan_session(
        session,
        [MeetingPlan(in_days(16), in_days(16, 13), plan.room_id, plan.trainer_ids)],
        by=None,
        version=session.version,
        limit=1,
    )

    session.refresh_from_db()
    assert session.starts_at == in_days(16)
    assert {booking.period.lower for booking in Booking.objects.all()} == {in_days(16)}
    assert booking_faults() == []
    told = Message.objects.planned().filter(kind="session_moved").values_list("recipient", flat=True)
    assert set(told) == {held.trainee_id, waiting.trainee_id}


def test_r14_the_reminders_for_the_old_time_are_withdrawn():
    session = SessionFactory(starts_at=in_days(14))
    enrolment = enrol(EmployeeFactory(), session)
    (plan,) = current_plans(session)

    replan_session(
        session,
        [MeetingPlan(in_days(16), in_days(16, 13), plan.room_id, plan.trainer_ids)],
        by=None,
        version=session.version,
    )

    reminders = Message.objects.filter(recipient=enrolment.trainee, kind__startswith="reminder")
    assert reminders.filter(version=1).exclude(state=Message.State.WITHDRAWN).count() == 0
    assert reminders.planned().filter(version=2).count() == 3


def test_a_move_into_a_clash_keeps_the_seat_flagged():
    session, other = SessionFactory(starts_at=in_days(14)), SessionFactory(starts_at=in_days(15))
    clashing, free = EmployeeFactory.create_batch(2)
    enrol(clashing, other)
    for person in (clashing, free):
        enrol(person, session)
    (plan,) = current_plans(session)

    replan_session(
        session,
        [MeetingPlan(in_days(15, 11), in_days(15, 14), plan.room_id, plan.trainer_ids)],
        by=None,
        version=session.version,
    )

    assert session.enrolments.get(trainee=clashing).seat == Seat.HELD
    assert session.enrolments.get(trainee=clashing).clash_since is not None
    assert session.enrolments.get(trainee=free).clash_since is None
    assert Message.objects.planned().get(kind="clash_after_move").recipient == clashing
    assert booking_faults() == []


def test_another_move_out_of_the_clash_gives_the_bookings_back():
    session, other = (
        SessionFactory(starts_at=in_days(14), seats=1, limit=1),
        SessionFactory(starts_at=in_days(15)),
    )
    person = EmployeeFactory()
    enrol(person, other)
    enrol(person, session)
    (plan,) = current_plans(session)
    for day in (15, 16):
        session.refresh_from_db()
        replan_session(
            session,
            [MeetingPlan(in_days(day), in_days(day, 13), plan.room_id, plan.trainer_ids)],
            by=None,
            version=session.version,
            limit=1,
        )

    enrolment = session.enrolments.get()
    assert (enrolment.seat, enrolment.clash_since) == (Seat.HELD, None)
    assert Booking.objects.attending().filter(meeting__session=session, person=person).count() == 1
    assert booking_faults() == []


def running_into_a_clash(time_machine):
    """A session whose first meeting has begun, another one into which its second was moved, and who is in both."""
    session, other = SessionFactory(starts_at=in_days(14)), SessionFactory(starts_at=in_days(16))
    (first,) = current_plans(session)
    second = replace(first, starts_at=in_days(15), ends_at=in_days(15, 13))
    session = replan_session(session, [first, second], by=None, version=session.version)
    person = EmployeeFactory()
    enrol(person, session)
    enrol(person, other)
    time_machine.move_to(in_days(14, 15), tick=False)
    move_the_second(session, 2)
    return session, other, person


def move_the_second(session, days):
    first, second = current_plans(session)
    there = replace(second, starts_at=in_days(days), ends_at=in_days(days, 13))
    session.refresh_from_db()
    replan_session(session, [first, there], by=None, version=session.version)


def booked_days(session, person):
    starts = Booking.objects.attending().filter(meeting__session=session, person=person)
    return sorted(timezone.localdate(start) for start in starts.values_list("meeting__starts_at", flat=True))


def test_rule_6_who_clashes_after_a_move_of_a_running_session_was_there_and_is_booked_again(time_machine):
    session, _other, person = running_into_a_clash(time_machine)
    today = timezone.localdate()
    assert session.enrolments.get().clash_since is not None
    assert (booked_days(session, person), booking_faults()) == ([today], [])

    move_the_second(session, 3)

    assert session.enrolments.get().clash_since is None
    assert (booked_days(session, person), booking_faults()) == ([today, today + timedelta(days=3)], [])


def test_rule_6_a_clash_in_a_running_session_ends_when_the_other_booking_is_gone(time_machine):
    session, other, person = running_into_a_clash(time_machine)
    today = timezone.localdate()

    cancel_session(other, "Нет группы", by=None)
    end_clashes()

    assert session.enrolments.get().clash_since is None
    assert (booked_days(session, person), booking_faults()) == ([today, today + timedelta(days=2)], [])


def test_r9_a_clashing_seat_counts_as_held():
    session, other = SessionFactory(starts_at=in_days(14)), SessionFactory(starts_at=in_days(15))
    clashing, free = EmployeeFactory.create_batch(2)
    enrol(clashing, other)
    enrol(clashing, session)
    enrol(free, session)
    (plan,) = current_plans(session)
    moved = replan_session(
        session,
        [MeetingPlan(in_days(15), in_days(15, 13), plan.room_id, plan.trainer_ids)],
        by=None,
        version=session.version,
    )

    with pytest.raises(SeatsTaken):
        change_limit(moved, 1, by=None)


def test_rule_26_another_limit_is_no_news():
    session = SessionFactory()
    enrol(EmployeeFactory(), session)

    replan_session(session, current_plans(session), by=None, version=session.version, limit=7)

    session.refresh_from_db()
    assert session.limit == 7
    assert not Message.objects.filter(kind="session_moved").exists()
    assert booking_faults() == []


def test_a_session_may_be_moved_onto_its_own_old_time():
    session = SessionFactory(starts_at=in_days(14, 10))
    enrol(EmployeeFactory(), session)
    (plan,) = current_plans(session)

    replan_session(
        session,
        [MeetingPlan(in_days(14, 11), in_days(14, 14), plan.room_id, plan.trainer_ids)],
        by=None,
        version=session.version,
    )

    assert booking_faults() == []


def test_a_session_may_get_another_meeting_and_lose_one():
    session = SessionFactory(starts_at=in_days(14))
    enrol(EmployeeFactory(), session)
    (plan,) = current_plans(session)
    second = MeetingPlan(in_days(15), in_days(15, 13), plan.room_id, plan.trainer_ids)

    longer = replan_session(session, [plan, second], by=None, version=session.version)
    assert (Meeting.objects.count(), booking_faults()) == (2, [])
    replan_session(session, [second], by=None, version=longer.version)

    assert (Meeting.objects.count(), booking_faults()) == (1, [])


def test_r9_a_smaller_room_is_refused_for_more_people():
    session = SessionFactory()
    for person in EmployeeFactory.create_batch(3):
        enrol(person, session)
    (plan,) = current_plans(session)
    small = RoomFactory(capacity=2)

    with pytest.raises(SeatsTaken):
        replan_session(
            session,
            [MeetingPlan(plan.starts_at, plan.ends_at, small.pk, plan.trainer_ids)],
            by=None,
            version=session.version,
        )

    assert booking_faults() == []


def test_rule_13_a_larger_room_gives_seats_to_the_queue():
    small = RoomFactory(capacity=1)
    session = plan_session(CourseFactory(), [meeting(in_days(14), room=small)], by=None)
    session = publish_session(session, by=None)
    _held, waiting = (enrol(person, session) for person in EmployeeFactory.create_batch(2))
    (plan,) = current_plans(session)

    replan_session(
        session,
        [MeetingPlan(plan.starts_at, plan.ends_at, RoomFactory(capacity=5).pk, plan.trainer_ids)],
        by=None,
        version=session.version,
    )

    waiting.refresh_from_db()
    assert waiting.seat == Seat.OFFERED


def test_cancelling_tells_everybody_and_frees_every_booking():
    session = SessionFactory(seats=1)
    trainer = Booking.objects.teaching().get().person
    enrolments = [enrol(person, session) for person in EmployeeFactory.create_batch(2)]

    cancel_session(session, "Тренер заболел", by=None)
    cancel_session(session, "Ещё раз", by=None)

    assert not Booking.objects.exists()
    assert set(Enrolment.objects.values_list("seat", "ended_because")) == {(Seat.GIVEN_UP, Ending.BY_CENTRE)}
    told = Message.objects.planned()
    assert {(message.kind, message.recipient) for message in told} == {
        *(("session_cancelled", enrolment.trainee) for enrolment in enrolments),
        ("teaching_cancelled", trainer),
    }
    assert {message.context["reason"] for message in told.filter(kind="session_cancelled")} == {
        "Тренер заболел"
    }


def test_cancelling_needs_a_reason():
    session = SessionFactory()

    with pytest.raises(SchedulingError):
        cancel_session(session, "  ", by=None)

    session.refresh_from_db()
    assert session.status == Session.Status.OPEN


def test_rule_1_a_session_that_has_begun_stays_as_it_is(time_machine):
    session = SessionFactory()
    plans = current_plans(session)
    time_machine.move_to(session.starts_at + timedelta(minutes=1))

    for change in (
        lambda: change_limit(session, 5, by=None),
        lambda: replan_session(session, plans, by=None, version=session.version),
    ):
        with pytest.raises(WrongState):
            change()
