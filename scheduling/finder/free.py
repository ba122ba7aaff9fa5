"""Free time: what bookings, changeovers, ways between sites and closures leave of the opening hours."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from scheduling.facts import RoomFacts, Span, TrainerFacts

# Proposals begin at a quarter of an hour.
GRID = timedelta(minutes=15)


def without(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """The parts of the time that none of the others takes, in order."""
    parts, start = [], whole.starts_at
    for span in sorted(taken, key=lambda span: span.starts_at):
        if span.starts_at > start:
            parts.append(Span(start, min(span.starts_at, whole.ends_at)))
        start = max(start, span.ends_at)
        if start >= whole.ends_at:
            return parts
    return [*parts, Span(start, whole.ends_at)]


def room_gaps(
    room: RoomFacts, day: date, *, changeover_minutes: int, begins_from: time | None, ends_by: time | None
) -> list[Span]:
    """When a meeting may be held in the room on that day, between these hours; its changeover fits after each."""
    opens = max(room.opens_at, begins_from) if begins_from else room.opens_at
    closes = min(room.closes_at, ends_by) if ends_by else room.closes_at
    if opens >= closes:
        return []
    whole = Span(moment(room, day, opens), moment(room, day, closes))
    changeover = timedelta(minutes=changeover_minutes)
    busy = (Span(one.span.starts_at - changeover, one.span.ends_at) for one in room.busy)
    taken = [*busy, *(closure.span for closure in room.closures)]
    return without(whole, [span for span in taken if span.overlaps(whole)])


def moment(room: RoomFacts, day: date, at: time) -> datetime:
    """In UTC, so that hours are counted right when clocks change."""
    return datetime.combine(day, at, tzinfo=room.zone).astimezone(UTC)


def trainer_gaps(
    trainer: TrainerFacts, whole: Span, site_id: int | None, *, travel_minutes: int
) -> list[Span]:
    """When the trainer may teach at the site, the way from and to another counted; online there is no way."""
    taken = [
        one.span.widened(travel_minutes) if is_elsewhere(one.site_id, site_id) else one.span
        for one in trainer.busy
    ]
    return without(whole, [span for span in taken if span.overlaps(whole)])


def is_elsewhere(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def starts_in(gap: Span, length: timedelta) -> Iterator[datetime]:
    """Quarters of an hour at which so long a meeting may begin within the gap."""
    step = int(GRID.total_seconds())
    start = gap.starts_at + timedelta(seconds=-int(gap.starts_at.timestamp()) % step)
    while start + length <= gap.ends_at:
        yield start
        start += GRID


def fits(span: Span, gaps: Iterable[Span]) -> bool:
    return any(gap.starts_at <= span.starts_at and span.ends_at <= gap.ends_at for gap in gaps)
