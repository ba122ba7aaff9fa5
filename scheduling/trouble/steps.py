"""What HR and the centre may do about a report: the existing pages, one click away, by the kind of trouble."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from people.models import Employee
from scheduling.hurt import absent_trainers, taught_by
from scheduling.models import Booking, Meeting, Room
from scheduling.trouble.models import TroubleReport
from trainers.models import Absence

Kind = TroubleReport.Kind
PLAN, CLOSE, CHANGE_ROOM = "scheduling.plan_session", "scheduling.add_roomclosure", "scheduling.change_room"


@dataclass(frozen=True)
class NextStep:
    """A page that helps: its address, and what is done there."""

    url: str
    words: str


def meetings_of(report: TroubleReport) -> QuerySet[Meeting]:
    """The trainer's meetings that are not over and that the report is about."""
    meetings = taught_by(report.trainer, report.starts_on, report.ends_on)
    return meetings.filter(session=report.session_id) if report.session_id else meetings


def with_rooms(meetings: QuerySet[Meeting]) -> list[Meeting]:
    """The meetings with the bookings of their rooms as `room_bookings`; two queries."""
    booked = Booking.objects.of_rooms().select_related("room__site")
    return list(meetings.prefetch_related(Prefetch("bookings", booked, to_attr="room_bookings")))


def absence_of(report: TroubleReport) -> Absence | None:
    """The absence that covers the first day of the report, if somebody has recorded it."""
    covering = report.trainer.absences.filter(starts_on__lte=report.starts_on, ends_on__gte=report.starts_on)
    return covering.order_by("-ends_on", "pk").first()


def next_steps(
    report: TroubleReport, meetings: Iterable[Meeting], absence: Absence | None, reader: Employee
) -> list[NextStep]:
    """Those that the reader may do, the most likely first. The meetings come `with_rooms`."""
    meetings = list(meetings)
    match report.kind:
        case Kind.ILLNESS:
            return list(about_illness(report, meetings, absence, reader))
        case Kind.EQUIPMENT:
            return [*about_rooms(report, meetings, reader), *about_session(report, reader)]
        case _other:
            return list(about_session(report, reader))


def about_illness(
    report: TroubleReport, meetings: list[Meeting], absence: Absence | None, reader: Employee
) -> Iterator[NextStep]:
    is_gone = any(report.trainer.employee_id in gone for gone in absent_trainers(meetings).values())
    if is_gone and reader.has_perm(PLAN):
        yield NextStep(f"{reverse('scheduling:repair')}?trainer={report.trainer_id}", _("Find a replacement"))
    if absence is None or absence.ends_on < report.ends_on:
        url = reverse("scheduling:trouble_absence", args=[report.pk])
        yield NextStep(url, _("Record the absence"))


def about_rooms(report: TroubleReport, meetings: Iterable[Meeting], reader: Employee) -> Iterator[NextStep]:
    for room, meeting in rooms_of(meetings).items():
        words = {"room": room.name}
        if reader.has_perm(CLOSE):
            proposed = {
                "starts_at": local_minute(meeting.starts_at),
                "ends_at": local_minute(meeting.ends_at),
                "reason": report.words[:200],
            }
            url = reverse("scheduling:closure_new", args=[room.pk])
            yield NextStep(f"{url}?{urlencode(proposed)}", _("Close “%(room)s” for the time") % words)
        if reader.has_perm(CHANGE_ROOM):
            url = reverse("scheduling:room_edit", args=[room.pk])
            yield NextStep(url, _("Take equipment off “%(room)s”") % words)


def about_session(report: TroubleReport, reader: Employee) -> Iterator[NextStep]:
    if report.session_id is None or not reader.has_perm(PLAN):
        return
    yield NextStep(
        reverse("scheduling:replan", args=[report.session_id]), _("Change the time, room or trainer")
    )
    yield NextStep(reverse("scheduling:session", args=[report.session_id]), _("Open the session"))


def rooms_of(meetings: Iterable[Meeting]) -> dict[Room, Meeting]:
    """Each room that has walls, with the first meeting in it."""
    found: dict[Room, Meeting] = {}
    for meeting in meetings:
        for booking in meeting.room_bookings:  # type: ignore[attr-defined]
            if not booking.room.site.is_online:
                found.setdefault(booking.room, meeting)
    return found


def local_minute(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"
