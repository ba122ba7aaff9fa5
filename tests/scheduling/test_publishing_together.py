"""Rule 9: drafts are published together as they are one by one, in the same number of statements for any number."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centre.models import CalendarDay
from notifications.models import Message
from scheduling.actions import publish_session, publish_sessions
from scheduling.errors import NeedsReason, NotPlannable, SchedulingError
from scheduling.models import Assignment, Booking, Room, RoomClosure, Session, SessionStep
from scheduling.publication.actions import publish_plan
from tests.factories import (
    CourseFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    moscow,
)
from trainers.models import Absence

pytestmark = pytest.mark.django_db

Status = Session.Status
NOW = moscow(2026, 11, 10, 9)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW, tick=False)


def draft(day=7, hour=10, **given):
    return SessionFactory(status=Status.DRAFT, starts_at=moscow(2026, 12, day, hour), **given)


def fresh(*sessions):
    return [Session.objects.with_course().get(pk=session.pk) for session in sessions]


def statements(deed):
    with CaptureQueriesContext(connection) as queries:
        deed()
    return len(queries)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_drafts_are_published_in_the_same_statements_for_any_number(number):
    drafts = fresh(*(draft(1 + index) for index in range(number)))

    assert statements(lambda: publish_plan(drafts, by=None)) == 34
    assert set(Session.objects.values_list("status", flat=True)) == {Status.OPEN}


@pytest.mark.parametrize("number", [1, 3, 30])
def test_with_broken_limits_and_their_reason_it_is_the_same_for_any_number(number):
    trainers = [TrainerFactory(academic_hours_a_day=3) for _index in range(number)]
    drafts = fresh(*(draft(1 + index, trainer=trainer) for index, trainer in enumerate(trainers)))

    assert statements(lambda: publish_plan(drafts, by=None, despite="Замены нет")) == 36
    assert [one.waivers.get().reason for one in drafts] == ["Замены нет"] * number


def what_was_written(session):
    """Without the keys of rows and the times of messages."""
    (session,) = fresh(session)
    told = Message.objects.about(f"session:{session.pk}").order_by("kind")
    return {
        "session": (session.status, session.version),
        "steps": [(step.kind, step.by_id, step.version) for step in session.steps.all()],
        "asked": [
            (one.trainer_id, one.state, one.asked_at, one.answer_until, one.overdue_told_at)
            for one in session.assignments.order_by("trainer")
        ],
        "told": [(one.kind, one.recipient_id, one.version, one.state) for one in told],
    }


def test_rule_9_together_each_draft_becomes_what_it_would_become_alone():
    trainer, room = TrainerFactory(), RoomFactory()
    mornings, afternoons = (
        [draft(day, hour=hour, trainer=trainer, room=room) for day in (7, 8, 9)] for hour in (10, 15)
    )

    for session in mornings:
        publish_session(session, by=None)
    publish_sessions(afternoons, by=None)

    assert [what_was_written(one) for one in afternoons] == [what_was_written(one) for one in mornings]
    leaves = Message.objects.filter(kind="sheet_due_first").values_list("send_after", flat=True)
    ends = Session.objects.values_list("ends_at", flat=True)
    assert sorted(leaves) == sorted(at + timedelta(hours=2) for at in ends)


def test_rule_1_each_draft_keeps_the_messages_of_its_own_step():
    drafts = [draft(day) for day in (7, 8)]

    publish_sessions(drafts, by=None)

    for session in drafts:
        step = session.steps.get()
        told = Message.objects.caused_by(step.cause)
        assert set(told.values_list("subject", flat=True)) == {f"session:{session.pk}"}
        assert told.count() == 3


def without_room(session):
    Booking.objects.filter(meeting__session=session, room__isnull=False).delete()


def without_trainer(session):
    Booking.objects.filter(meeting__session=session, role="teaches").delete()


def on_a_closed_day(session):
    CalendarDay.objects.create(
        on=session.starts_at.date(), kind="holiday", name="Переезд", is_closed=True, status="confirmed"
    )


def in_a_closed_room(session):
    room = Room.objects.get(bookings__meeting__session=session)
    RoomClosure.objects.create(
        room=room, starts_at=session.starts_at, ends_at=session.ends_at, reason="Потолок"
    )


def with_an_absent_trainer(session):
    trainer = session.meetings.get().bookings.get(role="teaches").person.trainer
    day = session.starts_at.date()
    Absence.objects.create(trainer=trainer, starts_on=day, ends_on=day, reason="vacation")


def without_the_qualification(session):
    session.course.qualifications.add(QualificationFactory(title="Первая помощь"))


def too_far_away(session):
    """The trainer is at another site half an hour before."""
    trainer = session.meetings.get().bookings.get(role="teaches").person.trainer
    other = RoomFactory(site=SiteFactory())
    begins = session.starts_at - timedelta(hours=2)
    SessionFactory(starts_at=begins, hours=1.5, trainer=trainer, room=other)


FAULTS = [
    without_room,
    without_trainer,
    on_a_closed_day,
    in_a_closed_room,
    with_an_absent_trainer,
    without_the_qualification,
    too_far_away,
]


@pytest.mark.parametrize("fault", FAULTS)
def test_rule_9_together_a_draft_is_refused_for_what_it_is_refused_for_alone(fault):
    fine, bad = draft(14), draft(7, course=CourseFactory(title="Пожарный минимум"))
    fault(bad)

    with pytest.raises(NotPlannable) as alone:
        publish_session(bad, by=None)
    with pytest.raises(SchedulingError) as together:
        publish_sessions([fine, bad], by=None)

    assert str(together.value) == f"«Пожарный минимум», 7 декабря: {alone.value}"
    assert set(Session.objects.filter(pk__in=[fine.pk, bad.pk]).values_list("status", flat=True)) == {"draft"}
    assert not SessionStep.objects.exists() and not Assignment.objects.exists()


def test_rule_3_hours_of_drafts_that_are_published_together_count_together():
    """Three hours are four academic ones: each is within the limit of the day, both are not."""
    trainer = TrainerFactory(academic_hours_a_day=6)
    drafts = [draft(7, hour=hour, trainer=trainer) for hour in (9, 14)]

    with pytest.raises(NeedsReason) as alone:
        publish_session(drafts[0], by=None)
    with pytest.raises(NeedsReason) as together:
        publish_sessions(drafts, by=None)

    assert together.value.findings == alone.value.findings


def test_rule_9_what_is_open_already_stays_as_it_is():
    drafts = [draft(7), draft(8)]
    publish_session(drafts[0], by=None)

    publish_sessions(drafts, by=None)

    assert [one.steps.count() for one in drafts] == [1, 1]
    assert [one.version for one in fresh(*drafts)] == [2, 2]
