"""What lies behind the cards: closed days and hours, closures, absences, days off, changeovers, ways between sites."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.board.values import Band, Behind, Row, Rows, Scope, View, row_key
from scheduling.facts import Busy, Facts, RoomFacts, Span, TrainerFacts
from scheduling.loading import midnight


def day_span(first: date, last: date | None = None) -> Span:
    """Whole days in the centre's zone."""
    return Span(midnight(first), midnight((last or first) + timedelta(days=1)))


def bands_of(scope: Scope, facts: Facts, rows: Sequence[Row], *, travel_minutes: int) -> list[Band]:
    """The background of these rows. Hours, changeovers and ways are shown of a day only: a week has no hours."""
    found = [band for row in rows for band in closed_days(scope, facts, row)]
    for row in rows:
        if row.rows == Rows.ROOM and row.pk in facts.rooms:
            found += room_bands(scope, facts.rooms[row.pk])
        elif row.rows == Rows.TRAINER and row.pk in facts.trainers:
            found += trainer_bands(scope, facts, facts.trainers[row.pk], travel_minutes=travel_minutes)
        elif row.rows == Rows.SITE and scope.view == View.DAY:
            room = next((one for one in facts.rooms.values() if one.site_id == row.pk), None)
            found += outside_hours(scope, room, row.key) if room else []
    return found


def closed_days(scope: Scope, facts: Facts, row: Row) -> Iterator[Band]:
    for day in scope.days:
        if (what := facts.calendar.get(day)) is not None and what.closed:
            words = _("The centre is closed (%(name)s)") % {"name": what.closed}
            yield Band(row.key, day_span(day), Behind.CLOSED, words)


def room_bands(scope: Scope, room: RoomFacts) -> Iterator[Band]:
    key = row_key(Rows.ROOM, room.pk)
    for closure in room.closures:
        words = _("Closed: %(reason)s") % {"reason": closure.reason}
        yield Band(key, closure.span, Behind.CLOSED, words)
    if scope.view == View.DAY:
        yield from outside_hours(scope, room, key)
        for busy in room.busy:
            if busy.span.ends_at > busy.meeting.ends_at:
                span = Span(busy.meeting.ends_at, busy.span.ends_at)
                yield Band(key, span, Behind.CHANGEOVER, _("Changeover"))


def outside_hours(scope: Scope, room: RoomFacts, key: str) -> Iterator[Band]:
    """From midnight to the opening and from the closing to midnight, for each day."""
    for day in scope.days:
        for span in closed_hours(room, day):
            words = _("%(site)s is open from %(opens)s to %(closes)s") % {
                "site": room.site_name,
                "opens": f"{room.opens_at:%H:%M}",
                "closes": f"{room.closes_at:%H:%M}",
            }
            yield Band(key, span, Behind.CLOSED, words)


def closed_hours(room: RoomFacts, day: date) -> list[Span]:
    """Before the site opens and after it closes on that day of its own zone."""
    opens = datetime.combine(day, room.opens_at, tzinfo=room.zone)
    closes = datetime.combine(day, room.closes_at, tzinfo=room.zone)
    whole = day_span(day)
    spans = (Span(whole.starts_at, opens), Span(closes, whole.ends_at))
    return [span for span in spans if span.starts_at < span.ends_at]


def trainer_bands(
    scope: Scope, facts: Facts, trainer: TrainerFacts, *, travel_minutes: int
) -> Iterator[Band]:
    key = row_key(Rows.TRAINER, trainer.pk)
    away: set[date] = set()
    for absence in trainer.absences:
        first, last = max(absence.first, scope.first), min(absence.last, scope.last)
        if first <= last:
            away |= {first + timedelta(days=count) for count in range((last - first).days + 1)}
            yield Band(key, day_span(first, last), Behind.AWAY, _("Absent"))
    for day in scope.days:
        if trainer.shift and day not in away and not trainer.shift.works_on(day, facts.calendar):
            words = _("Day off (works %(pattern)s)") % {"pattern": trainer.shift.name}
            yield Band(key, day_span(day), Behind.OFF, words)
    if scope.view == View.DAY:
        yield from ways(key, trainer.busy, travel_minutes)


def ways(key: str, busy: Iterable[Busy], travel_minutes: int) -> Iterator[Band]:
    """The time after a meeting that somebody needs to reach the next one at another site."""
    placed = sorted((one for one in busy if one.site_id), key=lambda one: one.span.starts_at)
    for one, other in pairwise(placed):
        arrives = one.span.ends_at + timedelta(minutes=travel_minutes)
        near = other.span.starts_at - one.span.ends_at < timedelta(hours=12)
        if near and one.site_id != other.site_id:
            words = _("On the way from “%(site)s” to “%(other_site)s”") % {
                "site": one.site_name,
                "other_site": other.site_name,
            }
            yield Band(key, Span(one.span.ends_at, arrives), Behind.TRAVEL, words)


def hours_of(facts: Facts, spans: Iterable[Span], zone: tzinfo | None = None) -> tuple[int, int]:
    """From which to which hour a day is drawn: while any site is open, and whatever meets outside of it."""
    zone = zone or timezone.get_default_timezone()
    first, last = 24, 0
    for room in facts.rooms.values():
        if not room.is_online:
            first = min(first, room.opens_at.hour)
            last = max(last, room.closes_at.hour + (room.closes_at.minute > 0))
    for span in spans:
        local = span.local(zone)
        first = min(first, local.starts_at.hour)
        ends_today = local.ends_at.date() == local.starts_at.date()
        last = max(last, local.ends_at.hour + (local.ends_at.minute > 0) if ends_today else 24)
    return (first, last) if first < last else (8, 21)
