"""What pages show of a session: the seats that are kept without names, and the people of a head's offices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.models import Policy
from enrolment.models import SEATS_TAKEN, Enrolment, Reservation, Seat
from enrolment.reservations.models import kept_from
from enrolment.reservations.using import kept_until_words, released_at
from people.models import Employee, Employment, Office
from scheduling.headcounts import headcount
from scheduling.models import Session


@dataclass(frozen=True)
class KeptSeats:
    """A reservation as pages show it; `until` is when the clock releases it."""

    reservation: Reservation
    until: datetime
    stands: bool


@dataclass
class OfficeThere:
    """One office in a session: who has a seat, waits or asks, and the seats without a name."""

    office: Office
    seated: list[Enrolment] = field(default_factory=list)
    waiting: list[Enrolment] = field(default_factory=list)
    asked: list[Enrolment] = field(default_factory=list)
    kept: Reservation | None = None
    # The quota of the okrug, which people of its other offices use too.
    of_okrug: Reservation | None = None


def why_no_keeping(session: Session, policy: Policy) -> str:
    """Why no seats can be kept by name of an office or okrug any more; empty while they can."""
    if not session.is_open_for_enrolment:
        return _("Nobody can enrol in this session any more, so no seats can be kept.")
    if released_at(session, policy) <= timezone.now():
        return kept_until_words(session, policy)
    return ""


def free_seats(session: Session) -> int:
    """Seats that are neither taken nor kept for anybody; one statement."""
    people = headcount(session)
    return max(0, session.seats - people.held - people.reserved)


def kept_seats(session: Session, policy: Policy) -> list[KeptSeats]:
    """Every reservation of the session, also those that ended; one statement."""
    until = released_at(session, policy)
    keeps = session.starts_at > kept_from(timezone.now(), policy)
    rows = Reservation.objects.filter(session=session).select_related("office", "made_by")
    return [KeptSeats(one, one.ended_at or until, keeps and one.ended_at is None) for one in rows]


def offices_there(offices: Iterable[Office], session: Session, policy: Policy) -> list[OfficeThere]:
    """Three statements for any number of offices and people."""
    found = {office.pk: OfficeThere(office) for office in offices}
    jobs = Employment.objects.current().filter(is_main=True, office__in=found)
    office_of = dict(jobs.values_list("employee", "office"))
    enrolments = session.enrolments.live().filter(trainee__in=office_of).select_related("trainee")
    for one in enrolments.order_by("trainee__name_key", "pk"):
        there = found[office_of[one.trainee_id]]
        if one.seat in SEATS_TAKEN:
            there.seated.append(one)
        elif one.seat == Seat.WAITING:
            there.waiting.append(one)
        else:
            there.asked.append(one)
    if session.starts_at > kept_from(timezone.now(), policy):
        okrugs = {there.office.okrug for there in found.values() if there.office.okrug}
        whose = Q(office__in=found) | Q(office=None, okrug__in=okrugs)
        for kept in Reservation.objects.standing().filter(whose, session=session):
            if kept.office_id:
                found[kept.office_id].kept = kept
            else:
                for there in found.values():
                    there.of_okrug = kept if there.office.okrug == kept.okrug else there.of_okrug
    return list(found.values())


def offices_led_by(reader: Employee) -> list[Office]:
    return list(Office.objects.led_by(reader).order_by("name"))
