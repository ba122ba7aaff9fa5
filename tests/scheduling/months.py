"""December as planners prepare it, from the tenth of November on."""

from datetime import date, timedelta

from scheduling.actions import current_plan
from scheduling.forms.sessions import midnight, next_month
from scheduling.models import Session
from scheduling.publication.actions import prepare_move, publish_plan
from scheduling.publication.difference import load_difference
from tests.factories import SessionFactory, moscow

HOURS = timedelta(hours=3)


def december():
    first = date(2026, 12, 1)
    return load_difference(midnight(first), midnight(next_month(first)))


def draft(day=7, **given):
    return SessionFactory(status=Session.Status.DRAFT, starts_at=moscow(2026, 12, day, 10), **given)


def published(day=14, **given):
    return SessionFactory(starts_at=moscow(2026, 12, day, 10), **given)


def moved_to(session, day, hour=10, **other):
    """The session's plan with its meeting on that day of December."""
    starts_at = moscow(2026, 12, day, hour)
    return current_plan(session).with_meeting(0, starts_at=starts_at, ends_at=starts_at + HOURS, **other)


def prepare(session, plan, **given):
    session.refresh_from_db()
    return prepare_move(session, plan.meetings, by=given.pop("by", None), version=session.version, **given)


def publish(*sessions, **given):
    fresh = [Session.objects.with_course().get(pk=session.pk) for session in sessions]
    return publish_plan(fresh, by=given.pop("by", None), **given)
