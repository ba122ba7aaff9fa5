"""Trainers are asked before they teach, and answer (rules 3 and 7)."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import translation

from accounts.roles import Role
from centre.models import Policy
from notifications.kinds import render
from notifications.models import Message
from scheduling.actions import cancel_session, current_plans, publish_session, replan_session, undo
from scheduling.assignments.actions import (
    accept_assignment,
    decline_assignment,
    take_back_answer,
    tell_of_silence,
)
from scheduling.errors import SchedulingError, WrongState
from scheduling.gaps import load_missing
from scheduling.hurt import without_trainer
from scheduling.models import Assignment, Booking, Session
from scheduling.plans import MeetingPlan
from scheduling.problems import problems_of
from tests.factories import EmployeeFactory, RoomFactory, SessionFactory, TrainerFactory, moscow

pytestmark = pytest.mark.django_db
NOW = moscow(2026, 11, 16, 12)
START = moscow(2026, 11, 24, 10)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller, translation.override("en"):
        yield traveller


@pytest.fixture
def hr():
    person = EmployeeFactory()
    person.groups.add(Group.objects.get(name=Role.HR_ADMIN))
    return person


def published(trainer=None, **fields):
    session = SessionFactory(
        status=Session.Status.DRAFT, starts_at=START, trainer=trainer or TrainerFactory(), **fields
    )
    return publish_session(session, by=None)


def asked(session):
    return session.assignments.get()


def replan(session, trainer, *, starts_at=START, room=None, **details):
    session.refresh_from_db()
    room = room or Booking.objects.of_rooms().filter(meeting__session=session).get().room
    plan = MeetingPlan(starts_at, starts_at + timedelta(hours=3), room.pk, (trainer.pk,))
    return replan_session(session, [plan], by=None, version=session.version, **details)


def problems(session):
    session.refresh_from_db()
    found = problems_of([session], policy=Policy.objects.current())
    codes = [problem.finding.code for one in found.values() for problem in one.problems]
    return [code for code in codes if code != "too_few"]


def told(kind):
    return list(Message.objects.planned().filter(kind=kind).values_list("recipient", flat=True))


def test_18_publishing_asks_the_trainer_for_two_days_and_a_draft_asks_nobody():
    trainer = TrainerFactory()
    draft = SessionFactory(status=Session.Status.DRAFT, starts_at=START, trainer=trainer)
    assert not draft.assignments.exists()

    publish_session(draft, by=None)

    row = asked(draft)
    assert (row.trainer, row.state, row.answer_until) == (trainer, "asked", NOW + timedelta(hours=48))
    letter = render(Message.objects.get(kind="teaching_asked", recipient=trainer.employee))
    assert "Please accept or decline" in letter.as_text()


def test_18_the_term_is_not_later_than_the_start():
    session = SessionFactory(status=Session.Status.DRAFT, starts_at=NOW + timedelta(hours=20))

    publish_session(session, by=None)

    assert asked(session).answer_until == NOW + timedelta(hours=20)


def test_18_another_time_or_site_asks_again_and_another_room_of_the_site_does_not():
    trainer = TrainerFactory()
    session = published(trainer)
    accept_assignment(asked(session), by=trainer.employee)
    room = Booking.objects.of_rooms().get(meeting__session=session).room

    replan(session, trainer, room=RoomFactory(site=room.site))
    assert asked(session).state == "accepted"
    replan(session, trainer, room=RoomFactory())
    assert asked(session).state == "asked"
    accept_assignment(asked(session), by=trainer.employee)
    replan(session, trainer, starts_at=START + timedelta(hours=1))
    assert asked(session).state == "asked"


@pytest.mark.parametrize(("answer", "left"), [("accepted", ["accepted"]), ("asked", []), ("declined", [])])
def test_18_who_has_nothing_ahead_in_a_running_session_is_not_asked_about_what_has_begun(clock, answer, left):
    trainer, substitute = TrainerFactory.create_batch(2)
    session = published(trainer)
    (first,) = current_plans(session)
    later = START + timedelta(days=2)
    second = replace(first, starts_at=later, ends_at=later + timedelta(hours=3))
    session = replan_session(session, [first, second], by=None, version=session.version)
    if answer == "accepted":
        accept_assignment(asked(session), by=trainer.employee)
    elif answer == "declined":
        decline_assignment(asked(session), "Уезжаю", by=trainer.employee)
    clock.move_to(START + timedelta(hours=4))

    second = replace(second, trainer_ids=(substitute.pk,))
    replan_session(session, [first, second], by=None, version=session.version)

    assert list(session.assignments.filter(trainer=trainer).values_list("state", flat=True)) == left
    assert session.assignments.get(trainer=substitute).state == "asked"
    assert problems(session) == []


def test_18_what_has_begun_asks_nobody_again(clock):
    trainer = TrainerFactory()
    session = published(trainer)
    (first,) = current_plans(session)
    later = START + timedelta(days=2)
    second = replace(first, starts_at=later, ends_at=later + timedelta(hours=3))
    session = replan_session(session, [first, second], by=None, version=session.version)
    accept_assignment(asked(session), by=trainer.employee)
    clock.move_to(START + timedelta(hours=4))

    replan_session(session, [first, second], by=None, version=session.version, note="Паспорт")
    assert asked(session).state == "accepted"
    second = replace(second, starts_at=later + timedelta(hours=1))
    session.refresh_from_db()
    replan_session(session, [first, second], by=None, version=session.version)
    assert asked(session).state == "asked"


def test_18_a_move_that_is_taken_back_needs_no_second_answer():
    trainer = TrainerFactory()
    session = published(trainer)
    accept_assignment(asked(session), by=trainer.employee)
    replan(session, trainer, starts_at=START + timedelta(days=1))

    undo(session.steps.latest("pk"), by=None)

    assert asked(session).state == "accepted"


def test_18_who_is_taken_off_loses_the_question_and_who_comes_is_asked():
    old, new = TrainerFactory(), TrainerFactory()
    session = published(old)
    accept_assignment(asked(session), by=old.employee)

    replan(session, new)

    assert (asked(session).trainer, asked(session).state) == (new, "asked")
    assert set(told("teaching_changed")) == {old.employee_id, new.employee_id}


def test_18_a_cancelled_session_asks_nobody_any_more():
    session = published()
    row = asked(session)

    cancel_session(session, "Ремонт", by=None)

    assert not session.assignments.exists()
    with pytest.raises(WrongState, match="do not teach this session any more"):
        accept_assignment(row, by=row.trainer.employee)


def test_rule_7_who_declines_stays_booked_until_somebody_decides_and_hr_is_told_at_once(hr):
    trainer, other = TrainerFactory(), TrainerFactory()
    session = published(trainer)

    decline_assignment(asked(session), "Уезжаю", by=trainer.employee)

    assert Booking.objects.teaching().get(meeting__session=session).person == trainer.employee
    assert problems(session) == ["trainer_declined"]
    missing, _facts = load_missing(without_trainer(), rooms=False)
    assert [(one.session, one.gap.leaving) for one in missing] == [(session, trainer.pk)]
    assert told("assignment_declined") == [hr.pk]
    assert "Reason: Уезжаю" in render(Message.objects.get(kind="assignment_declined")).as_text()
    replan(session, other)
    assert problems(session) == []
    assert render(Message.objects.get(kind="assignment_declined")) is None


def test_18_a_refusal_needs_a_reason():
    session = published()

    with pytest.raises(SchedulingError, match="Say why you cannot teach"):
        decline_assignment(asked(session), " ", by=asked(session).trainer.employee)


def test_18_an_answer_is_taken_back_and_hr_does_not_hear_of_it(hr, clock):
    session = published()
    row = asked(session)
    decline_assignment(row, "Уезжаю", by=row.trainer.employee)

    take_back_answer(row, by=row.trainer.employee)

    assert (asked(session).state, asked(session).why) == ("asked", "")
    assert told("assignment_declined") == []
    clock.shift(timedelta(seconds=1))
    decline_assignment(row, "Всё же уезжаю", by=row.trainer.employee)
    assert told("assignment_declined") == [hr.pk]


def test_18_a_session_that_has_begun_is_not_answered_for(clock):
    session = published()
    clock.move_to(START)

    with pytest.raises(WrongState, match="has begun"):
        accept_assignment(asked(session), by=asked(session).trainer.employee)


def test_18_silence_is_a_problem_by_the_clock_and_hr_is_told_once(hr, clock):
    session = published()
    assert problems(session) == []

    clock.shift(timedelta(hours=49))  # the beat slept for an hour

    assert problems(session) == ["trainer_unanswered"]
    assert [tell_of_silence(), tell_of_silence()] == [1, 0]
    assert told("assignment_unanswered") == [hr.pk]
    message = Message.objects.get(kind="assignment_unanswered")
    assert "has not answered in time" in render(message).as_text()
    accept_assignment(asked(session), by=asked(session).trainer.employee)
    assert problems(session) == []
    assert render(message) is None


def test_18_nobody_is_called_silent_about_a_session_that_is_over(hr, clock):
    published()
    clock.move_to(START + timedelta(days=1))

    assert tell_of_silence() == 0
    assert Assignment.objects.count() == 1
