"""Opening drafts for enrolment: one, or all of a month in the same number of statements."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from django.utils import timezone

from centre.actions import action
from centre.models import Policy
from notifications.actions import PlannedMessage, plan_messages
from people.models import Employee
from scheduling import signals
from scheduling.actions.shared import (
    lock_with_course,
    lock_with_courses,
    meetings_to_check,
    named,
    refuse_hard,
    refuse_senseless,
    refuse_stale,
    take_steps,
    teachers_of,
)
from scheduling.actions.steps import gaps_of
from scheduling.assignments.asking import ask_trainers
from scheduling.checks import Finding, broken_rules
from scheduling.errors import NeedsReason, NotPlannable
from scheduling.life import PUBLISH
from scheduling.loading import needs_of_courses
from scheduling.models import Session, SessionStep, Waiver
from scheduling.notices import sheet_messages, teaching_messages
from scheduling.plans import SessionPlan
from scheduling.standing_plans import courses_of, facts_about, own_facts, plans_of, waivers_of

Status = Session.Status
# Around what is asked of one session: a refusal says which, where there are several.
Naming = Callable[[Session], AbstractContextManager[None]]


@action
def publish_session(
    session: Session, *, by: Employee | None, despite: str = "", version: int | None = None
) -> Session:
    """Open a draft for enrolment. Publishing again changes nothing.

    `version` is the session's when the planner's page was made.

    Raises:
        StalePlan: somebody changed the session since then.
        NotPlannable: a meeting has no room or no trainer, or rules were broken since it was planned.
        NeedsReason: soft limits are broken since it was planned, and `despite` gives no reason.
        WrongState: the session was cancelled or has begun.
    """
    if version is not None and (draft := lock_with_course(session)).status == Status.DRAFT:
        refuse_stale(draft, version)
    (published,) = publish([session], by=by, despite=despite, naming=lambda _session: nullcontext())
    return published


@action
def publish_sessions(
    sessions: Collection[Session], *, by: Employee | None, despite: str = ""
) -> list[Session]:
    """Open drafts for enrolment, all or none; the same statements for any number of them.

    Raises:
        NeedsReason: with the broken limits of all of them.
        SchedulingError: whatever else stands in the way of one of them, with its name.
    """
    return publish(sessions, by=by, despite=despite, naming=named)


# --- how ------------------------------------------------------------------------------------------


def publish(
    sessions: Collection[Session], *, by: Employee | None, despite: str, naming: Naming
) -> list[Session]:
    """See `publish_sessions`."""
    found = lock_with_courses([session.pk for session in sessions])
    drafts = [one for one in found.values() if one.status not in {Status.OPEN, Status.CONFIRMED}]
    if not drafts:
        return list(found.values())
    policy = Policy.objects.current()
    soft = check_drafts(drafts, policy=policy, naming=naming)
    waive_all(soft, despite, by)
    steps = take_steps(drafts, PUBLISH, by)
    ask_trainers(drafts, policy=policy)
    plan_messages(messages_of(drafts, steps, policy))
    signals.sessions_published.send(sender=Session, sessions=drafts, steps=steps, by=by)
    return list(found.values())


def check_drafts(
    drafts: Sequence[Session], *, policy: Policy, naming: Naming
) -> dict[int, Sequence[Finding]]:
    """By session the soft findings, which want a reason; hard ones refuse the whole."""
    for draft in drafts:
        with naming(draft):
            PUBLISH.check(draft)
    plans = plans_of(drafts)
    for draft in drafts:
        with naming(draft):
            refuse_senseless(draft.course, plans[draft.pk])
            refuse_gaps(plans[draft.pk])
    facts, needs = facts_about(plans.values(), policy=policy), needs_of_courses(courses_of(drafts))
    soft: dict[int, Sequence[Finding]] = {}
    for draft in drafts:
        plan = plans[draft.pk]
        own = own_facts(facts, plan, draft, needs[draft.course_id])
        findings = broken_rules(
            own, meetings_to_check(plan), needs_step_free=plan.details.needs_step_free, policy=policy
        )
        with naming(draft):
            refuse_hard(findings)
        soft[draft.pk] = findings
    return soft


def refuse_gaps(plan: SessionPlan) -> None:
    if gaps := gaps_of(plan):
        raise NotPlannable(gaps)


def waive_all(soft: Mapping[int, Sequence[Finding]], despite: str, by: Employee | None) -> None:
    """As `shared.waive`, for many: NeedsReason names the limits of all sessions."""
    broken = {session: findings for session, findings in soft.items() if findings}
    if not broken:
        return
    known = waivers_of(broken)
    fresh = [
        (session, finding)
        for session, findings in broken.items()
        for finding in findings
        if (session, finding.key) not in known
    ]
    if fresh and not despite.strip():
        raise NeedsReason(list(dict.fromkeys(finding for _session, finding in fresh)))
    Waiver.objects.bulk_create(
        Waiver(session_id=session, key=finding.key, reason=despite.strip()[:300], by=by)
        for session, finding in fresh
    )


def messages_of(
    drafts: Iterable[Session], steps: Mapping[int, SessionStep], policy: Policy
) -> list[PlannedMessage]:
    """What those who teach are told, each message with the step that tells it."""
    teachers, now = teachers_of(steps), timezone.now()
    return [
        replace(message, cause=steps[draft.pk].cause)
        for draft in drafts
        for message in (
            *sheet_messages(draft, teachers[draft.pk], policy=policy, now=now),
            *teaching_messages(draft, teachers[draft.pk], kind="teaching_asked"),
        )
    ]
