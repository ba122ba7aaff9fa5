"""How letters tell a session: its meetings with place and trainers, as they stand at the moment of telling."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.words import full_time
from people.models import Employee
from scheduling.models import Booking, Meeting, Session


@dataclass(frozen=True)
class Sitting:
    """A meeting as people need it: when, where, with whom."""

    starts_at: datetime
    ends_at: datetime
    place: str
    is_online: bool
    zone: str
    trainers: tuple[str, ...]

    def when(self) -> str:
        with timezone.override(ZoneInfo(self.zone) if self.zone else None):
            return full_time(self.starts_at, self.ends_at)


def sittings_of(session: Session) -> list[Sitting]:
    """The session's meetings in order, with rooms and trainers; one query, also for a meeting that lacks them."""
    rows = (
        Meeting.objects.filter(session=session)
        .annotate(claim=FilteredRelation("bookings", condition=~Q(bookings__role=Booking.Role.ATTENDS)))
        .order_by("starts_at", "pk", "claim__room", "claim__person__name_key")
        .values_list(
            "pk",
            "starts_at",
            "ends_at",
            "claim__room__name",
            "claim__room__site__name",
            "claim__room__site__address",
            "claim__room__site__is_online",
            "claim__room__site__time_zone",
            "claim__person__last_name",
            "claim__person__first_name",
            "claim__person__middle_name",
        )
    )
    found: dict[int, Sitting] = {}
    for pk, starts_at, ends_at, room, site, address, is_online, zone, last, first, middle in rows:
        sitting = found.get(pk) or Sitting(starts_at, ends_at, "", is_online=False, zone="", trainers=())
        if room:
            place = ", ".join(filter(None, [site, address, room]))
            sitting = replace(sitting, place=place, is_online=is_online, zone=zone)
        if last:
            trainer = Employee(last_name=last, first_name=first, middle_name=middle).short_name
            sitting = replace(sitting, trainers=(*sitting.trainers, trainer))
        found[pk] = sitting
    return list(found.values())


def timetable_of(session: Session, sittings: Iterable[Sitting]) -> list[str]:
    """Paragraphs for a letter: the sittings in words, the place and the trainers once when they are the same."""
    sittings = list(sittings)
    wheres = [where(session, sitting) for sitting in sittings]
    if len(set(wheres)) <= 1:
        paragraphs = ["\n".join(sitting.when() for sitting in sittings), *wheres[:1]]
    else:
        paragraphs = [f"{sitting.when()}\n{place}" for sitting, place in zip(sittings, wheres, strict=True)]
    if session.note:
        paragraphs.append(session.note)
    return [paragraph for paragraph in paragraphs if paragraph]


def where(session: Session, sitting: Sitting) -> str:
    """Place and trainers of one sitting; of a webinar the link, which is what people need in the last minute."""
    lines = []
    if sitting.is_online:
        lines.append(
            _("Online: %(link)s") % {"link": session.online_link}
            if session.online_link
            else _("Online. The link will appear on the page of the session.")
        )
    elif sitting.place:
        lines.append(sitting.place)
    if sitting.trainers:
        names = ", ".join(sitting.trainers)
        lines.append(
            ngettext("Trainer: %(names)s", "Trainers: %(names)s", len(sitting.trainers)) % {"names": names}
        )
    return "\n".join(lines)
