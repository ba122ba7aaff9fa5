"""Which planned meetings an absence or a closure stands against (rule 7). Facts are always recordable; these lose out.

Nothing is stored of it: a meeting is hurt as long as its trainer is away or its room is closed, so that an absence
that ends early, or a meeting that was given another trainer, is right at once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from centre.prepared import Given
from scheduling.models import Assignment, Booking, Meeting, Room, RoomClosure, Session
from trainers.models import Absence, Trainer


def upcoming_meetings(now: datetime | Given | None = None) -> QuerySet[Meeting]:
    """Meetings that are not over, of sessions that are not cancelled, with their sessions and courses."""
    return (
        Meeting.objects.filter(ends_at__gt=now or timezone.now())
        .exclude(session__status__in=[Session.Status.CANCELLED, Session.Status.CLOSED])
        .select_related("session__course")
        .defer(
            "session__course__description",
            "session__course__search_russian",
            "session__course__search_simple",
        )
        .order_by("starts_at", "pk")
    )


# Nothing is planned so far ahead, and the day after the last of all cannot be written down.
LAST_DAY = date(9000, 1, 1)


def taught_by(trainer: Trainer, first: date, last: date) -> QuerySet[Meeting]:
    """Upcoming meetings that the trainer teaches on the days from `first` to `last`."""
    zone = timezone.get_default_timezone()
    begin = datetime.combine(first, time(), tzinfo=zone)
    end = datetime.combine(min(last, LAST_DAY) + timedelta(days=1), time(), tzinfo=zone)
    teaching = Booking.objects.teaching().filter(person=trainer.employee_id, meeting=OuterRef("pk"))
    return upcoming_meetings().filter(Exists(teaching), starts_at__lt=end, ends_at__gt=begin)


def held_in(room: Room) -> QuerySet[Meeting]:
    """Upcoming meetings in the room."""
    return upcoming_meetings().filter(Exists(Booking.objects.filter(room=room, meeting=OuterRef("pk"))))


def hurt_by_absences(trainer: Trainer) -> QuerySet[Meeting]:
    """Upcoming meetings of the trainer on days of an absence: they need a trainer."""
    away = Absence.objects.filter(
        trainer=trainer, starts_on__lte=OuterRef("day"), ends_on__gte=OuterRef("day")
    )
    teaching = Booking.objects.teaching().filter(person=trainer.employee_id, meeting=OuterRef("pk"))
    return upcoming_meetings().annotate(day=TruncDate("starts_at")).filter(Exists(teaching), Exists(away))


def hurt_by_closures(room: Room) -> QuerySet[Meeting]:
    """Upcoming meetings booked in the room while it is closed: they need a room."""
    closed = RoomClosure.objects.filter(
        room=room, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    return held_in(room).filter(Exists(closed))


def declined_bookings(**of: object) -> QuerySet[Booking]:
    """Bookings of trainers who have declined to teach the session, and whom nobody has replaced yet."""
    return Booking.objects.teaching().filter(
        person__trainer__assignments__session=F("meeting__session"),
        person__trainer__assignments__state=Assignment.State.DECLINED,
        **of,
    )


def without_trainer(now: Given | None = None) -> QuerySet[Meeting]:
    """Upcoming meetings that nobody teaches, or somebody who is away on the day or has declined."""
    teaching = Booking.objects.teaching().filter(meeting=OuterRef("pk"))
    away = teaching.filter(
        person__trainer__absences__starts_on__lte=OuterRef("day"),
        person__trainer__absences__ends_on__gte=OuterRef("day"),
    )
    found = upcoming_meetings(now).annotate(day=TruncDate("starts_at"))
    return found.filter(~Exists(teaching) | Exists(away) | Exists(declined_bookings(meeting=OuterRef("pk"))))


def without_room(now: Given | None = None) -> QuerySet[Meeting]:
    """Upcoming meetings that have no room, or one that is closed at the time."""
    booked = Booking.objects.of_rooms().filter(meeting=OuterRef("pk"))
    closed = booked.filter(
        room__closures__starts_at__lt=OuterRef("ends_at"), room__closures__ends_at__gt=OuterRef("starts_at")
    )
    return upcoming_meetings(now).filter(~Exists(booked) | Exists(closed))


def absent_trainers(meetings: Collection[Meeting]) -> dict[int, set[int]]:
    """By meeting the keys of its trainers' persons who are away on its day; one query."""
    if not meetings:
        return {}
    days = {meeting.pk: timezone.localdate(meeting.starts_at) for meeting in meetings}
    rows = Absence.objects.filter(
        starts_on__lte=max(days.values()),
        ends_on__gte=min(days.values()),
        trainer__employee__bookings__role=Booking.Role.TEACHES,
        trainer__employee__bookings__meeting__in=days,
    ).values_list("trainer__employee__bookings__meeting", "trainer__employee", "starts_on", "ends_on")
    found: dict[int, set[int]] = defaultdict(set)
    for meeting, person, first, last in rows:
        if first <= days[meeting] <= last:
            found[meeting].add(person)
    return found


def lost_trainers(meetings: Collection[Meeting]) -> dict[int, set[int]]:
    """By meeting the keys of its trainers' persons who are away on its day or have declined; two queries."""
    found = absent_trainers(meetings)
    for meeting, person in declined_bookings(meeting__in=list(meetings)).values_list("meeting", "person"):
        found.setdefault(meeting, set()).add(person)
    return found


def closed_rooms(meetings: Iterable[Meeting]) -> dict[int, set[int]]:
    """By meeting the keys of its rooms that are closed at its time; one query."""
    times = {meeting.pk: meeting for meeting in meetings}
    if not times:
        return {}
    rows = RoomClosure.objects.filter(
        starts_at__lt=max(meeting.ends_at for meeting in times.values()),
        ends_at__gt=min(meeting.starts_at for meeting in times.values()),
        room__bookings__meeting__in=times,
    ).values_list("room__bookings__meeting", "room", "starts_at", "ends_at")
    found: dict[int, set[int]] = defaultdict(set)
    for meeting, room, starts_at, ends_at in rows:
        if starts_at < times[meeting].ends_at and ends_at > times[meeting].starts_at:
            found[meeting].add(room)
    return found
