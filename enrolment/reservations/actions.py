"""Keeping seats of a session without names, and giving them back (rule 17)."""

from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.actions import action
from centre.models import Policy
from enrolment.beyond import seat_within_the_limit
from enrolment.models import Reservation
from enrolment.reservations.errors import CannotReserve, NotYourOffice
from enrolment.reservations.models import kept_from
from enrolment.reservations.notices import about, ending_messages
from enrolment.reservations.using import kept_until_words, released_at
from enrolment.seats import promote, waiting_trainees
from notifications.actions import plan_messages, withdraw_messages
from people.models import Employee, Office
from scheduling.models import Session

RESERVE = "enrolment.reserve_seats"


def may_reserve(person: Employee, office: Office | None) -> bool:
    """For an office its head and deputy, for any office or okrug staff with the right; asked of the database anew."""
    fresh = Employee.objects.employed().filter(pk=person.pk).first()
    if fresh is None:
        return False
    if fresh.has_perm(RESERVE):
        return True
    return office is not None and Office.objects.led_by(fresh).filter(pk=office.pk).exists()


@action
def reserve_seats(
    session: Session, whose: Office | str, seats: int, *, by: Employee, reason: str = ""
) -> Reservation | None:
    """Let so many seats without a name be kept for the office, or for the okrug of this name; None for no seats.

    Asking for the same number again changes nothing. Fewer than were kept: the rest goes to whoever waits. Seats that
    were filled with names are not counted in.

    Raises:
        NotYourOffice: neither its head or deputy, nor staff with the right.
        CannotReserve: too few seats are free (says how many), people wait for them, the day on which kept seats are
            released is over, or the session takes nobody any more.
    """
    office = whose if isinstance(whose, Office) else None
    okrug = "" if office else str(whose)
    session = locked(session)
    refuse_strangers(by, office)
    now = timezone.now()
    policy = Policy.objects.current(now)
    standing = (
        Reservation.objects.standing().filter(session=session, office=office, okrug=okrug).first()
        if session.starts_at > kept_from(now, policy)
        else None
    )
    before = standing.seats if standing else 0
    if seats > before:
        refuse_impossible(session, seats - before, policy, now)
    if seats == before:
        return standing
    if seats == 0 and standing:
        end(standing, session, policy, now)
        return None
    if standing is None:
        return Reservation.objects.create(
            session=session,
            office=office,
            okrug=okrug,
            seats=seats,
            asked=seats,
            made_by=by,
            made_at=now,
            reason=reason.strip()[:300],
        )
    standing.asked = standing.used + seats
    standing.seats = seats
    standing.made_by, standing.reason = by, reason.strip()[:300] or standing.reason
    standing.save(update_fields=["asked", "seats", "made_by", "reason"])
    if seats < before:
        seat_within_the_limit([session])
        promote(session, policy=policy, now=now)
    return standing


@action
def release_seats(reservation: Reservation, *, by: Employee, reason: str = "") -> Reservation:
    """Give the seats without a name back; they belong to the queue at once. Doing it again changes nothing.

    Raises:
        NotYourOffice: as in `reserve_seats`.
    """
    session = locked(reservation.session)
    reservation = Reservation.objects.select_related("office").get(pk=reservation.pk)
    refuse_strangers(by, reservation.office)
    if reservation.ended_at is None:
        now = timezone.now()
        end(reservation, session, Policy.objects.current(now), now)
    return reservation


@action
def keep_reservations_of(session: Session, now: datetime) -> int:
    """Do what time brings for the kept seats of the session: return how many ended by it; safe to do again.

    The day before, heads are told; on the day what is left goes to the queue.
    """
    session = locked(session)
    policy = Policy.objects.current(now)
    standing = list(
        Reservation.objects.standing().filter(session=session).select_related("office").order_by("pk")
    )
    if released_at(session, policy) <= now:
        for one in standing:
            one.ended_at = now
        Reservation.objects.bulk_update(standing, ["ended_at"])
        seat_within_the_limit([session])
        promote(session, policy=policy, now=now)
        return len(standing)
    if released_at(session, policy) - timedelta(days=1) <= now:
        plan_messages(message for one in standing if one.seats for message in ending_messages(one, session))
    return 0


# --- how ------------------------------------------------------------------------------------------


def locked(session: Session) -> Session:
    """The session, with everybody locked who may get a seat that is given back."""
    session = Session.objects.with_course().lock(session.pk)
    Employee.objects.lock_all(waiting_trainees([session.pk]))
    return session


def end(reservation: Reservation, session: Session, policy: Policy, now: datetime) -> None:
    reservation.ended_at = now
    reservation.save(update_fields=["ended_at"])
    withdraw_messages([about(reservation.pk)])
    seat_within_the_limit([session])
    promote(session, policy=policy, now=now)


def refuse_strangers(by: Employee, office: Office | None) -> None:
    if not may_reserve(by, office):
        raise NotYourOffice(
            _(
                "Seats are kept for an office by its head or deputy, and for an okrug by HR or the training centre."
            )
        )


def refuse_impossible(session: Session, more: int, policy: Policy, now: datetime) -> None:
    """Whether so many more seats can be kept at this moment."""
    if not session.is_open_for_enrolment:
        raise CannotReserve(_("Nobody can enrol in this session any more, so no seats can be kept."))
    if released_at(session, policy) <= now:
        raise CannotReserve(kept_until_words(session, policy))
    if waiting_trainees([session.pk]):
        raise CannotReserve(_("People wait for seats in this session: what becomes free is theirs."))
    kept = Reservation.objects.keeping(kept_from(now, policy)).filter(session=session)
    taken = session.enrolments.holding().count() + (kept.aggregate(n=Sum("seats"))["n"] or 0)
    free = max(0, session.seats - taken)
    if more > free:
        raise CannotReserve(
            ngettext(
                "Only %(free)s seat is free: ask for fewer.",
                "Only %(free)s seats are free: ask for fewer.",
                free,
            )
            % {"free": free}
            if free
            else _("No seat is free any more.")
        )
