"""Two planners publish, or prepare, at the same moment (rule 9)."""

from functools import partial

import pytest

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from notifications.models import Message
from scheduling.actions import cancel_session, current_plan, publish_session
from scheduling.errors import StalePlan
from scheduling.models import PreparedChange, Session, SessionStep
from scheduling.publication.actions import prepare_cancellation, prepare_move, publish_plan
from tests.factories import EmployeeFactory, SessionFactory, in_days
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]

Status = Session.Status


def month_that_waits():
    """A draft, and a published session of three people that is to be moved."""
    draft, moves = SessionFactory(status=Status.DRAFT), SessionFactory(starts_at=in_days(15))
    for _number in range(3):
        enrol(EmployeeFactory(), moves)
    plan = current_plan(moves).with_meeting(0, starts_at=in_days(17), ends_at=in_days(17, 13))
    prepare_move(moves, plan.meetings, by=None, version=moves.version)
    return list(Session.objects.with_course().filter(pk__in=[draft.pk, moves.pk]))


def test_rule_9_of_planners_who_publish_together_one_does_it_and_the_others_are_told():
    sessions = month_that_waits()
    Message.objects.all().delete()

    answers = at_once([partial(publish_plan, sessions, by=None) for _number in range(4)])

    assert sorted(type(answer).__name__ for answer in answers) == ["StalePlan"] * 3 + ["list"]
    assert sorted(SessionStep.objects.values_list("kind", flat=True)) == ["moved", "prepared", "published"]
    assert Message.objects.filter(kind="session_moved").count() == 3
    assert Message.objects.filter(kind="teaching_asked").count() == 1
    assert booking_faults() == []


def test_rule_9_who_publishes_what_is_being_cancelled_waits_and_publishes_nothing():
    sessions = month_that_waits()
    draft, moves = sorted(sessions, key=lambda session: session.status != Status.DRAFT)

    answer = before_the_commit(
        partial(cancel_session, moves, "Нет света", by=None), partial(publish_plan, sessions, by=None)
    )

    assert isinstance(answer, StalePlan)
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_rule_9_who_publishes_a_draft_that_somebody_is_publishing_waits_and_is_told():
    draft = Session.objects.with_course().get(pk=SessionFactory(status=Status.DRAFT).pk)

    answer = before_the_commit(
        partial(publish_session, draft, by=None), partial(publish_plan, [draft], by=None)
    )

    assert isinstance(answer, StalePlan)
    assert Message.objects.filter(kind="teaching_asked").count() == 1


def test_rule_9_of_two_who_prepare_for_one_session_the_second_is_told():
    session = SessionFactory()
    calls = [
        partial(prepare_cancellation, session, reason, by=None, version=session.version)
        for reason in ("Первая", "Вторая")
    ]

    answers = at_once(calls)

    assert sorted(type(answer).__name__ for answer in answers) == ["PreparedChange", "StalePlan"]
    (kept,) = [answer for answer in answers if isinstance(answer, PreparedChange)]
    assert PreparedChange.objects.get().reason == kept.reason
