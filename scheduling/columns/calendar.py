"""The columns of the list of calendar days; a row is a CalendarRow."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from centre.models import CalendarDay
from people.audit import LastChange, last_changes


@dataclass(frozen=True)
class CalendarRow:
    """A day of the calendar, and who wrote it last (rule 29)."""

    entry: CalendarDay
    change: LastChange | None


def calendar_rows(entries: Sequence[CalendarDay]) -> list[CalendarRow]:
    """The rows of a page, in the given order; two queries."""
    changes = last_changes("centre.calendarday", [entry.pk for entry in entries])
    return [CalendarRow(entry, changes.get(entry.pk)) for entry in entries]


def changed_by(row: CalendarRow) -> str:
    if row.change is None:
        return ""
    day = date_format(timezone.localdate(row.change.at), "d.m.Y")
    return f"{day}, {row.change.by.short_name}" if row.change.by else day


CALENDAR_COLUMNS = (
    Column(
        "on",
        pgettext_lazy("calendar", "Day"),
        lambda row: row.entry.on,
        order=("on",),
        template="scheduling/calendar/_day_cell.html",
    ),
    Column("name", pgettext_lazy("day", "Name"), lambda row: row.entry.name, order=(SortKey("name").asc(),)),
    Column(
        "kind",
        pgettext_lazy("day", "Kind"),
        lambda row: capfirst(str(row.entry.get_kind_display())),
        order=("kind", "on"),
    ),
    Column(
        "closed",
        _("The centre is closed"),
        lambda row: row.entry.is_closed,
        order=("is_closed", "on"),
        template="scheduling/calendar/_closed_cell.html",
    ),
    Column(
        "status",
        _("Status"),
        lambda row: str(row.entry.get_status_display()),
        order=("status", "on"),
        template="scheduling/calendar/_status_cell.html",
    ),
    Column(
        "moved",
        _("Moved from or to"),
        lambda row: row.entry.counterpart_on,
        order=("counterpart_on", "on"),
    ),
    Column("changed", _("Last changed"), changed_by),
    Column("note", _("Note"), lambda row: row.entry.note, is_extra=True),
)
