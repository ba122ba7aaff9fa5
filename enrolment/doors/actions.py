"""Another date, and a cancellation taken back: the same row goes on, through the one seat operation (rules 10, 15)."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.functions import ClockTimestamp
from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.actions.enrolling import refuse_leaver
from enrolment.approvals.changes import tell_of_change
from enrolment.approvals.needs import decision_until, needs_approval
from enrolment.beyond import seat_within_the_limit
from enrolment.conditions import OFFICE, Situation, unmet
from enrolment.doors.notices import RESTORED, TRANSFERRED, changed_message, transfer_context
from enrolment.doors.overlooking import (
    as_taken_back,
    asks_the_head,
    counts_as_optional,
    overlooked_words,
    overlooking_for,
    refuse_without,
)
from enrolment.errors import (
    EnrolmentError,
    NeedsConsent,
    NotEligible,
    ReasonMissing,
    SessionFull,
    TooLate,
    TooManyAway,
)
from enrolment.interest.ending import end_fulfilled
from enrolment.models import SEATS_TAKEN, Approval, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import about
from enrolment.offers.notices import OFFERED
from enrolment.office.words import consent_wanted, days_off_words, share_wanted, too_many_away
from enrolment.seats import end_clash, hold_seat, note, promote, waiting_trainees
from enrolment.situations import situations
from notifications.actions import plan_messages, withdraw_messages
from people.models import Employee
from scheduling.models import Booking, Session

Entry = EnrolmentEntry.Kind
STAFF = "scheduling.plan_session"
# Endings that a person or staff may have brought about by a slip, or that changed their mind.
TAKEN_BACK = (Ending.CANCELLED, Ending.CANCELLED_LATE, Ending.BY_CENTRE, Ending.DECLINED, Ending.LAPSED)
OWN_SLIP = (Ending.CANCELLED, Ending.CANCELLED_LATE)
SLIP_MINUTES = 10


@action
def transfer_enrolment(
    enrolment: Enrolment,
    to_session: Session,
    *,
    by: Employee,
    reason: str = "",
    queues: bool = False,
    consents: bool = False,
    overlooks: frozenset[str] = frozenset(),
) -> Enrolment:
    """Take the enrolment to another date of its course; the freed seat goes to the queue, one message is planned.

    The seat there is given when one is free and nobody waits. Otherwise staff may let the person wait there
    (`queues`), and the trainee keeps what they have. It is a new request: its moment is that of the transfer, so
    that nobody in that queue is overtaken. What the head has allowed were other days: a trainee's own change is told
    to who decides, and they may take the permission back (`approvals.changes`). What staff overlooked goes along, but
    for the share of the office, which is a question of the day: `overlooks` are codes of conditions, and of the share,
    that staff overlook on the new ones, for the reason given.

    Raises:
        TooManyAway: it is staff who ask, and the office can hardly spare the person then.
        ReasonMissing: something is overlooked without one.
        SessionFull: no seat is free there; nothing has changed.
        TooLate: less than `cancel_lead_hours` are left and it is not staff who asks; or the session has begun.
        NotEligible, NeedsConsent: as in `enrol`, of the other date.
        NotAllowed: it is neither the own enrolment nor staff, or staff without the right to overlook.
        EnrolmentError: the enrolment has ended, or the sessions are not of one course.
    """
    is_own = by.pk == enrolment.trainee_id
    if not is_own:
        refuse_without(by, STAFF)
    session_ids = {to_session.pk, *concerned_sessions(enrolment)}
    sessions = Session.objects.with_course().lock_all(session_ids)
    Employee.objects.lock_all({enrolment.trainee_id} | waiting_trainees(sorted(session_ids)))
    row = Enrolment.objects.select_related("trainee", "course").get(pk=enrolment.pk)
    source, target = sessions.get(row.session_id or 0), sessions[to_session.pk]
    if not row.is_live or source is None:
        raise EnrolmentError(_("This enrolment has ended or has no date. Enrol anew."))
    if source.pk == target.pk:
        return row
    if source.course_id != target.course_id:
        raise EnrolmentError(_("The other date is of another course. Choose a date of this one."))
    refuse_leaver(row.trainee)
    policy, now = Policy.objects.current(), timezone.now()
    refuse_late(row, source, policy, now, is_own=is_own)

    counted = counts_as_optional(row, source, now)
    Booking.objects.attending().filter(meeting__session=source, person=row.trainee_id).delete()
    situation = situations(row.trainee, [target], policy=policy, now=now, locks_days=True)[target.pk]
    overlooked = row.overlooks - {OFFICE}
    situation = replace(
        situation,
        live_enrolment_elsewhere=False,
        optional_bookings=situation.optional_bookings - counted,
        overlooked=overlooked,
    )
    if not is_own:
        situation = overlooking_for(situation, overlooks, by, reason)
    refuse_other_date(situation, row, is_own=is_own, consents=consents)
    has_seat = situation.has_free_seat and not situation.waiting
    if not has_seat and not queues and row.approval != Approval.ASKED:
        raise SessionFull(
            _("No seat is free on %(date)s any more. You keep what you have; choose another date.")
            % {"date": when(target.starts_at)}
        )

    withdraw_messages([about(row.pk)])
    Enrolment.objects.filter(pk=row.pk).update(requested_at=ClockTimestamp())
    row.requested_at = Enrolment.objects.values_list("requested_at", flat=True).get(pk=row.pk)
    row.session, row.due_on, row.pinned_at = target, situation.due_on, None
    row.clash_since = row.offer_until = None
    row.consented_at = now if consents and situation.days_off else None
    row.overlooked = " ".join(sorted(situation.overlooked))
    if row.approval == Approval.GRANTED:
        row.approval = Approval.NOT_NEEDED  # so that on these days the queue asks for the share too (rule 16)
    dates = _("%(old)s → %(new)s") % {"old": when(source.starts_at), "new": when(target.starts_at)}
    why = f"{dates}. {reason.strip()}" if reason.strip() else dates
    if row.approval == Approval.ASKED:
        row.approval_until, row.escalated_at = decision_until(now, policy), None
        row.save()
        note(row, Entry.TRANSFERRED, by, why)
    elif has_seat:
        hold_seat(row, situation, kind=TRANSFERRED, by=by, reason=why, tells=False)
    else:
        row.seat, row.exceeds = Seat.WAITING, False
        row.save()
        note(row, Entry.TRANSFERRED, by, why)
        note(row, Entry.QUEUED, by)
    if row.consented_at:
        note(row, Entry.CONSENTED, by, days_off_words(situation.days_off))
    if newly := situation.overlooked - overlooked:
        note(row, Entry.OVERRIDDEN, by, overlooked_words(newly, reason))
    for clashing in own_clashes(row, sorted(session_ids), now):
        end_clash(clashing)
    seat_within_the_limit(sessions.values())
    for session in sessions.values():
        promote(session, policy=policy, now=now)
    row.refresh_from_db()
    # The one message about the change says whether there is a seat, or an offer, by now.
    withdraw_messages([about(row.pk)], ["seat_given", OFFERED])
    known = transfer_context(source, target, source.starts_at)
    if is_own and row.approval != Approval.ASKED and needs_approval(situation, by):
        until = tell_of_change(row, now, policy, known)
        known |= {"head_until": until.isoformat()} if until else {}
    if situation.wanted_since:
        end_fulfilled([row.trainee_id])
    plan_messages([changed_message(TRANSFERRED, row, target, known)])
    return row


@action
def restore_enrolment(
    enrolment: Enrolment, *, by: Employee, reason: str = "", overlooks: frozenset[str] = frozenset()
) -> Enrolment:
    """Take a cancellation back before the start: the seat when one is free and nobody waits, else the queue.

    The time of the first request counts. The trainee may do so within ten minutes and only for a free seat; staff
    until the start, with a reason. What had not been decided is asked again. Doing it again changes nothing.
    `overlooks` are codes of conditions, and of the share of the office, that staff answer for with the same reason.

    Raises:
        TooLate: the session has begun, or the trainee's ten minutes are over.
        SessionFull: the trainee's seat has gone to somebody else.
        NotEligible: a condition is not met by now, such as another enrolment in the course.
        TooManyAway: it is staff who ask, and the office can hardly spare the person by now.
        NotAllowed: it is neither the own enrolment nor staff, or staff without the right to overlook.
        ReasonMissing: staff gave none.
        EnrolmentError: it ended in a way that is not taken back, or the trainee's office cannot spare them by now.
    """
    is_own = by.pk == enrolment.trainee_id
    if not is_own:
        refuse_without(by, STAFF)
        if not reason.strip():
            raise ReasonMissing(_("Say why the cancellation is taken back."))
    if enrolment.session_id is None:
        raise EnrolmentError(_("A course without dates is simply started again."))
    session = Session.objects.with_course().lock(enrolment.session_id)
    Employee.objects.lock_all({enrolment.trainee_id} | waiting_trainees([session.pk]))
    row = Enrolment.objects.select_related("trainee", "course").get(pk=enrolment.pk)
    if row.is_live:
        return row
    policy, now = Policy.objects.current(), timezone.now()
    refuse_restoring(row, session, now, is_own=is_own)
    refuse_leaver(row.trainee)
    situation = situations(row.trainee, [session], policy=policy, now=now, locks_days=True)[session.pk]
    situation = as_taken_back(situation, row)
    asks = asks_the_head(row)
    if not is_own:
        situation = overlooking_for(situation, overlooks - {OFFICE} if asks else overlooks, by, reason)
    if failed := unmet(situation):
        raise NotEligible(failed)
    has_seat = situation.has_free_seat and not situation.waiting
    if situation.days_over and row.approval == Approval.NOT_NEEDED:
        if not is_own:
            raise TooManyAway(share_wanted(situation.days_over[0]))
        raise EnrolmentError(
            _("%(away)s Enrol anew: the head of your office will be asked.")
            % {"away": too_many_away(situation.days_over[0])}
        )
    if is_own and not has_seat and not asks:
        raise SessionFull(_("The seat has gone to somebody else. You may join the queue."))

    withdraw_messages([about(row.pk)])
    row.ended_because, row.ended_at = Ending.LIVE, None
    row.due_on = situation.due_on
    newly = situation.overlooked - row.overlooks
    row.overlooked = " ".join(sorted(situation.overlooked))
    if asks:
        row.seat, row.approval = Seat.NONE, Approval.ASKED
        row.approval_until, row.escalated_at = decision_until(now, policy), None
        row.save()
        note(row, Entry.RESTORED, by, reason.strip())
        note(row, Entry.ASKED, by)
    elif has_seat:
        note(row, Entry.RESTORED, by, reason.strip())
        hold_seat(row, situation, kind=RESTORED, by=by, tells=False)
    else:
        row.seat, row.exceeds = Seat.WAITING, False
        row.save()
        note(row, Entry.RESTORED, by, reason.strip())
        note(row, Entry.QUEUED, by)
        promote(session, policy=policy, now=now)
        row.refresh_from_db()
        withdraw_messages([about(row.pk)], ["seat_given", OFFERED])
    if newly:
        note(row, Entry.OVERRIDDEN, by, overlooked_words(newly, reason))
    if situation.wanted_since:
        end_fulfilled([row.trainee_id])
    plan_messages([changed_message(RESTORED, row, session, {})])
    return row


def may_be_taken_back(enrolment: Enrolment, now: datetime) -> bool:
    """Whether the trainee may still say that they cancelled by mistake; the seat itself is asked about later."""
    return (
        enrolment.ended_because in OWN_SLIP
        and enrolment.ended_at is not None
        and now < enrolment.ended_at + timedelta(minutes=SLIP_MINUTES)
        and enrolment.session is not None
        and enrolment.session.is_open_for_enrolment
    )


# --- how ------------------------------------------------------------------------------------------


def concerned_sessions(enrolment: Enrolment) -> set[int]:
    """The sessions whose queues or clashes the freed time of the trainee concerns, with the enrolment's own."""
    own = Enrolment.objects.live().filter(trainee=enrolment.trainee_id, session__isnull=False)
    concerned = own.filter(Q(seat=Seat.WAITING) | Q(clash_since__isnull=False) | Q(pk=enrolment.pk))
    return {key for key in concerned.values_list("session", flat=True) if key is not None}


def own_clashes(row: Enrolment, session_ids: list[int], now: datetime) -> list[Enrolment]:
    clashing = Enrolment.objects.clashing(now).filter(trainee=row.trainee_id)
    return list(clashing.filter(session__in=session_ids).exclude(pk=row.pk).order_by("pk"))


def refuse_late(row: Enrolment, source: Session, policy: Policy, now: datetime, *, is_own: bool) -> None:
    if row.seat not in SEATS_TAKEN:
        return
    if source.has_begun:
        raise TooLate(_("The session has begun: who does not come is absent. Speak to the trainer."))
    if is_own and source.starts_at - now < timedelta(hours=policy.cancel_lead_hours):
        raise TooLate(
            _(
                "Less than %(hours)s h are left before the start. Ask the training centre for another date, "
                "or cancel with a reason."
            )
            % {"hours": policy.cancel_lead_hours}
        )


def refuse_other_date(situation: Situation, row: Enrolment, *, is_own: bool, consents: bool) -> None:
    if failed := unmet(situation):
        raise NotEligible(failed)
    is_over = situation.days_over and row.approval != Approval.ASKED
    if not is_own:
        if is_over:
            raise TooManyAway(share_wanted(situation.days_over[0]))
        return
    if situation.days_off and not consents:
        raise NeedsConsent(consent_wanted(situation.days_off))
    if is_over:
        raise EnrolmentError(
            _("%(away)s You keep what you have; choose another date.")
            % {"away": too_many_away(situation.days_over[0])}
        )


def refuse_restoring(row: Enrolment, session: Session, now: datetime, *, is_own: bool) -> None:
    if row.ended_because not in (OWN_SLIP if is_own else TAKEN_BACK):
        raise EnrolmentError(_("This enrolment ended in a way that is not taken back. Enrol anew."))
    if session.has_begun:
        raise TooLate(_("The session has begun."))
    if is_own and not may_be_taken_back(replace_session(row, session), now):
        raise TooLate(
            _("A cancellation can be taken back for ten minutes. If a seat is free, you may take it again.")
        )


def replace_session(row: Enrolment, session: Session) -> Enrolment:
    row.session = session
    return row
