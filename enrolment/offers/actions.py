"""Answering an offer, what silence does, and a seat given by hand (rule 14)."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from centre.templatetags.centre_text import short_name, when
from enrolment.actions.enrolling import refuse_leaver
from enrolment.beyond import seat_within_the_limit
from enrolment.conditions import has_no_overlapping_booking, unmet
from enrolment.errors import NotEligible, ReasonMissing, SessionFull, TooLate
from enrolment.interest.ending import end_fulfilled
from enrolment.models import Approval, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.notices import about, forget_reminders, seat_messages
from enrolment.offers.errors import CannotGive, OfferOver
from enrolment.offers.links import OfferLink, offer_of
from enrolment.offers.notices import OFFERED, lapsed_messages
from enrolment.offers.words import not_to_be_spared, over_words
from enrolment.seats import end_clash, give_up_seat, hold_seat, note, promote, waiting_trainees
from enrolment.situations import situations
from notifications.actions import plan_messages, withdraw_messages
from people.models import Employee
from scheduling.models import Session

Entry = EnrolmentEntry.Kind


@action
def accept_offer(enrolment: Enrolment, *, by: Employee) -> Enrolment:
    """Take the offered seat, with the letter and the reminders of any seat. Accepting again changes nothing.

    Nothing else is asked once more: the seat was promised, and its bookings stand.

    Raises:
        OfferOver: the offer does not stand any more, in words of what happened.
        NotEligible: the session was moved meanwhile, onto another booking of the trainee.
    """
    sessions, enrolment = lock(enrolment)
    now = timezone.now()
    session = session_of(enrolment, sessions)
    if enrolment.is_live and enrolment.seat == Seat.HELD:
        return enrolment
    refuse_over(enrolment, session, now)
    make_held(enrolment, session, Entry.ACCEPTED, now, by=by)
    return enrolment


@action
def decline_offer(
    enrolment: Enrolment, *, by: Employee | None, link: OfferLink | None = None, reason: str = ""
) -> Enrolment:
    """Give the offered seat back: the enrolment ends, and the seat goes to the next in the same transaction.

    Never late (rule 15), and declining again changes nothing. The trainee's time is free again, so their own places
    in other queues are asked anew. `link` is that of the letter, which is good for its own offer alone.

    Raises:
        OfferOver: the seat is the trainee's by now, or the offer ended in another way.
    """
    sessions, enrolment = lock(enrolment)
    session = session_of(enrolment, sessions)
    is_its_own = link is None or link.offer_id == offer_of(enrolment)
    if is_its_own and enrolment.ended_because == Ending.DECLINED:
        return enrolment
    if not is_its_own or not enrolment.is_live or enrolment.seat != Seat.OFFERED or session.has_begun:
        raise OfferOver(over_words(enrolment))
    give_up_seat(enrolment, Ending.DECLINED, by=by, reason=reason, kind=Entry.DECLINED)
    policy = Policy.objects.current()
    own = Enrolment.objects.filter(trainee=enrolment.trainee_id, session__in=sessions)
    for clashing in own.clashing(timezone.now()):
        end_clash(clashing)
    seat_within_the_limit(sessions.values())
    for freed in sessions.values():
        promote(freed, policy=policy)
    return enrolment


@action
def lapse_offers(session: Session) -> list[Enrolment]:
    """End the session's offers whose term is over, and give the seats to the next; return the ended enrolments.

    By the rows' own terms: after a day without the beat the same offers end. Of a session that has begun meanwhile
    they end too, and nobody is promoted. Doing it again changes nothing.
    """
    session = Session.objects.with_course().lock(session.pk)
    offered = session.enrolments.live().filter(seat=Seat.OFFERED)
    Employee.objects.lock_all(set(offered.values_list("trainee", flat=True)) | waiting_trainees([session.pk]))
    now = timezone.now()
    due = offered if session.starts_at <= now else offered.filter(offer_until__lte=now)
    ended = list(due.order_by("offer_until", "pk"))
    if not ended:
        return ended
    for one in ended:
        give_up_seat(one, Ending.LAPSED, by=None, kind=Entry.LAPSED)
    plan_messages(lapsed_messages(ended, session))
    seat_within_the_limit([session])
    promote(session, policy=Policy.objects.current(now))
    return ended


@action
def give_seat(enrolment: Enrolment, *, by: Employee, reason: str) -> Enrolment:
    """Staff give somebody who waits a free seat by hand, also shortly before the start; or turn an offer into a seat.

    The conditions are asked as the queue asks them; the order of the queue is not: the reason says why.
    Giving again changes nothing.

    Raises:
        CannotGive: the person does not wait any more, or their office cannot spare them that day.
        TooLate: the session has begun.
        SessionFull: no seat is free.
        NotEligible: with each unmet condition in words.
        ReasonMissing: why, must be said.
        EnrolmentError: the person has left the organisation.
    """
    sessions, enrolment = lock(enrolment)
    session = session_of(enrolment, sessions)
    if enrolment.is_live and enrolment.seat == Seat.HELD:
        return enrolment
    if not enrolment.is_live or enrolment.seat not in {Seat.WAITING, Seat.OFFERED}:
        raise CannotGive(
            _("%(person)s does not wait for this session any more.")
            % {"person": short_name(enrolment.trainee)}
        )
    refuse_leaver(enrolment.trainee)
    if session.has_begun:
        raise TooLate(_("The session has begun: its queue gives no seats any more."))
    if not reason.strip():
        raise ReasonMissing(_("Say why: the person reads it in the story of their enrolment."))
    now = timezone.now()
    if enrolment.seat == Seat.OFFERED:
        refuse_over(enrolment, session, now, answers=False)
        make_held(enrolment, session, Entry.ACCEPTED, now, by=by, reason=reason.strip())
        return enrolment
    policy = Policy.objects.current(now)
    situation = situations(enrolment.trainee, [session], policy=policy, now=now, locks_days=True)[session.pk]
    if failed := unmet(situation):
        raise NotEligible(failed)
    if situation.days_over and enrolment.approval != Approval.GRANTED:
        raise CannotGive(not_to_be_spared(enrolment.trainee, situation.days_over[0]))
    if not situation.has_free_seat:
        raise SessionFull(_("No seat is free."))
    hold_seat(
        enrolment, situation, kind="seat_given", by=by, reason=reason.strip(), context={"by_hand": True}
    )
    return enrolment


@action
def wish_short_notice(enrolment: Enrolment, *, wishes: bool, by: Employee) -> Enrolment:
    """Change whether the person comes at short notice too; a seat that is free then is theirs at once.

    Raises:
        OfferOver: the person does not wait, nor asks, any more.
    """
    sessions, enrolment = lock(enrolment)
    session = session_of(enrolment, sessions)
    if not enrolment.is_live or enrolment.seat not in {Seat.WAITING, Seat.NONE}:
        raise OfferOver(_("You do not wait for a seat any more: there is nothing to change."))
    if enrolment.at_short_notice != wishes:
        enrolment.at_short_notice = wishes
        enrolment.save(update_fields=["at_short_notice"])
        if wishes and enrolment.seat == Seat.WAITING:
            promote(session, policy=Policy.objects.current())
            enrolment.refresh_from_db()
    return enrolment


def holds_by_coming(enrolment: Enrolment, session: Session, *, by: Employee) -> bool:
    """Whether somebody who has come holds a seat; who comes to a seat that is offered still has accepted it."""
    if enrolment.seat == Seat.OFFERED:
        make_held(enrolment, session, Entry.ACCEPTED, timezone.now(), by=by)
    return enrolment.seat == Seat.HELD


# --- how ------------------------------------------------------------------------------------------


def lock(enrolment: Enrolment) -> tuple[dict[int, Session], Enrolment]:
    """The session, those of the person's that a free hour may concern, everybody who waits there, the fresh row."""
    trainee_id = enrolment.trainee_id
    own = Enrolment.objects.live().filter(trainee=trainee_id)
    concerned = own.filter(Q(seat=Seat.WAITING) | Q(clash_since__isnull=False))
    session_ids = {
        *filter(None, concerned.values_list("session", flat=True)),
        *filter(None, [enrolment.session_id]),
    }
    sessions = Session.objects.with_course().lock_all(sorted(session_ids))
    Employee.objects.lock_all({trainee_id} | waiting_trainees(sorted(session_ids)))
    return sessions, Enrolment.objects.select_related("trainee", "course").get(pk=enrolment.pk)


def session_of(enrolment: Enrolment, sessions: dict[int, Session]) -> Session:
    """Raises OfferOver when the session was joined with another one between the page and the lock."""
    session = sessions.get(enrolment.session_id or 0)
    if session is None:
        raise OfferOver(over_words(enrolment))
    enrolment.session = session
    return session


def refuse_over(enrolment: Enrolment, session: Session, now: datetime, *, answers: bool = True) -> None:
    """Raises OfferOver, or NotEligible for a clash; staff who give the seat by hand go by the start alone."""
    if not enrolment.is_live or enrolment.seat != Seat.OFFERED or enrolment.offer_until is None:
        raise OfferOver(over_words(enrolment))
    if session.starts_at <= now or session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED}:
        raise OfferOver(_("The session has begun: the offer has ended."))
    if answers and enrolment.offer_until <= now:
        raise OfferOver(
            _("The time to answer was over on %(until)s: the seat goes to the next in the queue.")
            % {"until": when(enrolment.offer_until)}
        )
    if enrolment.clash_since:
        policy = Policy.objects.current(now)
        situation = situations(enrolment.trainee, [session], policy=policy, now=now)[session.pk]
        if clash := has_no_overlapping_booking(situation):
            raise NotEligible([clash])
        end_clash(enrolment)


def make_held(
    enrolment: Enrolment,
    session: Session,
    kind: EnrolmentEntry.Kind,
    now: datetime,
    *,
    by: Employee,
    reason: str = "",
) -> None:
    """The offered seat is held now: it was counted and booked with the offer."""
    enrolment.seat, enrolment.offer_until = Seat.HELD, None
    enrolment.save()
    withdraw_messages([about(enrolment.pk)], [OFFERED])
    note(enrolment, kind, by, reason)
    end_fulfilled([enrolment.trainee_id])
    forget_reminders(enrolment)
    starts = list(session.meetings.order_by("starts_at").values_list("starts_at", flat=True))
    plan_messages(
        seat_messages(
            enrolment,
            session,
            kind="seat_taken",
            starts=starts,
            policy=Policy.objects.current(now),
            now=now,
            context={},
        )
    )
