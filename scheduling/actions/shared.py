"""What the verbs of planning share: locks, the check of a plan, the writing of bookings, the story of a session."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.models import Policy
from courses.models import Course
from notifications.actions import plan_messages, told_nothing_else, withdraw_messages
from people.models import Employee
from scheduling import signals
from scheduling.assignments.asking import ask_trainers
from scheduling.checks import Finding, day_words, findings_against
from scheduling.errors import NeedsReason, NotPlannable, SchedulingError, SeatsTaken, StalePlan, WrongState
from scheduling.findings import About
from scheduling.headcounts import Headcount, beyond
from scheduling.life import Transition
from scheduling.models import Booking, Meeting, Room, Session, SessionStep, Waiver
from scheduling.notices import SHEET_REMINDERS, about, sheet_messages, teaching_messages
from scheduling.plans import Details, MeetingPlan, SessionPlan
from scheduling.timetables import sittings_of
from trainers.models import Trainer

Status = Session.Status


def lock_with_course(session: Session) -> Session:
    return Session.objects.with_course().lock(session.pk)


def lock_with_courses(keys: Collection[int]) -> dict[int, Session]:
    """
    Raises:
        Session.DoesNotExist: one is gone.
    """
    found = Session.objects.with_course().lock_all(keys)
    if len(found) < len(set(keys)):
        raise Session.DoesNotExist
    return found


def lock_resources(meetings: Sequence[MeetingPlan]) -> tuple[dict[int, Trainer], dict[int, Room]]:
    """The plan's trainers and rooms by key, the trainers' persons and the rooms locked."""
    trainers = trainers_of(meetings)
    Employee.objects.lock_all(trainer.employee_id for trainer in trainers.values())
    rooms = Room.objects.lock_all(plan.room_id for plan in meetings if plan.room_id)
    return trainers, rooms


def trainers_of(meetings: Iterable[MeetingPlan]) -> dict[int, Trainer]:
    keys = {trainer for meeting in meetings for trainer in meeting.trainer_ids}
    return {trainer.pk: trainer for trainer in Trainer.objects.filter(pk__in=keys)}


def check_plan(
    course: Course,
    plan: SessionPlan,
    *,
    policy: Policy,
    besides: Collection[int] = (),
    repaired: SessionPlan | None = None,
) -> list[Finding]:
    """Return the soft findings, which want a reason (`waive`); hard ones refuse the plan.

    But for those that speak against the plan that is `repaired` already: who finds another trainer for the one who is
    ill need not know yet where else than in the closed room the session meets (rule 7).
    """
    refuse_senseless(course, plan)
    findings = findings_of(course, plan, policy=policy, besides=besides)
    hard = [finding for finding in findings if not finding.is_soft]
    if hard and repaired:
        stood = {finding.key for finding in findings_of(course, repaired, policy=policy, besides=besides)}
        hard = [finding for finding in hard if finding.key not in stood]
    refuse_hard(hard)
    return [finding for finding in findings if finding.is_soft]


def findings_of(
    course: Course, plan: SessionPlan, *, policy: Policy, besides: Collection[int]
) -> list[Finding]:
    meetings = meetings_to_check(plan)
    return findings_against(
        course,
        meetings,
        needs_step_free=plan.details.needs_step_free,
        policy=policy,
        besides=besides,
        begun=[meeting for meeting in plan.meetings if meeting not in meetings],
    )


def refuse_senseless(course: Course, plan: SessionPlan) -> None:
    """What is wrong with the plan whatever else is planned."""
    if not plan.meetings:
        raise SchedulingError(_("A session needs at least one meeting."))
    if any(meeting.ends_at <= meeting.starts_at for meeting in plan.meetings):
        raise SchedulingError(_("A meeting must end after it starts. Correct its times."))
    if course.is_self_paced:
        raise SchedulingError(_("A self-paced course has no sessions."))


def meetings_to_check(plan: SessionPlan) -> Sequence[MeetingPlan]:
    """Those ahead; of what begins now or never, all."""
    return [meeting for meeting in plan.meetings if meeting.starts_at > timezone.now()] or plan.meetings


def refuse_hard(findings: Iterable[Finding]) -> None:
    """
    Raises:
        NotPlannable: with those that no reason helps against.
    """
    if hard := [finding for finding in findings if not finding.is_soft]:
        raise NotPlannable(hard)


def waive(session: Session, soft: Sequence[Finding], despite: str, by: Employee | None) -> None:
    """Keep the reason for each limit that is broken and was not waived before (rule 3).

    Raises:
        NeedsReason: there is such a limit, and no reason.
    """
    Waiver.objects.bulk_create(
        Waiver(session=session, key=finding.key, reason=despite.strip()[:300], by=by)
        for finding in to_be_waived(session, soft, despite)
    )


def to_be_waived(session: Session, soft: Sequence[Finding], despite: str) -> list[Finding]:
    """The limits that were not waived before.

    Raises:
        NeedsReason: there is such a limit, and no reason.
    """
    waived = set(session.waivers.values_list("key", flat=True)) if soft else set()
    fresh = [finding for finding in soft if finding.key not in waived]
    if fresh and not despite.strip():
        raise NeedsReason(fresh)
    return fresh


def tell_of_changes(
    session: Session,
    taught: set[int],
    teach_now: set[int],
    policy: Policy,
    old_starts_at: datetime,
    *,
    takes_back: bool = False,
) -> None:
    """Plan what those who taught or teach now are told; of a draft nobody is.

    Who was not told of the change yet that the step takes back is told nothing.
    """
    if session.status == Status.DRAFT:
        return
    ask_trainers([session], policy=policy)
    subject = about(session.pk)
    kept_quiet = told_nothing_else([subject], ["teaching_changed"]) if takes_back else set()
    told = {person for person in taught | teach_now if (person, subject) not in kept_quiet}
    withdraw_messages([subject], (*SHEET_REMINDERS, "teaching_changed"))
    plan_messages(
        [
            *sheet_messages(session, teach_now, policy=policy, now=timezone.now()),
            *teaching_messages(session, told, kind="teaching_changed", old_starts_at=old_starts_at),
        ]
    )


def details_of(session: Session) -> tuple[object, ...]:
    """What people need to know of the session: a change of anything else is no news to them."""
    return (*sittings_of(session), session.online_link, session.note)


def effective_seats(course: Course, rooms: Iterable[Room], limit: int | None) -> int:
    """Capacity is the least of the course's largest group, the rooms and the session's own limit (rule 10)."""
    bounds = [room.capacity for room in rooms]
    if course.group_max is not None:
        bounds.append(course.group_max)
    if limit is not None:
        bounds.append(limit)
    return min(bounds)


def book_rooms_and_trainers(
    planned: Iterable[tuple[Meeting, MeetingPlan]], trainers: dict[int, Trainer], policy: Policy
) -> None:
    """Write the bookings of rooms, changeover included, and of those who teach."""
    changeover = timedelta(minutes=policy.changeover_minutes)
    bookings = []
    for row, plan in planned:
        if plan.room_id:
            period = (row.starts_at, row.ends_at + changeover)
            bookings.append(Booking(meeting=row, room_id=plan.room_id, period=period))
        for trainer_id in sorted(plan.trainer_ids):
            person = trainers[trainer_id].employee_id
            period = (row.starts_at, row.ends_at)
            bookings.append(Booking(meeting=row, person_id=person, role=Booking.Role.TEACHES, period=period))
    Booking.objects.bulk_create(bookings)


def rewrite_meetings(session: Session, ordered: Sequence[MeetingPlan]) -> list[Meeting]:
    """Move the session's meetings to the planned times, in order; add or delete what is more or less."""
    rows = list(session.meetings.order_by("starts_at"))
    for surplus in rows[len(ordered) :]:
        surplus.delete()
    rows = rows[: len(ordered)] + [Meeting(session=session) for _row in ordered[len(rows) :]]
    for row, plan in zip(rows, ordered, strict=True):
        row.starts_at, row.ends_at = plan.starts_at, plan.ends_at
    # One statement for all moved rows, so that meetings of the session may swap times.
    Meeting.objects.bulk_update([row for row in rows if row.pk], ["starts_at", "ends_at"])
    Meeting.objects.bulk_create([row for row in rows if not row.pk])
    return rows


def booked_persons(session_ids: Iterable[int]) -> tuple[set[int], set[int]]:
    """Keys of those who attend and of those who teach in the sessions."""
    attending: set[int] = set()
    teaching: set[int] = set()
    persons = Booking.objects.filter(meeting__session__in=session_ids, person__isnull=False)
    for person, role in persons.values_list("person", "role").distinct():
        (teaching if role == Booking.Role.TEACHES else attending).add(person)
    return attending, teaching


def teachers_of(session_ids: Iterable[int]) -> dict[int, set[int]]:
    """By session the keys of those who teach in it; one query."""
    found: dict[int, set[int]] = defaultdict(set)
    teaching = Booking.objects.teaching().filter(meeting__session__in=list(session_ids))
    for session, person in teaching.values_list("meeting__session", "person").distinct():
        if person is not None:
            found[session].add(person)
    return found


def waiting_persons(session_ids: list[int], *, opening: Collection[int] = ()) -> set[int]:
    """Further persons whom the apps on the right want locked together with those booked; `opening` are drafts."""
    answers: list[tuple[Any, Any]] = signals.collecting_persons.send(
        sender=Session, session_ids=session_ids, opening=opening
    )
    return {person for _receiver, persons in answers for person in persons}


def persons_busy(persons: set[int], rows: Sequence[Meeting]) -> set[int]:
    """Those of the persons who have a booking during any of the meetings."""
    if not persons:
        return set()
    during = Q()
    for row in rows:
        during |= Q(period__overlap=(row.starts_at, row.ends_at))
    return set(Booking.objects.filter(during, person__in=persons).values_list("person", flat=True))


def current_plan(session: Session) -> SessionPlan:
    """The session as it stands, as a plan."""
    return SessionPlan(
        tuple(current_plans(session)),
        Details(
            limit=session.limit,
            needs_step_free=session.needs_step_free,
            online_link=session.online_link,
            note=session.note,
        ),
    )


def current_plans(session: Session) -> list[MeetingPlan]:
    """The session's meetings as plans, from its bookings."""
    meetings = session.meetings.order_by("starts_at").prefetch_related("bookings__person__trainer")
    return [
        MeetingPlan(
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            room_id=next((booking.room_id for booking in meeting.bookings.all() if booking.room_id), None),
            trainer_ids=tuple(
                booking.person.trainer.pk
                for booking in meeting.bookings.all()
                if booking.person and booking.role == Booking.Role.TEACHES
            ),
        )
        for meeting in meetings
    ]


def take_step(session: Session, transition: Transition, by: Employee | None, reason: str = "") -> SessionStep:
    """Write the step that the caller, who holds the session's lock, has checked; see `record_step`."""
    session.status = transition.target
    session.version += 1
    session.save(update_fields=["status", "version", "cancelled_because"])
    return record_step(session, transition.step, by, reason)


def take_steps(
    sessions: Sequence[Session], transition: Transition, by: Employee | None
) -> dict[int, SessionStep]:
    """The same step of several sessions at once, by session; two statements."""
    for session in sessions:
        session.status = transition.target
        session.version += 1
    Session.objects.bulk_update(sessions, ["status", "version"])
    steps = SessionStep.objects.bulk_create(
        SessionStep(session=one, kind=transition.step, by=by, version=one.version) for one in sessions
    )
    return {step.session_id: step for step in steps}


def record_step(
    session: Session,
    kind: SessionStep.Kind,
    by: Employee | None,
    reason: str = "",
    *,
    before: SessionPlan | None = None,
    after: SessionPlan | None = None,
    operation: UUID | None = None,
) -> SessionStep:
    """Return the step: what it tells is planned within `noting(step.cause)` (rule 1)."""
    return SessionStep.objects.create(
        session=session,
        kind=kind,
        by=by,
        reason=reason,
        version=session.version,
        before=before.as_json() if before else None,
        after=after.as_json() if after else None,
        operation=operation,
    )


@contextmanager
def named(session: Session) -> Iterator[None]:
    """Among many sessions a refusal says which."""
    try:
        yield
    except NeedsReason:
        raise
    except SchedulingError as refusal:
        words = {
            "course": session.course.title,
            "day": day_words(timezone.localdate(session.starts_at)),
            "why": refusal,
        }
        raise type_of(refusal)(_("“%(course)s”, %(day)s: %(why)s") % words) from refusal


def type_of(refusal: SchedulingError) -> type[SchedulingError]:
    """What was changed meanwhile stays told apart from what cannot be."""
    return StalePlan if isinstance(refusal, StalePlan) else SchedulingError


def refuse_stale(session: Session, version: int) -> None:
    if session.version == version:
        return
    last = session.steps.select_related("by").last()
    who = last.by.short_name if last and last.by else _("somebody")
    what = last.get_kind_display() if last else ""
    raise StalePlan(
        _(
            "%(who)s changed this session while you were editing (%(what)s). Nothing of yours was saved. "
            "Open the session again and repeat your change."
        )
        % {"who": who, "what": what}
    )


def refuse_begun_or_ended(session: Session) -> None:
    if session.status == Status.CANCELLED:
        raise WrongState(_("The session was cancelled and can no longer be changed."))
    if session.has_begun:
        raise WrongState(_("The session has begun and can no longer be changed."))


def refuse_ended(session: Session) -> None:
    if session.status == Status.CANCELLED:
        raise WrongState(_("The session was cancelled and can no longer be changed."))
    if session.status == Status.CLOSED or session.is_over:
        raise WrongState(_("The session is over and can no longer be changed."))


def refuse_rewriting_the_past(old: SessionPlan, new: SessionPlan) -> None:
    """Meetings that have begun stay, and no other begins before now."""
    now = timezone.now()
    begun, kept = (
        replace(plan, meetings=tuple(one for one in plan.meetings if one.starts_at <= now), details=Details())
        for plan in (old, new)
    )
    if len(begun.meetings) == len(old.meetings):
        raise WrongState(_("The session has begun and can no longer be changed."))
    if not kept.is_same(begun):
        raise WrongState(
            _(
                "Meetings that have begun stay as they are, and a new time lies ahead. Change the other meetings."
            )
            if begun.meetings
            else _("This time is over. Choose a later day or time.")
        )


def people_beyond(
    session: Session, seats: int, people: Headcount, *, by: Employee | None, is_undone: bool = False
) -> list[Finding]:
    """What lets a plan have fewer seats than people who hold one: everybody keeps theirs, with a reason (rule 10).

    Nothing where there are seats enough. Taking a change back seats nobody so, for nobody has read who it would be.

    Raises:
        SeatsTaken: seats are kept for offices too, or who plans has no right to seat people beyond the limit.
    """
    if seats >= min(people.held, session.seats) or people.reserved or is_undone:
        refuse_fewer_seats(seats, people, before=session.seats)
        return []
    found = beyond(session, seats, by=by)
    if not found.may_stay:
        refuse_fewer_seats(seats, people, before=session.seats)
    return [beyond_finding(session.pk, people.held, seats, found.names)]


def beyond_finding(session_id: int, held: int, seats: int, names: Iterable[str]) -> Finding:
    sentence = ngettext(
        "%(held)s person holds a seat, and there would be %(seats)s: %(names)s would sit beyond the limit. "
        "Choose a larger room or limit; or say why, and everybody keeps their seat.",
        "%(held)s people hold a seat, and there would be %(seats)s: %(names)s would sit beyond the limit. "
        "Choose a larger room or limit; or say why, and everybody keeps their seat.",
        held,
    )
    words = {"held": held, "seats": seats, "names": ", ".join(names)}
    return Finding("people_beyond", sentence % words, (About("session", session_id),), is_soft=True)


def refuse_fewer_seats(seats: int, people: Headcount, *, before: int) -> None:
    """Neither a seat that somebody holds nor one that is kept for an office goes away by itself (promise R9).

    As many as `before` may stay: who sits beyond the limit was seated there for a reason (rule 10).
    """
    held = people.held
    if seats < min(held, before):
        raise SeatsTaken(
            ngettext(
                "%(held)s person holds a seat, but there would be only %(seats)s. "
                "Cancel some enrolments first, or allow more seats.",
                "%(held)s people hold a seat, but there would be only %(seats)s. "
                "Cancel some enrolments first, or allow more seats.",
                held,
            )
            % {"held": held, "seats": seats}
        )
    if seats < min(held + people.reserved, before):
        raise SeatsTaken(
            ngettext(
                "%(reserved)s seat is kept for an office and %(held)s are held, but there would be only %(seats)s. "
                "Release the kept seat first, or allow more seats.",
                "%(reserved)s seats are kept for offices and %(held)s are held, but there would be only %(seats)s. "
                "Release kept seats first, or allow more seats.",
                people.reserved,
            )
            % {"reserved": people.reserved, "held": held, "seats": seats}
        )


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y %H:%M}"
