"""Who would come along when a session is joined with another one of its course (rule 8): functions over dataclasses.

The page that offers the targets and the deed under its locks ask the same function, so that they cannot differ.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from centre.models import Policy
from enrolment.annotations import seat_facts
from enrolment.conditions import OtherBooking, PlannedMeeting, needs_travel
from enrolment.models import Enrolment, Seat
from enrolment.queue.order import Rank, rank
from scheduling.models import Booking, Meeting, Session, SessionQuerySet


@dataclass(frozen=True)
class Attendee:
    """One live enrolment of the session that goes."""

    enrolment_id: int
    trainee_id: int
    name: str
    requested_at: datetime
    seat: str
    rank: int = Rank.BY_TIME


@dataclass(frozen=True)
class Clash:
    """Who cannot come along, and the booking that stands in the way."""

    attendee: Attendee
    other: OtherBooking


@dataclass(frozen=True)
class MergePlan:
    """What becomes of everybody: a seat there, a place in the queue there, a request there, or the end."""

    target: Session
    # Seats that are taken there without them.
    taken: int
    moving: tuple[Attendee, ...] = ()
    without_seat: tuple[Attendee, ...] = ()
    clashing: tuple[Clash, ...] = ()
    waiting: tuple[Attendee, ...] = ()
    asked: tuple[Attendee, ...] = ()

    @property
    def free(self) -> int:
        return max(0, self.target.seats - self.taken)

    @property
    def held_after(self) -> int:
        return self.taken + len(self.moving)

    @property
    def fingerprint(self) -> str:
        """The same as long as the same becomes of the same people."""
        groups = (
            self.moving,
            self.without_seat,
            tuple(clash.attendee for clash in self.clashing),
            self.waiting,
            self.asked,
        )
        keys = [[one.enrolment_id for one in group] for group in groups]
        return sha256(repr((self.target.pk, keys)).encode()).hexdigest()[:32]


def divide(
    attendees: Iterable[Attendee],
    target: Session,
    meetings: Sequence[PlannedMeeting],
    bookings: Mapping[int, Sequence[OtherBooking]],
    *,
    taken: int,
    travel: timedelta,
) -> MergePlan:
    """Seats there are given in the order of the queue (rule 13) to those who held one here and are free at the time.

    Who waited joins the queue there with their own rank and moment of request; whether they may take a seat is asked
    when one is theirs. `bookings` are the other bookings by person, those in the session that goes left out.
    """
    moving: list[Attendee] = []
    without_seat: list[Attendee] = []
    clashing: list[Clash] = []
    ordered = sorted(attendees, key=lambda one: (one.rank, one.requested_at, one.enrolment_id))
    for one in ordered:
        if one.seat != Seat.HELD:
            continue
        if other := in_the_way(meetings, bookings.get(one.trainee_id, ()), travel):
            clashing.append(Clash(one, other))
        elif taken + len(moving) < target.seats:
            moving.append(one)
        else:
            without_seat.append(one)
    return MergePlan(
        target,
        taken,
        tuple(moving),
        tuple(without_seat),
        tuple(clashing),
        # Who was offered a seat has not taken it: the offer ends, the place in the queue stays.
        waiting=tuple(one for one in ordered if one.seat in {Seat.WAITING, Seat.OFFERED}),
        asked=tuple(one for one in ordered if one.seat == Seat.NONE),
    )


def in_the_way(
    meetings: Iterable[PlannedMeeting], bookings: Sequence[OtherBooking], travel: timedelta
) -> OtherBooking | None:
    """The first booking during a meeting, or at another site within the travel time around it."""
    for meeting in meetings:
        for other in bookings:
            margin = travel if needs_travel(meeting, other) else timedelta()
            if other.starts_at < meeting.ends_at + margin and meeting.starts_at < other.ends_at + margin:
                return other
    return None


# --- loading --------------------------------------------------------------------------------------


def targets_of(source: Session, now: datetime) -> SessionQuerySet:
    """The sessions ahead into which the session could be merged, the nearest first, with their seats counted.

    A group with a step-free need never gets a room with steps (rule 4).
    """
    facts = seat_facts(now, of_trainee=False)
    found = Session.objects.with_course().upcoming(now).filter(course=source.course_id).exclude(pk=source.pk)
    if source.needs_step_free:
        steps = Booking.objects.filter(meeting__session=OuterRef("pk"), room__is_step_free=False)
        found = found.exclude(Exists(steps))
    return found.annotate(**facts).order_by("starts_at", "pk")


def merge_plans(source: Session, targets: Iterable[Session], *, policy: Policy) -> list[MergePlan]:
    """What would become of the people in each of the targets (from `targets_of`); three queries for any number."""
    targets = list(targets)
    attendees = attendees_of(source)
    meetings = meetings_of(target.pk for target in targets)
    travel = timedelta(minutes=policy.travel_minutes)
    bookings = bookings_around(
        {one.trainee_id for one in attendees},
        [meeting for own in meetings.values() for meeting in own],
        travel,
        besides=source,
    )
    return [
        divide(
            attendees,
            target,
            meetings[target.pk],
            bookings,
            # A seat that is kept for an office is not given to those who come over.
            taken=target.seats_taken + target.reserved,  # type: ignore[attr-defined]
            travel=travel,
        )
        for target in targets
    ]


def attendees_of(source: Session) -> list[Attendee]:
    """Everybody whose enrolment goes on. Who left the organisation is on their way out anyway."""
    live = Enrolment.objects.live().filter(session=source, trainee__is_active=True)
    return [
        Attendee(one.pk, one.trainee_id, one.trainee.short_name, one.requested_at, one.seat, one.rank)
        for one in live.select_related("trainee").annotate(rank=rank())
    ]


def meetings_of(session_ids: Iterable[int]) -> dict[int, list[PlannedMeeting]]:
    """The sessions' meetings with their sites, in the order of time."""
    found: dict[int, list[PlannedMeeting]] = defaultdict(list)
    room = Booking.objects.of_rooms().filter(meeting=OuterRef("pk"))
    rows = Meeting.objects.filter(session__in=list(session_ids)).annotate(
        site=Subquery(room.values("room__site")[:1]),
        is_online=Coalesce(Subquery(room.values("room__site__is_online")[:1]), False),
    )
    for row in rows.order_by("starts_at", "pk"):
        meeting = PlannedMeeting(row.pk, row.starts_at, row.ends_at, row.site, row.is_online, nearby=())
        found[row.session_id].append(meeting)
    return found


def bookings_around(
    people: set[int], meetings: Sequence[PlannedMeeting], travel: timedelta, *, besides: Session | None = None
) -> dict[int, list[OtherBooking]]:
    """By person, in the order of time, the bookings that may stand in the way of the meetings; one query.

    A seat in the session `besides` is none of them, for it will be gone.
    """
    found: dict[int, list[OtherBooking]] = defaultdict(list)
    if not people or not meetings:
        return found
    begin = min(meeting.starts_at for meeting in meetings) - travel
    end = max(meeting.ends_at for meeting in meetings) + travel
    room = Booking.objects.of_rooms().filter(meeting=OuterRef("meeting"))
    rows = (
        Booking.objects.overlapping(begin, end)
        .filter(person__in=people)
        .annotate(
            site=Subquery(room.values("room__site")[:1]),
            is_online=Coalesce(Subquery(room.values("room__site__is_online")[:1]), False),
        )
        .order_by("period")
    )
    if besides:
        rows = rows.exclude(meeting__session=besides, role=Booking.Role.ATTENDS)
    what = ("meeting__session__course__title", "meeting__session__status", "site", "is_online")
    for person, period, title, status, site, is_online in rows.values_list("person", "period", *what):
        course = "" if status == Session.Status.DRAFT else title
        found[person].append(OtherBooking(period.lower, period.upper, course, site, is_online))
    return found
