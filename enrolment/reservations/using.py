"""How the seat operation uses seats without a name, under the session's lock that its caller holds (rules 10, 17)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.conditions import Situation
from enrolment.models import Enrolment
from enrolment.reservations.models import Reservation, kept_from
from people.models import Employment
from scheduling.models import Session


def use_kept_seat(enrolment: Enrolment, situation: Situation) -> None:
    """Take the seat out of what is kept for the trainee's office, or else for its okrug; nothing else does.

    Called with every seat that is given, held or offered.
    """
    if not situation.own_reserved:
        return
    job = Employment.objects.current().filter(employee=enrolment.trainee_id, is_main=True)
    office, okrug = job.values_list("office", "office__okrug").get()
    kept = Reservation.objects.keeping(kept_from(situation.now, situation.policy)).filter(
        session=situation.session.pk, seats__gt=0
    )
    own = kept.filter(office=office).first() or kept.filter(office=None, okrug=okrug).first()
    if own is not None:
        Reservation.objects.filter(pk=own.pk).update(seats=F("seats") - 1)


@dataclass(frozen=True)
class Kept:
    """The seats that a session keeps at a moment, and for whom; read once before a queue is asked.

    `seats` by office or okrug; `places` are the office and the okrug of everybody who waits.
    """

    seats: dict[int | str, int]
    places: dict[int, tuple[int, str]]

    @classmethod
    def of(cls, session: Session, people: Iterable[int], *, policy: Policy, now: datetime) -> Self:
        """One statement where nothing is kept, two otherwise."""
        kept = Reservation.objects.keeping(kept_from(now, policy)).filter(session=session, seats__gt=0)
        seats = {one.office_id or one.okrug: one.seats for one in kept}
        if not seats:
            return cls({}, {})
        jobs = Employment.objects.current().filter(is_main=True, employee__in=set(people))
        places = {
            person: (office, okrug)
            for person, office, okrug in jobs.values_list("employee", "office", "office__okrug")
        }
        return cls(seats, places)

    def leaves_a_seat(self, free: int, person: int) -> bool:
        """Whether one of the free seats is kept for nobody, or for this person's office or okrug."""
        others = sum(count for whose, count in self.seats.items() if whose not in self.places.get(person, ()))
        return free > others


def kept_words(kept: int, session: Session, policy: Policy) -> str:
    """Why a free seat is not given to who waits, without saying for which office it is kept."""
    return ngettext(
        "The free seat is kept for another office until %(until)s.",
        "The free seats are kept for other offices until %(until)s.",
        kept,
    ) % {"until": when(released_at(session, policy))}


def kept_until_words(session: Session, policy: Policy) -> str:
    """Why no seats can be kept once the day of release is over, and what to do instead."""
    return _("Seats without a name were kept until %(until)s. Send people by name instead.") % {
        "until": when(released_at(session, policy))
    }


def released_at(session: Session, policy: Policy) -> datetime:
    """When the clock gives back what nobody has filled."""
    return session.starts_at - timedelta(days=policy.reservation_release_days)
