"""What is wrong with sessions that are planned: the same findings as in the form and on the board, for many at once.

A plan that was right may become wrong: a trainer falls ill, a qualification ends, a room is closed, the calendar
changes. Nothing of it is stored; what a planner allowed with a reason stays listed as such (rule 3).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.models import Policy
from scheduling.actions.steps import gaps_of
from scheduling.assignments.findings import about_answers, unwelcome_answers
from scheduling.checks import About, Finding, broken_rules, unique
from scheduling.facts import Facts, Span
from scheduling.headcounts import Headcount, headcounts
from scheduling.loading import load_calendar_of_centre, needs_of_courses, weeks_of
from scheduling.models import Session, Waiver
from scheduling.plans import SessionPlan
from scheduling.standing_plans import courses_of, own_facts, plans_of, waivers_of
from scheduling.too_few import Stages, Standing, card_of


@dataclass(frozen=True)
class Problem:
    """A finding against a planned session; `waiver` is the reason with which a planner allowed it."""

    finding: Finding
    waiver: Waiver | None = None

    @property
    def is_open(self) -> bool:
        return self.waiver is None

    @property
    def tone(self) -> str:
        """How it looks: see docs/look.md."""
        if self.waiver:
            return "neutral"
        return "wait" if self.finding.is_soft else "bad"


@dataclass(frozen=True)
class SessionProblems:
    session: Session
    problems: tuple[Problem, ...]

    @property
    def is_open(self) -> bool:
        """Whether anything was not allowed by anybody."""
        return any(problem.is_open for problem in self.problems)


# Facts of all rooms and trainers by the first and the last day that they were loaded for.
Calendars = Mapping[tuple[date, date], Facts]
NO_CALENDARS: Calendars = {}
NOBODY = Headcount()


def problems_of(
    sessions: Sequence[Session],
    *,
    policy: Policy,
    people: Mapping[int, Headcount] | None = None,
    calendars: Calendars = NO_CALENDARS,
) -> dict[int, SessionProblems]:
    """By the session's key what is wrong with its meetings ahead; sessions without problems are left out.

    The sessions come with their courses; `people` are their headcounts and `calendars` those of the centre, where the
    caller has them. Fourteen queries for any number of them.
    """
    sessions = [session for session in sessions if session.can_move]
    if not sessions:
        return {}
    plans = plans_of(sessions)
    spans = [meeting.span for plan in plans.values() for meeting in plan.meetings]
    facts = calendar_during(spans, calendars) if spans else None
    needs = needs_of_courses(courses_of(sessions))
    people = headcounts(plans) if people is None else people
    answers = unwelcome_answers(plans)
    waivers: dict[int, dict[str, Waiver]] = defaultdict(dict)
    for (pk, key), waiver in waivers_of(plans).items():
        waivers[pk][key] = waiver
    found = {}
    for session in sessions:
        pk = session.pk
        own = own_facts(facts, plans[pk], session, needs[session.course_id]) if facts else None
        findings = [
            *(against_plan(own, plans[pk], policy=policy) if own else ()),
            *about_people(session, people.get(pk, NOBODY), policy),
            *about_answers(answers[pk]),
        ]
        if findings:
            own_waivers = waivers.get(pk)
            found[pk] = SessionProblems(
                session,
                tuple(
                    Problem(one, own_waivers.get(one.key) if own_waivers else None)
                    for one in unique(findings)
                ),
            )
    return found


def calendar_during(spans: Sequence[Span], calendars: Calendars) -> Facts:
    """Of the whole weeks of these times, for limits of a week count."""
    days = weeks_of(spans)
    return calendars[days] if days in calendars else load_calendar_of_centre(*days)


def against_plan(facts: Facts, plan: SessionPlan, *, policy: Policy) -> list[Finding]:
    """Gaps, hard findings and soft ones against the meetings of a plan, from facts that leave its session out."""
    return unique(
        gaps_of(plan),
        broken_rules(facts, plan.meetings, needs_step_free=plan.details.needs_step_free, policy=policy),
    )


def about_people(session: Session, people: Headcount, policy: Policy) -> list[Finding]:
    """Too few people shortly before the start (rule 8), and people whom a move brought into a clash."""
    found = []
    about = (About("session", session.pk),)
    minimum = session.course.group_min or 0
    standing = Standing(session.pk, session.status, session.starts_at, people.held, minimum)
    if card_of(standing, timezone.now(), Stages.of(policy)):
        sentence = _("Too few people: %(held)s of at least %(minimum)s.")
        found.append(Finding("too_few", sentence % {"held": people.held, "minimum": minimum}, about))
    if people.clashing:
        sentence = ngettext(
            "%(count)s person is booked elsewhere at this time since the session was moved.",
            "%(count)s people are booked elsewhere at this time since the session was moved.",
            people.clashing,
        )
        found.append(Finding("people_clash", sentence % {"count": people.clashing}, about))
    return found
