"""The verbs of planning. Each is one transaction: lock, check, write, tell (STYLE.md).

Locks in this order, each in the order of keys: sessions, persons, rooms.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.actions import action
from centre.models import Policy
from courses.models import Course
from notifications.actions import plan_messages, withdraw_messages
from people.models import Employee
from scheduling import signals
from scheduling.checks import Finding, hard_findings
from scheduling.errors import NotPlannable, SchedulingError, SeatsTaken, StalePlan, WrongState
from scheduling.headcounts import headcount
from scheduling.models import Booking, Meeting, Room, Session, SessionStep
from scheduling.notices import SHEET_REMINDERS, about, sheet_messages, teaching_messages
from scheduling.plans import MeetingPlan
from scheduling.timetables import sittings_of
from trainers.models import Trainer

Status = Session.Status
Step = SessionStep.Kind


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
) -> Session:
    """Plan a session as a draft, with its meetings and the bookings of rooms and trainers.

    Raises:
        NotPlannable: with every rule that the plan breaks, in words.
        RoomTaken, PersonBusy: another booking stands in the way; the sentence names it.
    """
    policy = Policy.objects.current()
    trainers, rooms = lock_resources(meetings)
    check_plan(course, meetings, needs_step_free=needs_step_free, policy=policy)
    ordered = sorted(meetings, key=lambda meeting: meeting.starts_at)
    session = Session.objects.create(
        course=course,
        limit=limit,
        seats=effective_seats(course, rooms.values(), limit),
        starts_at=ordered[0].starts_at,
        ends_at=ordered[-1].ends_at,
        needs_step_free=needs_step_free,
        online_link=online_link,
        note=note,
    )
    rows = Meeting.objects.bulk_create(
        Meeting(session=session, starts_at=plan.starts_at, ends_at=plan.ends_at) for plan in ordered
    )
    book_rooms_and_trainers(rows, ordered, trainers, policy)
    record_step(session, Step.PLANNED, by)
    return session


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
) -> Session:
    """Give a session other times, rooms, trainers or details, and move everybody's bookings along.

    Trainees whom the new time brings into a clash keep their seat without bookings; `session_moved` names them.
    It is sent when the group meets at another time, elsewhere, with others, or by another link or note: nothing
    else is news to them.

    Raises:
        StalePlan: `version` is not the session's any more: somebody changed it meanwhile.
        WrongState: the session has begun or was cancelled.
        SeatsTaken: the new rooms or limit have fewer seats than people who hold one.
        NotPlannable, RoomTaken, PersonBusy: as in `plan_session`.
    """
    policy = Policy.objects.current()
    session = lock_with_course(session)
    refuse_stale(session, version)
    refuse_begun_or_ended(session)
    old_starts_at, old_details, old_plans = session.starts_at, details_of(session), current_plans(session)
    attending, teaching = booked_persons([session.pk])
    trainers = {trainer.pk: trainer for trainer in Trainer.objects.filter(pk__in=all_trainers(meetings))}
    Employee.objects.lock_all(
        attending
        | teaching
        | {trainer.employee_id for trainer in trainers.values()}
        | waiting_persons([session.pk])
    )
    rooms = Room.objects.lock_all(plan.room_id for plan in meetings if plan.room_id)
    check_plan(
        session.course,
        meetings,
        needs_step_free=needs_step_free,
        policy=policy,
        besides_session=session.pk,
    )
    seats = effective_seats(session.course, rooms.values(), limit)
    refuse_fewer_seats(seats, held=headcount(session).held)

    ordered = sorted(meetings, key=lambda meeting: meeting.starts_at)
    Booking.objects.filter(meeting__session=session).delete()
    rows = rewrite_meetings(session, ordered)
    book_rooms_and_trainers(rows, ordered, trainers, policy)
    clashing = persons_busy(attending, rows)
    Booking.objects.bulk_create(
        Booking(meeting=row, person_id=person, role=Booking.Role.ATTENDS, period=(row.starts_at, row.ends_at))
        for row in rows
        for person in sorted(attending - clashing)
    )
    grew = seats > session.seats
    session.limit, session.seats = limit, seats
    session.starts_at, session.ends_at = ordered[0].starts_at, ordered[-1].ends_at
    session.needs_step_free, session.online_link, session.note = needs_step_free, online_link, note
    session.version += 1
    session.save()
    moved = [plan.span for plan in old_plans] != [plan.span for plan in ordered]
    record_step(session, Step.MOVED if moved else Step.EDITED, by, reason)
    if details_of(session) != old_details:
        teach_now = {trainer.employee_id for trainer in trainers.values()}
        tell_of_changes(session, teaching, teach_now, policy, old_starts_at)
        signals.session_moved.send(
            sender=Session,
            session=session,
            meetings=rows,
            old_starts_at=old_starts_at,
            clashing_person_ids=sorted(clashing),
            by=by,
        )
    if grew:
        signals.seats_changed.send(sender=Session, sessions=[session], by=by)
    return session


@action
def publish_session(session: Session, *, by: Employee | None) -> Session:
    """Open a draft for enrolment. Publishing again changes nothing.

    Raises:
        NotPlannable: a meeting has no room or no trainer, or rules were broken since it was planned.
        WrongState: the session was cancelled or has begun.
    """
    session = lock_with_course(session)
    if session.status in {Status.OPEN, Status.CONFIRMED}:
        return session
    refuse_begun_or_ended(session)
    plans = current_plans(session)
    gaps = [
        Finding("needs_room", _("The meeting of %(start)s needs a room.") % {"start": moment(plan.starts_at)})
        for plan in plans
        if plan.room_id is None
    ] + [
        Finding(
            "needs_trainer",
            _("The meeting of %(start)s needs a trainer.") % {"start": moment(plan.starts_at)},
        )
        for plan in plans
        if not plan.trainer_ids
    ]
    if gaps:
        raise NotPlannable(gaps)
    policy = Policy.objects.current()
    check_plan(
        session.course,
        plans,
        needs_step_free=session.needs_step_free,
        policy=policy,
        besides_session=session.pk,
    )
    change_status(session, Status.OPEN, Step.PUBLISHED, by)
    _attending, teaching = booked_persons([session.pk])
    plan_messages(sheet_messages(session, teaching, policy=policy, now=timezone.now()))
    signals.sessions_published.send(sender=Session, sessions=[session], by=by)
    return session


@action
def confirm_session(session: Session, *, by: Employee | None) -> Session:
    """Say that an open session takes place. Confirming again changes nothing.

    Raises:
        WrongState: the session is a draft, cancelled, or has begun.
    """
    session = lock_with_course(session)
    if session.status == Status.CONFIRMED:
        return session
    if session.status != Status.OPEN:
        raise WrongState(_("Only a session that is open for enrolment can be confirmed. Publish it first."))
    refuse_begun_or_ended(session)
    change_status(session, Status.CONFIRMED, Step.CONFIRMED, by)
    return session


@action
def change_limit(
    session: Session,
    limit: int | None,
    *,
    by: Employee | None,
    reason: str = "",
    version: int | None = None,
) -> Session:
    """Give the session another limit of seats (None: none of its own); new seats go to those who wait.

    `version` is the session's when the planner's page was made. Sending the same limit again is no conflict.

    Raises:
        StalePlan: somebody changed the session since then.
        SeatsTaken: more people hold a seat than the new limit allows (promise R9).
        WrongState: the session has begun or was cancelled.
    """
    session = lock_with_course(session)
    if version is not None and limit != session.limit:
        refuse_stale(session, version)
    refuse_begun_or_ended(session)
    rooms = Room.objects.filter(bookings__meeting__session=session).distinct()
    seats = effective_seats(session.course, rooms, limit)
    refuse_fewer_seats(seats, held=headcount(session).held)
    session.limit, session.seats = limit, seats
    session.version += 1
    session.save(update_fields=["limit", "seats", "version"])
    record_step(session, Step.LIMITED, by, reason)
    signals.seats_changed.send(sender=Session, sessions=[session], by=by)
    return session


@action
def cancel_session(session: Session, reason: str, *, by: Employee | None) -> Session:
    """Cancel a session: its bookings are freed, its people told, in the same transaction.

    Cancelling again changes nothing.

    Raises:
        SchedulingError: no reason was given.
        WrongState: the session is over.
    """
    if not reason.strip():
        raise SchedulingError(_("Say why the session is cancelled: its people will read it."))
    session = lock_with_course(session)
    if session.status == Status.CANCELLED:
        return session
    if session.status == Status.CLOSED or session.is_over:
        raise WrongState(_("The session is over and can no longer be cancelled."))
    attending, teaching = booked_persons([session.pk])
    Employee.objects.lock_all(attending | teaching | waiting_persons([session.pk]))
    Booking.objects.filter(meeting__session=session).delete()
    session.cancelled_because = reason.strip()
    was_published = session.status != Status.DRAFT
    change_status(session, Status.CANCELLED, Step.CANCELLED, by, reason.strip())
    withdraw_messages([about(session.pk)])
    if was_published:
        plan_messages(teaching_messages(session, teaching, kind="teaching_cancelled"))
    signals.sessions_cancelled.send(
        sender=Session, sessions=[session], reason=session.cancelled_because, by=by
    )
    return session


# --- what the verbs share -------------------------------------------------------------------------


def lock_with_course(session: Session) -> Session:
    return Session.objects.with_course().lock(session.pk)


def lock_resources(meetings: Sequence[MeetingPlan]) -> tuple[dict[int, Trainer], dict[int, Room]]:
    """The plan's trainers and rooms by key, the trainers' persons and the rooms locked."""
    trainers = {trainer.pk: trainer for trainer in Trainer.objects.filter(pk__in=all_trainers(meetings))}
    Employee.objects.lock_all(trainer.employee_id for trainer in trainers.values())
    rooms = Room.objects.lock_all(plan.room_id for plan in meetings if plan.room_id)
    return trainers, rooms


def all_trainers(meetings: Iterable[MeetingPlan]) -> set[int]:
    return {trainer for plan in meetings for trainer in plan.trainer_ids}


def check_plan(
    course: Course,
    meetings: Sequence[MeetingPlan],
    *,
    needs_step_free: bool,
    policy: Policy,
    besides_session: int | None = None,
) -> None:
    if not meetings:
        raise SchedulingError(_("A session needs at least one meeting."))
    if any(plan.ends_at <= plan.starts_at for plan in meetings):
        raise SchedulingError(_("A meeting must end after it starts. Correct its times."))
    if course.is_self_paced:
        raise SchedulingError(_("A self-paced course has no sessions."))
    if findings := hard_findings(
        course,
        meetings,
        needs_step_free=needs_step_free,
        policy=policy,
        besides_session=besides_session,
    ):
        raise NotPlannable(findings)


def tell_of_changes(
    session: Session, taught: set[int], teach_now: set[int], policy: Policy, old_starts_at: datetime
) -> None:
    """Plan what those who taught or teach now are told; of a draft nobody is."""
    if session.status == Status.DRAFT:
        return
    withdraw_messages([about(session.pk)], (*SHEET_REMINDERS, "teaching_changed"))
    plan_messages(
        [
            *sheet_messages(session, teach_now, policy=policy, now=timezone.now()),
            *teaching_messages(
                session, taught | teach_now, kind="teaching_changed", old_starts_at=old_starts_at
            ),
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
    rows: Sequence[Meeting], plans: Sequence[MeetingPlan], trainers: dict[int, Trainer], policy: Policy
) -> None:
    """Write the bookings of rooms, changeover included, and of those who teach."""
    changeover = timedelta(minutes=policy.changeover_minutes)
    bookings = []
    for row, plan in zip(rows, plans, strict=True):
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


def waiting_persons(session_ids: list[int]) -> set[int]:
    """Further persons whom the apps on the right want locked together with those booked."""
    answers: list[tuple[Any, Any]] = signals.collecting_persons.send(sender=Session, session_ids=session_ids)
    return {person for _receiver, persons in answers for person in persons}


def persons_busy(persons: set[int], rows: Sequence[Meeting]) -> set[int]:
    """Those of the persons who have a booking during any of the meetings."""
    if not persons:
        return set()
    during = Q()
    for row in rows:
        during |= Q(period__overlap=(row.starts_at, row.ends_at))
    return set(Booking.objects.filter(during, person__in=persons).values_list("person", flat=True))


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


def change_status(
    session: Session, status: Session.Status, step: SessionStep.Kind, by: Employee | None, reason: str = ""
) -> None:
    session.status = status
    session.version += 1
    session.save(update_fields=["status", "version", "cancelled_because"])
    record_step(session, step, by, reason)


def record_step(session: Session, kind: SessionStep.Kind, by: Employee | None, reason: str = "") -> None:
    SessionStep.objects.create(session=session, kind=kind, by=by, reason=reason)


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


def refuse_fewer_seats(seats: int, *, held: int) -> None:
    if seats < held:
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


def moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y %H:%M}"
