"""The columns of the list of rooms; a row is a RoomRow."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from centre.functions import SortKey
from centre.listing import Column

ROOM_COLUMNS = (
    Column(
        "name",
        _("Room"),
        lambda row: row.room.name,
        order=(SortKey("name").asc(),),
        link=lambda row: reverse("scheduling:room", args=[row.room.pk]),
    ),
    Column("code", _("Code"), lambda row: row.room.code, order=("code",), keeps_line=True, is_extra=True),
    Column(
        "site",
        _("Site"),
        lambda row: row.room.site.name,
        order=(SortKey("site__name").asc(), SortKey("name").asc()),
    ),
    Column("capacity", _("Seats"), lambda row: row.room.capacity, order=("capacity",), is_number=True),
    Column(
        "equipment",
        _("Equipment"),
        lambda row: ", ".join(one.title for one in row.room.equipment.all()),
        is_extra=True,
    ),
    Column(
        "step_free",
        _("Without steps"),
        lambda row: row.room.is_step_free,
        order=("is_step_free",),
    ),
    Column("meetings", _("Meetings in 30 days"), lambda row: row.meetings, is_number=True),
    Column(
        "state",
        _("State"),
        lambda row: row.state_word,
        template="scheduling/rooms/_state_cell.html",
    ),
    Column("note", _("Note"), lambda row: row.room.note, is_extra=True),
)
