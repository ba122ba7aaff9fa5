"""A year of the production calendar as a page shows it: months of weeks, each special day with its entry (rule 5)."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR

from centre.models import CalendarDay


@dataclass(frozen=True)
class ShownDay:
    """A day of a month's table; `entry` is what the calendar says of it, None for an ordinary day."""

    on: date
    entry: CalendarDay | None

    @property
    def is_off(self) -> bool:
        """Whether people with a five-day week are free: by the law, or because it is a weekend."""
        if self.entry and self.entry.kind == CalendarDay.Kind.WORKING_WEEKEND:
            return False
        off = {CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.TRANSFERRED_DAY_OFF}
        return self.on.weekday() >= 5 or (self.entry is not None and self.entry.kind in off)


@dataclass(frozen=True)
class ShownMonth:
    name: str
    weeks: list[list[ShownDay | None]]


def weekdays() -> list[tuple[str, str]]:
    """The head of each month's table, from Monday on: in short and whole."""
    return [(str(WEEKDAYS_ABBR[day]).capitalize(), str(WEEKDAYS[day])) for day in range(7)]


def months_of(year: int) -> list[ShownMonth]:
    """Twelve months, their weeks beginning on Monday; one query."""
    entries = {entry.on: entry for entry in CalendarDay.objects.filter(on__year=year)}
    return [
        ShownMonth(
            str(MONTHS[month]).capitalize(),
            [
                [ShownDay(on, entries.get(on)) if on.month == month else None for on in week]
                for week in Calendar().monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]
