"""The columns of the planners' list of sessions; a row is a SessionRow."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from scheduling.models import Room
from scheduling.overview import SessionRow
from scheduling.templatetags.session_text import state_word


def place_of(room: Room) -> str:
    return room.name if room.site.is_online else f"{room.name}, {room.site.name}"


def taken(row: SessionRow) -> str:
    return _("%(held)s of %(seats)s") % {"held": row.people.held, "seats": row.session.seats}


# Of every list whose rows are sessions.
ROOM = Column(
    "room",
    gettext_lazy("Room"),
    lambda row: "; ".join(place_of(room) for room in row.rooms),
    template="scheduling/_rooms_cell.html",
)
TRAINERS = Column(
    "trainers",
    gettext_lazy("Trainers"),
    lambda row: ", ".join(person.short_name for person in row.trainers),
    template="scheduling/_trainers_cell.html",
)

SESSION_COLUMNS = (
    Column(
        "course",
        gettext_lazy("Course"),
        lambda row: row.session.course.title,
        order=(SortKey("course__title").asc(), "starts_at"),
        link=lambda row: reverse("scheduling:session", args=[row.session.pk]),
        is_wide=True,
    ),
    Column(
        "code",
        gettext_lazy("Code"),
        lambda row: row.session.course.code,
        order=("course__code", "starts_at"),
        keeps_line=True,
        is_extra=True,
    ),
    Column(
        "starts",
        gettext_lazy("When"),
        lambda row: row.session.starts_at,
        order=("starts_at",),
        template="scheduling/_when_cell.html",
    ),
    Column(
        "ends",
        gettext_lazy("Ends"),
        lambda row: row.session.ends_at,
        order=("ends_at",),
        is_extra=True,
    ),
    Column(
        "meetings", gettext_lazy("Meetings"), lambda row: len(row.meetings), is_number=True, is_extra=True
    ),
    ROOM,
    TRAINERS,
    Column(
        "taken",
        gettext_lazy("Seats taken"),
        taken,
        is_number=True,
        keeps_line=True,
        template="scheduling/_taken_cell.html",
    ),
    Column(
        "held",
        pgettext_lazy("people", "Hold a seat"),
        lambda row: row.people.held,
        is_number=True,
        is_extra=True,
    ),
    Column(
        "seats",
        gettext_lazy("Seats"),
        lambda row: row.session.seats,
        order=("seats",),
        is_number=True,
        is_extra=True,
    ),
    Column(
        "minimum",
        gettext_lazy("Smallest group"),
        lambda row: row.session.course.group_min,
        order=("course__group_min",),
        is_number=True,
        is_extra=True,
    ),
    # Most sessions have no queue: the cell of the seats tells of it, and the column is for files.
    Column("waiting", gettext_lazy("Waiting"), lambda row: row.people.waiting, is_number=True, is_extra=True),
    Column(
        "state",
        gettext_lazy("State"),
        lambda row: state_word(row.session),
        template="scheduling/_state_cell.html",
    ),
    Column("note", gettext_lazy("note for trainees"), lambda row: row.session.note, is_extra=True),
)
