"""A table beside the calendar; then all of it, or nothing."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from centre.actions import action
from centre.errors import explains
from centre.models import CalendarDay
from people.models import Employee
from scheduling.calendar_table.rows import FIELDS, Comparison, DayRow, compare
from scheduling.errors import SchedulingError


class CalendarChanged(SchedulingError):
    """The calendar is not what somebody was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("Meanwhile somebody changed the calendar or the plan. Look at the comparison again.")
        )


@explains("centre_calendarday_on_key")
def day_was_added_meanwhile(detail: str) -> SchedulingError:
    return CalendarChanged()


def compare_with_calendar(rows: Sequence[DayRow], *, lock: bool = False) -> Comparison:
    """One query; with `lock` the entries stay as they are for the rest of the transaction."""
    if not rows:
        return Comparison()
    years = {row.on.year for row in rows}
    entries = CalendarDay.objects.filter(
        on__range=(date(min(years), 1, 1), date(max(years), 12, 31))
    ).order_by("pk")
    if lock:
        entries = entries.select_for_update(no_key=True)
    return compare(rows, {entry.on: entry for entry in entries if entry.on.year in years})


@action
def apply_calendar_table(rows: Sequence[DayRow], *, by: Employee, seen: str) -> Comparison:
    """Write the days of a table into the calendar, as one. The same table once more changes nothing.

    `seen` is the fingerprint of the comparison that somebody looked at. Meetings on days that close stay where they
    are, as when a day is closed by hand: nothing new is planned on the day.

    Raises:
        CalendarChanged: the calendar is not what was shown.
    """
    comparison = compare_with_calendar(rows, lock=True)
    if comparison.fingerprint() != seen:
        raise CalendarChanged
    CalendarDay.objects.bulk_create(CalendarDay(on=one.row.on, **one.values) for one in comparison.new)
    changed = []
    for one in comparison.changed:
        if one.entry is not None:
            for name, value in one.values.items():
                setattr(one.entry, name, value)
            changed.append(one.entry)
    CalendarDay.objects.bulk_update(changed, FIELDS)
    return comparison
