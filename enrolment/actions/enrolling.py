"""Taking a seat, or a place in the queue; and the queue moving up."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from centre.actions import action
from centre.inserts import one_round_trip
from centre.models import Policy
from enrolment.approvals.needs import decision_until, needs_approval
from enrolment.approvals.urgent import may_be_urgent, urgent_messages
from enrolment.conditions import OFFICE, unmet
from enrolment.doors.overlooking import (
    kept_words,
    overlooked_words,
    overlooking,
    refuse_without_right,
)
from enrolment.errors import EnrolmentError, NeedsConsent, NotEligible, TooManyAway
from enrolment.interest.ending import end_wishes
from enrolment.locking import lock_situation
from enrolment.models import Approval, Enrolment, EnrolmentEntry, Interest, Seat
from enrolment.notices import queue_messages
from enrolment.office.words import consent_wanted, days_off_words, share_is_gone, share_wanted
from enrolment.seats import hold_seat, insert_keyed, note, promote, waiting_trainees
from notifications.actions import plan_messages
from people.models import Employee
from scheduling.models import Session

Entry = EnrolmentEntry.Kind


@dataclass(frozen=True)
class Terms:
    """On what terms a seat is asked for.

    `approval` is settled, or "asked" with `approval_until`: then nothing is booked and no queue stops for it.
    `is_own_wish` is the trainee's own door: then it is asked where the situation wants it (rules 12 and 16).
    `overlooks` are codes of conditions, and `exceeds` a seat beyond the limit, which staff answer for with the reason
    `despite` (rules 10 and 11).
    `at_short_notice` and `consents` are what the trainee agreed to: a seat shortly before the start, a day off.
    """

    approval: Approval = Approval.NOT_NEEDED
    approval_until: datetime | None = None
    at_short_notice: bool = False
    consents: bool = False
    is_own_wish: bool = False
    overlooks: frozenset[str] = frozenset()
    exceeds: bool = False
    despite: str = ""

    def of_themselves(self) -> "Terms":
        """Of staff who enrol themselves: their door goes round no approval, nor the office's share (promise S4)."""
        return replace(self, is_own_wish=True, overlooks=self.overlooks - {OFFICE})


def enrol(
    trainee: Employee, session: Session, *, by: Employee | None = None, terms: Terms = Terms()
) -> Enrolment:
    """Give the trainee a seat in the session or, when it is full or people wait, a place at the end of its queue.

    Asking again returns the same enrolment. Messages are planned in the same transaction. `by` is who acts,
    the trainee when nobody is named.

    Raises:
        NotEligible: with each unmet condition in words, and the way out.
        NotAllowed, ReasonMissing: conditions are overlooked, or the limit is exceeded, without the right or a reason.
        NeedsConsent: it is the trainee's own wish, on a day off, and they have not agreed to come then.
        TooManyAway: somebody else enrols them, their office cannot spare them, and nobody has allowed or overlooked it.
        PersonBusy: a booking elsewhere came first by a moment.
    """
    if terms.exceeds:
        # What is free belongs to the queue; only beyond the limit nobody is overtaken.
        promote_waiting(session)
    enrolment, may_move_up = _enrol(trainee, session, by=by or trainee, terms=terms)
    if may_move_up:
        # A free seat and people who wait: each of them was passed over. Whether the newcomer may take the seat
        # is the queue's decision, and the queue needs everybody's lock, which only a new transaction may take.
        promote_waiting(session, at_once=(enrolment.pk,))
        enrolment.refresh_from_db()
    return enrolment


@action
def _enrol(trainee: Employee, session: Session, *, by: Employee, terms: Terms) -> tuple[Enrolment, bool]:
    asker = trainee  # whose rights are loaded already
    locked = lock_situation(trainee.pk, session.pk)
    trainee, session, situation = locked.trainee, locked.session, locked.situation
    if situation.live_enrolment_id and not situation.live_enrolment_elsewhere:
        return Enrolment.objects.get(pk=situation.live_enrolment_id), False
    refuse_leaver(trainee)
    if terms.overlooks or terms.exceeds:
        refuse_without_right(by, terms)
        situation = overlooking(situation, terms.overlooks)
    if failed := unmet(situation):
        raise NotEligible(failed)
    if terms.is_own_wish and situation.days_off and not terms.consents:
        raise NeedsConsent(consent_wanted(situation.days_off))
    if terms.is_own_wish and needs_approval(situation, asker):
        until = decision_until(situation.now, situation.policy)
        terms = replace(terms, approval=Approval.ASKED, approval_until=until)
    if by.pk != asker.pk and situation.days_over and terms.approval == Approval.NOT_NEEDED:
        # Of two who enrol colleagues at one moment neither page could know of the other (rule 16).
        raise TooManyAway(share_wanted(situation.days_over[0]))

    enrolment = Enrolment(
        pk=locked.key,
        requested_at=locked.asked_at,
        trainee=trainee,
        session=session,
        course=session.course,
        approval=terms.approval,
        approval_until=terms.approval_until,
        due_on=situation.due_on,
        at_short_notice=terms.at_short_notice,
        consented_at=situation.now if terms.consents and situation.days_off else None,
        overlooked=" ".join(sorted(situation.overlooked)),
    )
    if situation.kept_since:  # the centre cancelled, so the first request counts (rule 15)
        enrolment.requested_at = situation.kept_since
    if situation.wanted_since:
        wish = Interest.objects.live().filter(trainee=trainee, course=session.course_id)
        end_wishes(wish, Interest.Ending.ENROLLED)
        if not situation.waiting:  # a wish for the course overtakes nobody who waits for this date
            earlier = filter(None, [situation.wanted_since, situation.kept_since])
            enrolment.requested_at = min(earlier)
    if terms.approval == Approval.ASKED:
        enrolment.seat = Seat.NONE
        insert_keyed(enrolment)
        note(enrolment, Entry.ASKED, by, share_is_gone(situation.days_over[0]) if situation.days_over else "")
        if may_be_urgent(enrolment):
            own = Enrolment.objects.filter(pk=enrolment.pk)
            plan_messages(urgent_messages(own, situation.now, situation.policy))
    elif terms.exceeds or (situation.has_free_seat and not situation.waiting):
        exceeds = terms.despite if terms.exceeds else ""
        # A free seat past those who wait, to whom the queue gave nothing: the log says why.
        why = exceeds.strip() if situation.has_free_seat and situation.waiting else kept_words(situation)
        hold_seat(enrolment, situation, kind="seat_taken", by=by, reason=why, exceeds=exceeds)
    else:
        enrolment.seat = Seat.WAITING
        with one_round_trip():
            insert_keyed(enrolment)
            note(enrolment, Entry.QUEUED, by, kept_words(situation))
            plan_messages(queue_messages(enrolment, session))
    if enrolment.consented_at:
        note(enrolment, Entry.CONSENTED, by, days_off_words(situation.days_off))
    if situation.overlooked:
        note(enrolment, Entry.OVERRIDDEN, by, overlooked_words(situation.overlooked, terms.despite))
    return enrolment, enrolment.seat == Seat.WAITING and situation.has_free_seat


@action
def promote_waiting(session: Session, *, at_once: Collection[int] = ()) -> list[Enrolment]:
    """Give the session's free seats to those who wait and may take them; return who got one. See `seats.promote`."""
    session = Session.objects.with_course().lock(session.pk)
    Employee.objects.lock_all(waiting_trainees([session.pk]))
    return promote(session, policy=Policy.objects.current(), at_once=at_once)


def refuse_leaver(trainee: Employee) -> None:
    """Ask under the person's lock: the account may have been closed since the page was opened."""
    if not trainee.is_active:
        raise EnrolmentError(_("%(person)s does not work here any more.") % {"person": trainee.short_name})
