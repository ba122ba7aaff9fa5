"""The columns of the list of calendar days."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.functions import SortKey
from centre.listing import Column

CALENDAR_COLUMNS = (
    Column(
        "on",
        pgettext_lazy("calendar", "Day"),
        lambda entry: entry.on,
        order=("on",),
        template="scheduling/calendar/_day_cell.html",
    ),
    Column("name", _("Name"), lambda entry: entry.name, order=(SortKey("name").asc(),)),
    Column(
        "kind",
        pgettext_lazy("day", "Kind"),
        lambda entry: capfirst(str(entry.get_kind_display())),
        order=("kind", "on"),
    ),
    Column(
        "closed",
        _("The centre is closed"),
        lambda entry: entry.is_closed,
        order=("is_closed", "on"),
        template="scheduling/calendar/_closed_cell.html",
    ),
    Column(
        "status",
        _("Status"),
        lambda entry: str(entry.get_status_display()),
        order=("status", "on"),
        template="scheduling/calendar/_status_cell.html",
    ),
    Column("note", _("Note"), lambda entry: entry.note, is_extra=True),
)
