"""Planning sessions, planning them anew, alone or several at once, and taking that back."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from courses.models import Course
from notifications.actions import noting
from people.models import Employee
from scheduling import signals
from scheduling.actions.shared import (
    book_rooms_and_trainers,
    booked_persons,
    check_plan,
    current_plan,
    details_of,
    effective_seats,
    lock_resources,
    lock_with_courses,
    people_beyond,
    persons_busy,
    record_step,
    refuse_ended,
    refuse_rewriting_the_past,
    refuse_stale,
    rewrite_meetings,
    tell_of_changes,
    to_be_waived,
    trainers_of,
    waiting_persons,
    waive,
)
from scheduling.checks import Finding
from scheduling.errors import NeedsReason, StalePlan
from scheduling.headcounts import Headcount, headcounts
from scheduling.models import Booking, Meeting, Room, Session, SessionStep
from scheduling.plans import Details, MeetingPlan, SessionPlan
from trainers.models import Trainer

Step = SessionStep.Kind


@dataclass(frozen=True)
class Change:
    """What a planner wants of a session instead; `version` is the session's when they looked at it.

    `reason` and `despite` are its own, where those of the whole operation say less.
    """

    session: Session
    version: int
    plan: SessionPlan
    reason: str = ""
    despite: str = ""


@dataclass(frozen=True)
class Draft:
    """A session to be planned."""

    course: Course
    plan: SessionPlan


@action
def plan_session(
    course: Course,
    meetings: Sequence[MeetingPlan],
    *,
    by: Employee | None,
    limit: int | None = None,
    needs_step_free: bool = False,
    online_link: str = "",
    note: str = "",
    despite: str = "",
) -> Session:
    """Plan a session as a draft, with its meetings and the bookings of rooms and trainers.

    `despite` says why soft limits may be broken.

    Raises:
        NotPlannable: with every rule that the plan breaks, in words.
        NeedsReason: soft limits are broken, and `despite` gives no reason.
        RoomTaken, PersonBusy: another booking stands in the way; the sentence names it.
    """
    details = Details(limit=limit, needs_step_free=needs_step_free, online_link=online_link, note=note)
    return plan_drafts([Draft(course, SessionPlan(tuple(meetings), details))], by=by, despite=despite)[0]


@action
def plan_sessions(drafts: Iterable[Draft], *, by: Employee | None, despite: str = "") -> list[Session]:
    """Plan several sessions as drafts in one transaction, all or none; each is checked with those before it booked.

    Raises:
        As `plan_session`; NeedsReason names the broken limits of all of them.
    """
    return plan_drafts(drafts, by=by, despite=despite)


@action
def replan_session(
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
) -> Session:
    """Give one session other times, rooms, trainers or details; see `replan_sessions`."""
    details = Details(limit=limit, needs_step_free=needs_step_free, online_link=online_link, note=note)
    change = Change(session, version, SessionPlan(tuple(meetings), details))
    return replan_sessions([change], by=by, reason=reason, despite=despite)[0]


@action
def replan_sessions(
    changes: Iterable[Change],
    *,
    by: Employee | None,
    reason: str = "",
    despite: str = "",
    repairs: bool = False,
) -> list[Session]:
    """Give sessions other times, rooms, trainers or details as one operation, and move everybody's bookings along.

    All old bookings go before the first new one is written, so that two sessions may swap rooms or trainers. Meetings
    that have begun stay as they are. Trainees whom a new time brings into a clash keep their seat without bookings;
    `session_moved` names them. It is sent when the group meets at another time, elsewhere, with others, or by another
    link or note: nothing else is news to them. `despite` says why soft limits may be broken. What `repairs` a plan is
    not refused for what else is wrong with it already.

    Raises:
        StalePlan: a `version` is not the session's any more: somebody changed it meanwhile.
        WrongState: a session is over or was cancelled, or a meeting that has begun would be another.
        SeatsTaken: the new rooms or limit have fewer seats than are held and kept, and nobody may be seated beyond.
        NeedsReason: the same where `by` may seat people beyond the limit: then `despite` keeps everybody's seat.
        NotPlannable, NeedsReason, RoomTaken, PersonBusy: as in `plan_session`.
    """
    return replan(changes, by=by, reason=reason, despite=despite, repairs=repairs)


@action
def undo(step: SessionStep, *, by: Employee | None) -> list[Session]:
    """Take back a change of a plan, with all sessions of its operation, as long as nobody changed them since.

    What was changed since and taken back again does not count, so that the changes before it can be taken back too.
    Limits that stood broken before may stand broken again.

    Raises:
        StalePlan: the step changed no plan, or a session was changed after it.
        And whatever stands in the way of the old plan now, as in `replan_sessions`.
    """
    together = [step] if step.operation is None else SessionStep.objects.filter(operation=step.operation)
    changes = []
    for one in together:
        if one.before is None or one.version is None:
            raise StalePlan(_("This step cannot be taken back."))
        changes.append(Change(one.session, version_left_by(one), SessionPlan.of_json(one.before)))
    return replan(changes, by=by, despite=_("Taken back: it stood so before."), kind=Step.UNDONE)


def version_left_by(step: SessionStep) -> int:
    """The version to go back from: the session's own, when everything since was taken back again."""
    session = Session.objects.get(pk=step.session_id)
    later = session.steps.filter(pk__gt=step.pk)
    if step.version == session.version or later.filter(before__isnull=True).exists():
        return step.version or 0
    stands_again = current_plan(session).is_same(SessionPlan.of_json(step.after or {"meetings": []}))
    return session.version if stands_again else step.version or 0


# --- how ------------------------------------------------------------------------------------------


def plan_drafts(drafts: Iterable[Draft], *, by: Employee | None, despite: str) -> list[Session]:
    """See `plan_sessions`."""
    policy = Policy.objects.current()
    drafts = [Draft(draft.course, in_order(draft.plan)) for draft in drafts]
    trainers, rooms = lock_resources([meeting for draft in drafts for meeting in draft.plan.meetings])
    sessions: list[Session] = []
    soft: list[Finding] = []
    for draft in drafts:
        try:
            sessions.append(write_draft(draft, trainers, rooms, by=by, despite=despite, policy=policy))
        except NeedsReason as refusal:
            soft += refusal.findings
    if soft:
        raise NeedsReason(list(dict.fromkeys(soft)))
    return sessions


def write_draft(
    draft: Draft,
    trainers: dict[int, Trainer],
    rooms: dict[int, Room],
    *,
    by: Employee | None,
    despite: str,
    policy: Policy,
) -> Session:
    """Check and write one draft; the trainers' persons and the rooms are locked."""
    course, plan, details = draft.course, draft.plan, draft.plan.details
    soft = check_plan(course, plan, policy=policy)
    own_rooms = {meeting.room_id for meeting in plan.meetings}
    session = Session.objects.create(
        course=course,
        seats=effective_seats(course, [room for pk, room in rooms.items() if pk in own_rooms], details.limit),
        starts_at=plan.meetings[0].starts_at,
        ends_at=plan.meetings[-1].ends_at,
        **asdict(details),
    )
    rows = Meeting.objects.bulk_create(
        Meeting(session=session, starts_at=one.starts_at, ends_at=one.ends_at) for one in plan.meetings
    )
    book_rooms_and_trainers(list(zip(rows, plan.meetings, strict=True)), trainers, policy)
    waive(session, soft, despite, by)
    record_step(session, Step.PLANNED, by, after=plan)
    return session


def in_order(plan: SessionPlan) -> SessionPlan:
    return replace(plan, meetings=tuple(sorted(plan.meetings, key=lambda meeting: meeting.starts_at)))


@dataclass
class Replanned:
    """A session on its way from one plan to the next."""

    session: Session
    change: Change
    old: SessionPlan
    new: SessionPlan
    # What its people and trainers know of it.
    details: tuple[object, ...]
    attending: set[int]
    teaching: set[int]
    seats: int = 0
    soft: list[Finding] = field(default_factory=list)
    # Why a reason is wanted for people who keep their seat beyond the limit.
    beyond: list[Finding] = field(default_factory=list)
    rows: list[Meeting] = field(default_factory=list)
    clashing: set[int] = field(default_factory=set)

    @property
    def is_moved(self) -> bool:
        return [one.span for one in self.old.meetings] != [one.span for one in self.new.meetings]

    @property
    def is_on_new_days(self) -> bool:
        old, new = (
            {timezone.localdate(one.starts_at) for one in plan.meetings} for plan in (self.old, self.new)
        )
        return bool(new - old)


def replan(
    changes: Iterable[Change],
    *,
    by: Employee | None,
    reason: str = "",
    despite: str = "",
    kind: SessionStep.Kind | None = None,
    repairs: bool = False,
) -> list[Session]:
    """See `replan_sessions`; `kind` names the step when it is neither a move nor an edit."""
    policy = Policy.objects.current()
    wanted = sorted(changes, key=lambda change: change.session.pk)
    keys = [change.session.pk for change in wanted]
    sessions = lock_with_courses(keys)
    works = [begin(sessions[change.session.pk], change) for change in wanted]

    trainers = trainers_of(meeting for work in works for meeting in work.new.meetings)
    Employee.objects.lock_all(
        {trainer.employee_id for trainer in trainers.values()}.union(
            waiting_persons(keys), *(work.attending | work.teaching for work in works)
        )
    )
    rooms = Room.objects.lock_all(
        meeting.room_id for work in works for meeting in work.new.meetings if meeting.room_id
    )
    people = headcounts(keys)
    for work in works:
        work.soft = check_plan(
            work.session.course, work.new, policy=policy, besides=keys, repaired=work.old if repairs else None
        )
        own = {meeting.room_id for meeting in work.new.meetings}
        bounds = [room for pk, room in rooms.items() if pk in own]
        work.seats = effective_seats(work.session.course, bounds, work.new.details.limit)
        count = people.get(work.session.pk, Headcount())
        work.beyond = people_beyond(work.session, work.seats, count, by=by, is_undone=kind == Step.UNDONE)

    for work in works:
        ahead = [meeting for meeting in work.session.meetings.all() if not meeting.has_begun]
        Booking.objects.filter(meeting__in=ahead).delete()
    for work in works:
        work.rows = rewrite_meetings(work.session, work.new.meetings)
    to_book = [
        (row, meeting)
        for work in works
        for row, meeting in zip(work.rows, work.new.meetings, strict=True)
        if not row.has_begun
    ]
    book_rooms_and_trainers(to_book, trainers, policy)
    for work in works:
        book_trainees(work)
        if len(works) > 1:
            # The others of the operation stand where they will: hours and travel are asked again.
            alone = [work.session.pk]
            work.soft = check_plan(
                work.session.course,
                work.new,
                policy=policy,
                besides=alone,
                repaired=work.old if repairs else None,
            )
        words = work.change.despite or despite
        if work.beyond and not words.strip():
            raise NeedsReason([*work.beyond, *to_be_waived(work.session, work.soft, "?")])
        waive(work.session, work.soft, words, by)

    operation = uuid4() if len(works) > 1 else None
    for work in works:
        grew = work.seats > work.session.seats
        write(work)
        step = record_step(
            work.session,
            kind or (Step.MOVED if work.is_moved else Step.EDITED),
            by,
            work.change.reason or reason,
            before=work.old,
            after=work.new,
            operation=operation,
        )
        with noting(step.cause):
            if work.beyond:
                words = work.change.despite or despite
                signals.seats_exceeded.send(sender=Session, session=work.session, by=by, reason=words)
            if details_of(work.session) != work.details:
                tell(work, trainers, policy, by=by, takes_back=kind == Step.UNDONE)
            if grew:
                signals.seats_changed.send(sender=Session, sessions=[work.session], by=by)
    return [work.session for work in works]


def begin(session: Session, change: Change) -> Replanned:
    refuse_stale(session, change.version)
    refuse_ended(session)
    old, new = current_plan(session), in_order(change.plan)
    refuse_rewriting_the_past(old, new)
    attending, teaching = booked_persons([session.pk])
    return Replanned(session, change, old, new, details_of(session), attending, teaching)


def book_trainees(work: Replanned) -> None:
    """Who holds a seat is booked for the meetings ahead, but for those who are busy at any of these times now."""
    rows = [row for row in work.rows if not row.has_begun]
    work.clashing = persons_busy(work.attending, rows) if rows else set()
    Booking.objects.bulk_create(
        Booking(meeting=row, person_id=person, role=Booking.Role.ATTENDS, period=(row.starts_at, row.ends_at))
        for row in rows
        for person in sorted(work.attending - work.clashing)
    )


def tell(
    work: Replanned, trainers: dict[int, Trainer], policy: Policy, *, by: Employee | None, takes_back: bool
) -> None:
    """The news of the change, to those who teach, and by a signal to those who attend."""
    teach_now = {trainers[pk].employee_id for meeting in work.new.meetings for pk in meeting.trainer_ids}
    old_starts_at = work.old.meetings[0].starts_at
    tell_of_changes(work.session, work.teaching, teach_now, policy, old_starts_at, takes_back=takes_back)
    signals.session_moved.send(
        sender=Session,
        session=work.session,
        meetings=[row for row in work.rows if not row.has_begun],
        old_starts_at=old_starts_at,
        on_new_days=work.is_on_new_days,
        clashing_person_ids=sorted(work.clashing),
        takes_back=takes_back,
        by=by,
    )


def write(work: Replanned) -> None:
    session, details = work.session, work.new.details
    session.limit, session.seats = details.limit, work.seats
    session.starts_at, session.ends_at = work.new.meetings[0].starts_at, work.new.meetings[-1].ends_at
    session.needs_step_free = details.needs_step_free
    session.online_link, session.note = details.online_link, details.note
    session.version += 1
    session.save()
