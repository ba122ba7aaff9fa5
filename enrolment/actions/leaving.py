"""Giving up a seat or a place in the queue, and what that frees for others."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from enrolment.beyond import seat_within_the_limit
from enrolment.doors.notices import late_copies
from enrolment.errors import EnrolmentError, ReasonMissing, TooLate
from enrolment.models import SEATS_TAKEN, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import given_up_messages
from enrolment.seats import end_clash, give_up_seat, promote, waiting_trainees
from notifications.actions import PlannedMessage, plan_messages
from notifications.invites import knows
from people.models import Employee
from scheduling.models import Session
from scheduling.notices import about as about_session

Entry = EnrolmentEntry.Kind
News = Callable[[Enrolment, Session], list[PlannedMessage]]


def given_up_if_known(enrolment: Enrolment, session: Session) -> list[PlannedMessage]:
    """What was never told needs no taking back."""
    known = knows(enrolment.trainee_id, about_session(session.pk))
    return given_up_messages(enrolment, session) if known else []


@action
def cancel_enrolment(enrolment: Enrolment, *, by: Employee, reason: str = "") -> Enrolment:
    """Give up the seat, or the place in the queue; a freed seat goes to the first who waits and qualifies.

    Cancelling again changes nothing. Less than `cancel_lead_hours` before the start it is recorded as late and
    needs a reason, and who leads the office at that moment gets a copy. The trainee's time is free again too, so a
    clash with it is over, and their own places in other queues are asked anew.

    Raises:
        TooLate: the session has begun; from then on it is absence.
        ReasonMissing: a late cancellation without a reason.
        EnrolmentError: it went on in another session meanwhile.
    """
    [cancelled] = cancel_together([enrolment], by=by, reason=reason)
    return cancelled


def cancel_together(
    enrolments: Sequence[Enrolment],
    *,
    by: Employee,
    reason: str,
    freely: bool = False,
    by_centre: bool = False,
    news: News = given_up_if_known,
) -> list[Enrolment]:
    """Give up several enrolments of one trainee under one set of locks.

    `freely`: never late, whatever the clock. `by_centre`: it is not the trainee's wish. `news` is what the trainee is
    told of each.
    """
    trainee_id = enrolments[0].trainee_id
    sessions = lock_together(enrolments)
    own = Enrolment.objects.live().filter(trainee=trainee_id)
    policy = Policy.objects.current()
    fresh = list(Enrolment.objects.filter(pk__in=[one.pk for one in enrolments]).order_by("pk"))
    for enrolment in fresh:
        if not enrolment.is_live:
            continue
        if enrolment.session_id is None:
            give_up_seat(enrolment, Ending.CANCELLED, by=by, reason=reason)
            continue
        session = sessions.get(enrolment.session_id)
        if session is None:  # joined with another one, or changed, between the page and the locks
            raise EnrolmentError(_("The enrolment is for another date now. Look at it again."))
        if enrolment.seat in SEATS_TAKEN:  # a queue that led nowhere may be left, for another date
            refuse_begun(session)
        ending = Ending.BY_CENTRE
        if not by_centre:
            ending = ending_of(enrolment, session, policy, reason, freely=freely)
        kind = Entry.DECLINED if ending == Ending.DECLINED else Entry.CANCELLED
        give_up_seat(enrolment, ending, by=by, reason=reason.strip(), kind=kind)
        plan_messages(news(enrolment, session))
        if ending == Ending.CANCELLED_LATE:
            plan_messages(late_copies(enrolment, session, timezone.localdate()))
    for clashing in own.clashing(timezone.now()).filter(session__in=sessions):
        end_clash(clashing)
    seat_within_the_limit(sessions.values())
    for freed in sessions.values():
        promote(freed, policy=policy)
    return fresh


def lock_together(enrolments: Sequence[Enrolment]) -> dict[int, Session]:
    """Lock the sessions of one trainee's enrolments, those that their free time concerns, and everybody who waits."""
    trainee_id = enrolments[0].trainee_id
    own = Enrolment.objects.live().filter(trainee=trainee_id)
    concerned = own.filter(Q(seat=Seat.WAITING) | Q(clash_since__isnull=False)).values_list(
        "session", flat=True
    )
    named = {one.session_id for one in enrolments if one.session_id is not None}
    session_ids = sorted({*filter(None, concerned), *named})
    sessions = Session.objects.with_course().lock_all(session_ids)
    Employee.objects.lock_all({trainee_id} | waiting_trainees(session_ids))
    return sessions


@action
def end_clashes_of(session: Session) -> list[Enrolment]:
    """Give the seats that a move brought into a clash their bookings where nothing stands in the way any more."""
    session = Session.objects.lock(session.pk)
    clashing = session.enrolments.clashing(timezone.now()).order_by("pk")
    Employee.objects.lock_all(clashing.order_by().values_list("trainee", flat=True))
    return [enrolment for enrolment in clashing if end_clash(enrolment)]


@action
def end_enrolments_of_leaver(trainee: Employee, *, by: Employee | None = None) -> list[Enrolment]:
    """End what somebody who left the organisation had ahead; each freed seat goes to the queue (rule 19).

    A session that has begun keeps its people: its sheet says how it ended for them. Who returned meanwhile
    keeps everything.
    """
    ahead = Enrolment.objects.ahead(timezone.now()).filter(trainee=trainee)
    session_ids = sorted({pk for pk in ahead.values_list("session", flat=True) if pk is not None})
    sessions = Session.objects.with_course().lock_all(session_ids)
    people = Employee.objects.lock_all({trainee.pk} | waiting_trainees(session_ids))
    if people[trainee.pk].is_active:
        return []
    # What came between the first look and the locks has another session, unlocked: the next run ends it.
    ended = list(ahead.filter(Q(session__in=session_ids) | Q(session__isnull=True)))
    for enrolment in ended:
        give_up_seat(enrolment, Ending.DISMISSED, by=by)
    policy = Policy.objects.current()
    seat_within_the_limit(sessions.values())
    for session in sessions.values():
        promote(session, policy=policy)
    return ended


def refuse_begun(session: Session) -> None:
    if session.has_begun:
        raise TooLate(_("The session has begun: who does not come is absent. Speak to the trainer."))


def ending_of(
    enrolment: Enrolment, session: Session, policy: Policy, reason: str, *, freely: bool = False
) -> Ending:
    """Free or late, by the clock; a place in the queue or a request is always free to leave, an offer to decline."""
    if enrolment.seat == Seat.OFFERED:
        return Ending.DECLINED
    lead = timedelta(hours=policy.cancel_lead_hours)
    if freely or enrolment.seat not in SEATS_TAKEN or session.starts_at - timezone.now() >= lead:
        return Ending.CANCELLED
    if not reason.strip():
        raise ReasonMissing(
            _("Less than %(hours)s h are left before the start. Say why you cannot come.")
            % {"hours": policy.cancel_lead_hours}
        )
    return Ending.CANCELLED_LATE
