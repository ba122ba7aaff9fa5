"""What the door of a room says to whoever stands before it: what is on now, what comes next, until when it is free.

Anybody with the address sees it without signing in: a tablet at the door has no user, and people scan the code with
their own phones. So it was decided what it tells: the room and its site, the times and courses of the day, the
trainers by their short names, how many seats are taken of how many. That is what the board in the hall has always
told. It never tells who the trainees are, drafts, what was cancelled, another day, or why a room is closed. The
address has a token that nobody guesses; the administrator of the centre makes it, renews it when it got about, and
withdraws it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.utils import timezone

from centre.models import closed_days
from scheduling.headcounts import Headcount, headcounts
from scheduling.models import Booking, Room, RoomClosure, Session


@dataclass(frozen=True)
class DoorMeeting:
    """A meeting of the day, as far as everybody may know of it."""

    meeting_id: int
    session_id: int
    starts_at: datetime
    ends_at: datetime
    course: str
    seats: int
    taken: int = 0
    trainers: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoorDay:
    """The rest of the day of a room. `closed_until` is the end of a closure that lasts, in the day or after it."""

    room: Room
    now: datetime
    meetings: tuple[DoorMeeting, ...] = ()
    closed_until: datetime | None = None
    # When the next closure of today begins.
    closes_at: datetime | None = None
    closed_day: str = ""

    @property
    def current(self) -> DoorMeeting | None:
        return next((one for one in self.meetings if one.starts_at <= self.now < one.ends_at), None)

    @property
    def coming(self) -> list[DoorMeeting]:
        return [one for one in self.meetings if one.starts_at > self.now]

    @property
    def next(self) -> DoorMeeting | None:
        return self.coming[0] if self.coming else None

    @property
    def past(self) -> list[DoorMeeting]:
        return [one for one in self.meetings if one.ends_at <= self.now]

    @property
    def site_closes_at(self) -> datetime:
        return self.today_at(self.room.site.closes_at)

    @property
    def site_opens_at(self) -> datetime:
        return self.today_at(self.room.site.opens_at)

    def today_at(self, hour: time) -> datetime:
        zone = self.room.site.zone
        return datetime.combine(self.now.astimezone(zone).date(), hour, tzinfo=zone)

    @property
    def state(self) -> str:
        """What the door says in one word: busy, closed, early (not open yet), over or free."""
        if self.current:
            return "busy"
        if self.closed_until or self.closed_day or not self.room.is_active:
            return "closed"
        if self.now < self.site_opens_at:
            return "early"
        if not self.next and self.now >= self.site_closes_at:
            return "over"
        return "free"

    @property
    def is_closed_for_today(self) -> bool:
        """Whether the closure that lasts ends on another day."""
        zone = self.room.site.zone
        until = self.closed_until
        return until is not None and until.astimezone(zone).date() > self.now.astimezone(zone).date()

    @property
    def free_until(self) -> datetime:
        """When the room is taken again, or closed: by the next meeting, by a closure, by the site's closing time."""
        ends = [self.site_closes_at, self.closes_at, self.next.starts_at if self.next else None]
        return min(end for end in ends if end is not None)


def day_of(room: Room, now: datetime | None = None) -> DoorDay:
    """Four queries, and one of whoever counts the people. The room comes with its site, whose day it is."""
    now = now or timezone.now()
    zone = room.site.zone
    today = now.astimezone(zone).date()
    begin = datetime.combine(today, time(), tzinfo=zone)
    end = datetime.combine(today + timedelta(days=1), time(), tzinfo=zone)
    meetings = meetings_of(room, begin, end)
    closures = RoomClosure.objects.filter(room=room, ends_at__gt=now, starts_at__lt=end).order_by("starts_at")
    lasting = [closure.ends_at for closure in closures if closure.starts_at <= now]
    later = [closure.starts_at for closure in closures if closure.starts_at > now]
    return DoorDay(
        room,
        now,
        tuple(meetings),
        closed_until=max(lasting, default=None),
        closes_at=min(later, default=None),
        closed_day=closed_days(today, today).get(today, ""),
    )


def meetings_of(room: Room, begin: datetime, end: datetime) -> list[DoorMeeting]:
    """The meetings in the room that take place in the half-open time; two queries, and that of the people."""
    takes_place = [Session.Status.OPEN, Session.Status.CONFIRMED, Session.Status.CLOSED]
    found = {
        pk: DoorMeeting(pk, session, starts_at, ends_at, course, seats)
        for pk, session, starts_at, ends_at, course, seats in Booking.objects.filter(
            room=room,
            meeting__starts_at__lt=end,
            meeting__ends_at__gt=begin,
            meeting__session__status__in=takes_place,
        )
        .order_by("meeting__starts_at")
        .values_list(
            "meeting",
            "meeting__session",
            "meeting__starts_at",
            "meeting__ends_at",
            "meeting__session__course__title",
            "meeting__session__seats",
        )
    }
    teaching = Booking.objects.teaching().filter(meeting__in=found).select_related("person")
    for booking in teaching.order_by("person__name_key"):
        if booking.person is not None:
            one = found[booking.meeting_id]
            found[one.meeting_id] = replace(one, trainers=(*one.trainers, booking.person.short_name))
    people = headcounts({one.session_id for one in found.values()})
    return [replace(one, taken=people.get(one.session_id, Headcount()).held) for one in found.values()]
