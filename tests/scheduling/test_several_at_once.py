"""Several sessions planned anew as one operation, taking it back, and sessions that have begun: rules 1, 2, 6 and 9."""

from dataclasses import replace
from datetime import timedelta

import pytest

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from notifications.models import Message
from scheduling.actions import (
    Change,
    cancel_session,
    confirm_session,
    current_plan,
    current_plans,
    publish_session,
    replan_session,
    replan_sessions,
    undo,
)
from scheduling.errors import NotPlannable, RoomTaken, StalePlan, WrongState
from scheduling.life import TRANSITIONS
from scheduling.models import Meeting, Session
from scheduling.plans import MeetingPlan, SessionPlan
from tests.factories import (
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


def change(session, **meeting):
    return Change(session, session.version, current_plan(session).with_meeting(0, **meeting))


def room_of(session):
    return current_plans(session)[0].room_id


def trainers_of(session):
    return current_plans(session)[0].trainer_ids


def test_rule_6_two_sessions_swap_their_rooms_and_trainers_in_one_operation():
    first, second = SessionFactory(), SessionFactory()
    rooms, trainers = (room_of(first), room_of(second)), (trainers_of(first), trainers_of(second))

    replan_sessions(
        [
            change(first, room_id=rooms[1], trainer_ids=trainers[1]),
            change(second, room_id=rooms[0], trainer_ids=trainers[0]),
        ],
        by=EmployeeFactory(),
        reason="Проектор нужен первой группе",
    )

    assert (room_of(first), room_of(second)) == (rooms[1], rooms[0])
    assert (trainers_of(first), trainers_of(second)) == (trainers[1], trainers[0])
    steps = [session.steps.get() for session in (first, second)]
    assert steps[0].operation == steps[1].operation is not None
    assert {step.reason for step in steps} == {"Проектор нужен первой группе"}
    assert booking_faults() == []


def test_rule_6_of_several_changes_all_are_made_or_none():
    first, second, third = (SessionFactory(room=RoomFactory(name=f"Зал {name}")) for name in "АБВ")
    rooms = [room_of(session) for session in (first, second, third)]

    with pytest.raises(RoomTaken, match="Зал В"):
        replan_sessions([change(first, room_id=rooms[1]), change(second, room_id=rooms[2])], by=None)

    assert [room_of(session) for session in (first, second, third)] == rooms


def test_rule_2_travel_is_asked_between_the_sessions_of_one_operation():
    trainer = TrainerFactory()
    first = SessionFactory(starts_at=in_days(14, 9), trainer=trainer)  # until 12
    second = SessionFactory(starts_at=in_days(15, 9), trainer=trainer)
    starts_at = in_days(14, 13)

    with pytest.raises(NotPlannable) as refused:
        replan_sessions(
            [
                change(first, room_id=RoomFactory().pk),
                change(second, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3)),
            ],
            by=None,
        )

    assert {finding.code for finding in refused.value.findings} == {"trainer_travels"}


def test_rule_26_each_person_of_an_operation_gets_one_message_a_session():
    first, second = SessionFactory(), SessionFactory(starts_at=in_days(16))
    both = EmployeeFactory()
    enrol(both, first)
    enrol(both, second)
    Message.objects.all().delete()

    replan_sessions(
        [
            change(first, starts_at=in_days(16), ends_at=in_days(16, 13)),
            change(second, starts_at=in_days(14), ends_at=in_days(14, 13)),
        ],
        by=None,
    )

    assert [
        message.kind for message in both.notices.filter(kind__in=["session_moved", "clash_after_move"])
    ] == ["session_moved"] * 2
    assert booking_faults() == []


def test_rule_9_the_last_change_is_taken_back_with_all_of_its_sessions():
    first, second = SessionFactory(), SessionFactory()
    before = [current_plan(first), current_plan(second)]
    rooms = room_of(first), room_of(second)
    replan_sessions([change(first, room_id=rooms[1]), change(second, room_id=rooms[0])], by=None)

    undo(second.steps.last(), by=EmployeeFactory())

    assert [current_plan(first), current_plan(second)] == before
    assert [step.kind for step in first.steps.all()] == ["edited", "undone"]
    assert booking_faults() == []


def test_rule_9_what_was_changed_since_is_not_taken_back():
    session = SessionFactory()
    replan_sessions([change(session, room_id=RoomFactory().pk)], by=None)
    step = session.steps.last()
    session.refresh_from_db()
    confirm_session(session, by=None)

    with pytest.raises(StalePlan):
        undo(step, by=None)


def test_rule_9_a_step_that_changed_no_plan_is_not_taken_back():
    session = SessionFactory()
    confirm_session(session, by=None)

    with pytest.raises(StalePlan):
        undo(session.steps.last(), by=None)


def test_a_plan_is_kept_as_it_was():
    session = SessionFactory(note="Возьмите паспорт", limit=7)

    plan = current_plan(session)

    assert SessionPlan.of_json(plan.as_json()) == plan


@pytest.fixture
def running(time_machine):
    """A session of two meetings, the first of which has begun, with somebody who attends."""
    session = SessionFactory()
    (plan,) = current_plans(session)
    later = replace(plan, starts_at=in_days(16), ends_at=in_days(16, 13))
    session = replan_session(session, [plan, later], by=None, version=session.version)
    enrol(EmployeeFactory(), session)
    time_machine.move_to(session.starts_at + timedelta(minutes=1))
    return session


def test_rule_7_the_later_meetings_of_a_session_that_has_begun_get_another_trainer(running):
    begun, ahead = current_plans(running)
    substitute = TrainerFactory()

    replan_session(
        running, [begun, replace(ahead, trainer_ids=(substitute.pk,))], by=None, version=running.version
    )

    assert [plan.trainer_ids for plan in current_plans(running)] == [begun.trainer_ids, (substitute.pk,)]
    assert booking_faults() == []


@pytest.mark.parametrize("past", ["moved", "dropped", "another room"])
def test_rule_1_a_meeting_that_has_begun_stays_as_it_is(running, past):
    begun, ahead = current_plans(running)
    meetings = {
        "moved": [replace(begun, ends_at=begun.ends_at + timedelta(hours=1)), ahead],
        "dropped": [ahead],
        "another room": [replace(begun, room_id=RoomFactory().pk), ahead],
    }[past]

    with pytest.raises(WrongState):
        replan_session(running, meetings, by=None, version=running.version)

    assert Meeting.objects.filter(session=running).count() == 2


def test_rule_1_nothing_is_moved_into_the_past():
    session = SessionFactory()
    earlier = MeetingPlan(in_days(-2), in_days(-2, 13), room_of(session), trainers_of(session))

    with pytest.raises(WrongState):
        replan_session(session, [earlier], by=None, version=session.version)


STEPS = {
    "published": lambda session: publish_session(session, by=None),
    "confirmed": lambda session: confirm_session(session, by=None),
    "cancelled": lambda session: cancel_session(session, "Нет света", by=None),
}


@pytest.mark.parametrize("status", Session.Status.values)
@pytest.mark.parametrize("step", STEPS)
def test_rule_1_every_step_that_the_table_of_life_does_not_name_is_refused(status, step):
    reason = "Нет света" if status == "cancelled" else ""
    session = SessionFactory(status=status, cancelled_because=reason)
    (transition,) = (one for one in TRANSITIONS if one.step == step)
    # Published again when it was confirmed meanwhile: nothing to do either.
    stays = status == transition.target or (step, status) == ("published", "confirmed")

    if status in transition.sources:
        assert STEPS[step](session).status == transition.target
    elif stays:
        assert STEPS[step](session).status == status
    else:
        with pytest.raises(WrongState):
            STEPS[step](session)
    assert session.steps.count() == (status in transition.sources)
