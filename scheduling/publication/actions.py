"""Changes of published sessions are prepared, dropped, and published together with the drafts of a month (rule 9)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from people.models import Employee
from scheduling.actions.planning import Change, in_order, replan_sessions
from scheduling.actions.publishing import publish_sessions
from scheduling.actions.shared import (
    booked_persons,
    current_plan,
    effective_seats,
    lock_with_course,
    lock_with_courses,
    meetings_to_check,
    named,
    people_beyond,
    record_step,
    refuse_ended,
    refuse_hard,
    refuse_rewriting_the_past,
    refuse_senseless,
    refuse_stale,
    to_be_waived,
    trainers_of,
    waiting_persons,
)
from scheduling.actions.steps import cancel_session
from scheduling.errors import NeedsReason, NotAsShown, SchedulingError, StalePlan, WrongState
from scheduling.headcounts import headcount
from scheduling.life import CANCEL
from scheduling.models import PreparedChange, Room, Session, SessionStep
from scheduling.plans import Details, MeetingPlan, SessionPlan
from scheduling.publication.difference import Difference, against_prepared, fingerprint_of, stale_words
from scheduling.rehearsal import Rehearsal, watched

Status = Session.Status
Step = SessionStep.Kind
Kind = PreparedChange.Kind


@action
def prepare_move(
    session: Session,
    meetings: Sequence[MeetingPlan],
    *,
    by: Employee | None,
    version: int,
    limit: int | None = None,
    needs_step_free: bool = False,
    online_link: str = "",
    note: str = "",
    reason: str = "",
    despite: str = "",
) -> PreparedChange:
    """Keep other times, rooms, trainers or details of a published session for the next publication.

    It takes the place of what was prepared for the session before. Nothing is booked and nobody is told. It is checked
    as if everything else that is prepared had happened: the place that another prepared change leaves is free. One that
    is not may be kept with `despite`, the first of two that swap rooms; it is left out of the publication until then.

    Raises:
        StalePlan: `version` is not the session's any more: somebody changed it, or prepared something, meanwhile.
        WrongState: the session is a draft, over or cancelled, or a meeting that has begun would be another.
        NeedsReason: somebody else will have the room or the trainer, or soft limits are broken, and no `despite`.
        NotPlannable, SeatsTaken: as in `replan_sessions`.
    """
    session = lock_published(session, version)
    details = Details(limit=limit, needs_step_free=needs_step_free, online_link=online_link, note=note)
    plan = in_order(SessionPlan(tuple(meetings), details))
    refuse_rewriting_the_past(current_plan(session), plan)
    refuse_senseless(session.course, plan)
    findings = against_prepared(
        session, replace(plan, meetings=tuple(meetings_to_check(plan))), policy=Policy.objects.current()
    )
    refuse_hard(finding for finding in findings if not finding.is_clash)
    rooms = Room.objects.filter(pk__in={one.room_id for one in plan.meetings if one.room_id})
    seats = effective_seats(session.course, rooms, limit)
    crowded = people_beyond(session, seats, headcount(session), by=by)
    if crowded and not despite.strip():
        raise NeedsReason([*crowded, *to_be_waived(session, findings, "?")])
    to_be_waived(session, findings, despite)
    return keep(session, Kind.MOVE, by, reason, plan=plan, despite=despite)


@action
def prepare_cancellation(
    session: Session, reason: str, *, by: Employee | None, version: int
) -> PreparedChange:
    """Keep the cancellation of a published session for the next publication, with the reason its people will read.

    Raises:
        SchedulingError: no reason was given.
        StalePlan, WrongState: as in `prepare_move`.
    """
    if not reason.strip():
        raise SchedulingError(_("Say why the session is cancelled: its people will read it."))
    session = lock_published(session, version)
    CANCEL.check(session)
    return keep(session, Kind.CANCEL, by, reason)


@action
def drop_prepared_change(session: Session, *, by: Employee | None, version: int | None = None) -> bool:
    """Forget what was prepared for the session; False when nothing is prepared any more.

    Raises:
        StalePlan: `version`, that of the planner's page, is not the session's any more: something else is prepared.
    """
    session = lock_with_course(session)
    prepared = PreparedChange.objects.filter(session=session)
    if not prepared.exists():
        return False
    if version is not None:
        refuse_stale(session, version)
    prepared.delete()
    note(session, Step.DROPPED, by)
    return True


@action
def publish_plan(sessions: Collection[Session], *, by: Employee | None, despite: str = "") -> list[Session]:
    """Publish drafts, and do what was prepared for published sessions, as one operation: all of it or nothing.

    The sessions are as the planner saw them. What is cancelled frees its rooms and trainers first, then all moves are
    made together, so that two sessions may swap rooms, then the drafts are opened together: by the actions that check
    and tell what they always do. `despite` says why soft limits may be broken that have no reason yet.

    Raises:
        StalePlan: somebody changed or published one of them meanwhile.
        NeedsReason: with the broken limits of all drafts, or of a move.
        SchedulingError: whatever else stands in the way of one of them, with its name.
    """
    seen = {session.pk: session for session in sessions}
    fresh = lock_with_courses(seen)
    changes = {one.session_id: one for one in PreparedChange.objects.filter(session__in=fresh)}
    for pk, session in fresh.items():
        with named(session):
            refuse_stale(session, seen[pk].version)
            refuse_nothing_to_publish(session, changes.get(pk))
    moves = [move_of(fresh[pk], one) for pk, one in changes.items() if not one.is_cancellation]
    drafts = [session for pk, session in fresh.items() if pk not in changes]
    lock_persons_and_rooms(fresh, moves, opening=[draft.pk for draft in drafts])

    for pk, one in changes.items():
        if one.is_cancellation:
            with named(fresh[pk]):
                cancel_session(fresh[pk], one.reason, by=by)
    if moves:
        replan_sessions(moves, by=by, despite=despite)
    if drafts:
        publish_sessions(drafts, by=by, despite=despite)
    PreparedChange.objects.filter(session__in=changes).delete()
    return list(fresh.values())


@action
def publish_as_shown(
    difference: Difference,
    sessions: Collection[Session],
    shown: str,
    *,
    by: Employee | None,
    despite: str = "",
) -> Rehearsal:
    """Publish, if that does exactly what the planner was shown (`difference.fingerprint_of`); say what it did.

    Raises:
        NotAsShown: it would do something else by now; nothing has happened.
        And whatever `publish_plan` raises.
    """
    done = watched(lambda: publish_plan(sessions, by=by, despite=despite), sessions)
    if fingerprint_of(difference, sessions, done) != shown:
        raise NotAsShown(
            _("Something changed since you were shown what will happen. Nothing was published: look again.")
        )
    return done


# --- how ------------------------------------------------------------------------------------------


def lock_published(session: Session, version: int) -> Session:
    session = lock_with_course(session)
    refuse_stale(session, version)
    refuse_ended(session)
    if session.status == Status.DRAFT:
        raise WrongState(_("The session is a draft: change it at once, nobody but planners sees it."))
    return session


def keep(
    session: Session,
    kind: PreparedChange.Kind,
    by: Employee | None,
    reason: str,
    *,
    plan: SessionPlan | None = None,
    despite: str = "",
) -> PreparedChange:
    note(session, Step.PREPARED, by, reason.strip())
    change, _is_new = PreparedChange.objects.update_or_create(
        session=session,
        defaults={
            "kind": kind,
            "session_version": session.version,
            "plan": plan.as_json() if plan else None,
            "starts_at": plan.meetings[0].starts_at if plan else None,
            "reason": reason.strip(),
            "despite": despite.strip(),
            "by": by,
            "at": timezone.now(),
        },
    )
    return change


def note(session: Session, step: SessionStep.Kind, by: Employee | None, reason: str = "") -> None:
    """Who else has the session open is told: preparing is a change of it for planners."""
    session.version += 1
    session.save(update_fields=["version"])
    record_step(session, step, by, reason)


def refuse_nothing_to_publish(session: Session, change: PreparedChange | None) -> None:
    if change is None and session.status != Status.DRAFT:
        raise StalePlan(_("There is nothing to publish of this session any more."))
    if change is not None and change.session_version != session.version:
        raise StalePlan(stale_words())


def move_of(session: Session, change: PreparedChange) -> Change:
    return Change(
        session, change.session_version, change.new_plan, reason=change.reason, despite=change.despite
    )


def lock_persons_and_rooms(
    keys: Collection[int], moves: Iterable[Change], *, opening: Collection[int]
) -> None:
    """Everybody and everything that one of the steps will lock, at once and in order (centre/locks.py)."""
    meetings = [meeting for move in moves for meeting in move.plan.meetings]
    attending, teaching = booked_persons(keys)
    trainers = {trainer.employee_id for trainer in trainers_of(meetings).values()}
    Employee.objects.lock_all(attending | teaching | trainers | waiting_persons(list(keys), opening=opening))
    Room.objects.lock_all(meeting.room_id for meeting in meetings if meeting.room_id)
