"""How rooms are used, day by day: the share of the opening hours in which a meeting is planned.

Counted are meetings of published sessions, without the changeover after them, inside the site's opening hours. Days on
which the centre is closed, and the time of a room's closures, are taken out of the hours that could be used, so that a
room under repair is not an idle one. Online rooms have no walls and are left out, as are rooms not in use.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from centre.models import closed_days
from scheduling.models import Booking, Room, RoomClosure, Session
from website.reports.month import Month

Span = tuple[datetime, datetime]
# From which share on a cell has its shade: of use at all, a quarter, a half, three quarters.
STEPS = (1, 25, 50, 75)


@dataclass(frozen=True)
class Cell:
    """Minutes of a room on a day: open, and used of those. Without open minutes it was closed."""

    open: int = 0
    used: int = 0

    @property
    def percent(self) -> int | None:
        return percent(self.used, self.open)

    @property
    def shade(self) -> int:
        """0 to 4, for the eye; the number says the same."""
        return sum((self.percent or 0) >= step for step in STEPS)


@dataclass
class UsedRoom:
    room: Room
    cells: list[Cell] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.room.name}, {self.room.site.name}"

    @property
    def total(self) -> Cell:
        return together(self.cells)


@dataclass
class Utilisation:
    days: list[date]
    closed: dict[date, str]
    rooms: list[UsedRoom]

    @property
    def by_day(self) -> list[Cell]:
        return [together(row.cells[place] for row in self.rooms) for place in range(len(self.days))]

    @property
    def total(self) -> Cell:
        return together(row.total for row in self.rooms)


def percent(used: int, of: int) -> int | None:
    return round(100 * used / of) if of else None


def together(cells: Iterable[Cell]) -> Cell:
    some = list(cells)
    return Cell(sum(cell.open for cell in some), sum(cell.used for cell in some))


def utilisation(month: Month) -> Utilisation:
    """The month of every room; four statements, however many meetings there are."""
    days = month.days
    closed = closed_days(days[0], days[-1])
    rooms = list(
        Room.objects.in_use()
        .filter(site__is_online=False)
        .select_related("site")
        .order_by("site__name", "name")
    )
    # A zone may begin the month some hours earlier or later than the centre's own.
    begin, end = month.begin - timedelta(days=1), month.end + timedelta(days=1)
    used: dict[int, list[Span]] = defaultdict(list)
    meetings = Booking.objects.filter(
        room__in=rooms, meeting__starts_at__lt=end, meeting__ends_at__gt=begin
    ).exclude(meeting__session__status=Session.Status.DRAFT)
    for pk, *span in meetings.values_list("room", "meeting__starts_at", "meeting__ends_at"):
        used[pk].append((span[0], span[1]))
    shut: dict[int, list[Span]] = defaultdict(list)
    closures = RoomClosure.objects.filter(room__in=rooms, starts_at__lt=end, ends_at__gt=begin)
    for pk, *span in closures.values_list("room", "starts_at", "ends_at"):
        shut[pk].append((span[0], span[1]))
    found = []
    for room in rooms:
        cells = [
            Cell() if day in closed else cell_of(room, day, used[room.pk], shut[room.pk]) for day in days
        ]
        found.append(UsedRoom(room, cells))
    return Utilisation(days, closed, found)


def cell_of(room: Room, day: date, used: list[Span], shut: list[Span]) -> Cell:
    site = room.site
    hours = (
        datetime.combine(day, site.opens_at, tzinfo=site.zone),
        datetime.combine(day, site.closes_at, tzinfo=site.zone),
    )
    open_spans = without([hours], shut)
    inside = [part for span in open_spans for part in common(span, used)]
    return Cell(minutes(open_spans), minutes(inside))


def without(spans: list[Span], holes: list[Span]) -> list[Span]:
    """What is left of the spans."""
    for begin, end in holes:
        left = []
        for since, until in spans:
            if end <= since or until <= begin:
                left.append((since, until))
                continue
            left += [part for part in ((since, begin), (end, until)) if part[0] < part[1]]
        spans = left
    return spans


def common(span: Span, others: list[Span]) -> list[Span]:
    """The parts of the others inside the span; a room's meetings never overlap."""
    cut = [(max(span[0], begin), min(span[1], end)) for begin, end in others]
    return [part for part in cut if part[0] < part[1]]


def minutes(spans: Iterable[Span]) -> int:
    return sum(int((end - begin).total_seconds() // 60) for begin, end in spans)
