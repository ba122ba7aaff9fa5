"""The steps in a session's life (`scheduling.life`), and its limit of seats."""

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from notifications.actions import noting, plan_messages, withdraw_messages
from people.models import Employee
from scheduling import signals
from scheduling.actions.shared import (
    booked_persons,
    effective_seats,
    lock_with_course,
    moment,
    people_beyond,
    record_step,
    refuse_begun_or_ended,
    refuse_stale,
    take_step,
    waiting_persons,
)
from scheduling.assignments.asking import ask_nobody
from scheduling.checks import Finding
from scheduling.errors import NeedsReason, SchedulingError, WrongState
from scheduling.headcounts import headcount
from scheduling.life import CANCEL, CONFIRM
from scheduling.models import Booking, Room, Session, SessionStep
from scheduling.notices import about, teaching_messages
from scheduling.plans import MeetingPlan, SessionPlan
from scheduling.too_few import Stages, card_of, standings_of

Status = Session.Status
Step = SessionStep.Kind


@action
def confirm_session(session: Session, *, by: Employee | None, version: int | None = None) -> Session:
    """Say that an open session takes place. Confirming again changes nothing.

    `version` is the session's when the planner's page was made.

    Raises:
        StalePlan: somebody changed the session since then.
        WrongState: the session is a draft, cancelled, or has begun.
    """
    session = lock_with_course(session)
    if CONFIRM.was_taken(session):
        return session
    if version is not None:
        refuse_stale(session, version)
    CONFIRM.check(session)
    take_step(session, CONFIRM, by)
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

    `version` is the session's when the planner's page was made. Sending the same limit again is no conflict. Fewer
    seats than people leave everybody theirs, the last beyond the limit, for a reason of who may exceed it (rule 10).

    Raises:
        StalePlan: somebody changed the session since then.
        SeatsTaken: more people hold a seat than the new limit allows, and nobody may be seated beyond (promise R9).
        NeedsReason: the same where `by` may seat people beyond the limit, and says no reason.
        WrongState: the session has begun or was cancelled.
    """
    session = lock_with_course(session)
    if version is not None and limit != session.limit:
        refuse_stale(session, version)
    refuse_begun_or_ended(session)
    rooms = Room.objects.filter(bookings__meeting__session=session).distinct()
    seats = effective_seats(session.course, rooms, limit)
    beyond = people_beyond(session, seats, headcount(session), by=by)
    if beyond and not reason.strip():
        raise NeedsReason(beyond)
    session.limit, session.seats = limit, seats
    session.version += 1
    session.save(update_fields=["limit", "seats", "version"])
    step = record_step(session, Step.LIMITED, by, reason)
    with noting(step.cause):
        if beyond:
            signals.seats_exceeded.send(sender=Session, session=session, by=by, reason=reason)
        signals.seats_changed.send(sender=Session, sessions=[session], by=by)
    return session


@action
def run_anyway(session: Session, reason: str, *, by: Employee | None) -> Session:
    """Write down that the session takes place although too few hold a seat; it is quiet until its next stage (rule 8).

    Deciding so again within the stage changes nothing, and nobody is told.

    Raises:
        SchedulingError: no reason was given.
        WrongState: the session has begun, was cancelled, or has enough people.
    """
    if not reason.strip():
        raise SchedulingError(_("Say why the session takes place with so few people."))
    session = lock_with_course(session)
    refuse_begun_or_ended(session)
    (standing,) = standings_of([session])
    card = card_of(standing, timezone.now(), Stages.of(Policy.objects.current()))
    if card is None:
        raise WrongState(
            _("There is nothing to decide any more: the session has people enough, or time enough.")
        )
    if not card.is_decided:
        record_step(session, Step.RUN_ANYWAY, by, reason.strip())
    return session


@action
def cancel_session(
    session: Session, reason: str, *, by: Employee | None, version: int | None = None
) -> Session:
    """Cancel a session: its bookings are freed, its people told, in the same transaction.

    Cancelling again changes nothing. `version` is the session's when the planner's page was made.

    Raises:
        SchedulingError: no reason was given.
        StalePlan: somebody changed the session since then.
        WrongState: the session is over.
    """
    if not reason.strip():
        raise SchedulingError(_("Say why the session is cancelled: its people will read it."))
    session = lock_with_course(session)
    if CANCEL.was_taken(session):
        return session
    if version is not None:
        refuse_stale(session, version)
    CANCEL.check(session)
    attending, teaching = booked_persons([session.pk])
    Employee.objects.lock_all(attending | teaching | waiting_persons([session.pk]))
    Booking.objects.filter(meeting__in=session.meetings.order_by()).delete()
    session.cancelled_because = reason.strip()
    was_published = session.status != Status.DRAFT
    step = take_step(session, CANCEL, by, reason.strip())
    ask_nobody(session)
    withdraw_messages([about(session.pk)])
    with noting(step.cause):
        if was_published:
            plan_messages(teaching_messages(session, teaching, kind="teaching_cancelled"))
        signals.sessions_cancelled.send(
            sender=Session, sessions=[session], reason=session.cancelled_because, by=by
        )
    return session


def gaps_of(plan: SessionPlan) -> list[Finding]:
    """Meetings without a room or a trainer: a draft may have them, and publishing refuses them."""
    roomless = [meeting for meeting in plan.meetings if meeting.room_id is None]
    untaught = [meeting for meeting in plan.meetings if not meeting.trainer_ids]
    return [
        *(gap("needs_room", _("The meeting of %(start)s needs a room."), one) for one in roomless),
        *(gap("needs_trainer", _("The meeting of %(start)s needs a trainer."), one) for one in untaught),
    ]


def gap(code: str, sentence: str, meeting: MeetingPlan) -> Finding:
    words = sentence % {"start": moment(meeting.starts_at)}
    return Finding(code, words, on=timezone.localdate(meeting.starts_at))
