"""Copies of a session: the same meetings weeks later, with what speaks against each week. Functions over facts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from centre.models import Policy
from scheduling.checks import Finding, broken_rules, clash_findings, unique
from scheduling.facts import Facts
from scheduling.plans import MeetingPlan, SessionPlan

WEEK = timedelta(days=7)
# So many weeks are shown at once.
WEEKS = 8


@dataclass(frozen=True)
class Copy:
    """The plan as it would begin on that day."""

    first: date
    plan: SessionPlan
    findings: tuple[Finding, ...]

    @property
    def hard(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_soft]

    @property
    def soft(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_soft]


def moved(plan: SessionPlan, first: date) -> SessionPlan:
    """The meetings as far from each other as before and at the same hours, beginning on that day."""
    by = first - first_day(plan)
    return replace(plan, meetings=tuple(moved_meeting(meeting, by) for meeting in plan.meetings))


def moved_meeting(meeting: MeetingPlan, by: timedelta) -> MeetingPlan:
    return replace(meeting, starts_at=later(meeting.starts_at, by), ends_at=later(meeting.ends_at, by))


def later(at: datetime, by: timedelta) -> datetime:
    """So many days later at the same hour of the clock, which may have changed between."""
    local = at.astimezone(timezone.get_default_timezone())
    return datetime.combine(local.date() + by, local.time(), tzinfo=local.tzinfo)


def first_day(plan: SessionPlan) -> date:
    return timezone.localdate(plan.meetings[0].starts_at, timezone.get_default_timezone())


def coming_weeks(plan: SessionPlan, today: date) -> list[date]:
    """The same day of the week in the weeks after today."""
    first = first_day(plan)
    weeks = max((today - first) // WEEK + 1, 1)
    return [first + (weeks + number) * WEEK for number in range(WEEKS)]


def copies(plan: SessionPlan, firsts: Sequence[date], facts: Facts, policy: Policy) -> list[Copy]:
    """A copy for each of these days; what stands booked counts, the copied session's meetings too."""
    return [copy_at(moved(plan, first), first, facts, policy) for first in firsts]


def copy_at(plan: SessionPlan, first: date, facts: Facts, policy: Policy) -> Copy:
    meetings, step_free = plan.meetings, plan.details.needs_step_free
    found = unique(
        clash_findings(facts, meetings, changeover_minutes=policy.changeover_minutes),
        broken_rules(facts, meetings, needs_step_free=step_free, policy=policy),
    )
    return Copy(first, plan, tuple(found))
