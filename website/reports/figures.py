"""The columns of plan against fact: what each counts, in words that stand under the table too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from website.reports.month import Entry

MINUTES_AN_HOUR = 45
# Columns of hours, with what is summed of an entry before it is rounded.
HOURS = {"hours_planned": "minutes_planned", "hours_held": "minutes_held"}


@dataclass(frozen=True)
class Figure:
    """A column: its word, the group it stands under, its short title there, what it counts, and how."""

    name: str
    group: str | Promise
    title: str | Promise
    legend: str | Promise
    of: "Callable[[Sequence[Entry]], float | None]"
    # Whether the rows sum up to the total; a share does not.
    adds_up: bool = True

    @property
    def whole_title(self) -> str:
        """The title where no group stands above it: in files, and on a phone."""
        return f"{self.group}: {self.title}"


def hours_of(minutes: int) -> float:
    """Academic hours, rounded as they are shown."""
    return round(minutes / MINUTES_AN_HOUR, 1)


def sessions(state: str = "") -> "Callable[[Sequence[Entry]], float]":
    return lambda entries: sum(
        one.session.begins_here and state in ("", one.session.state) for one in entries
    )


def people(name: str) -> "Callable[[Sequence[Entry]], float]":
    """Of sessions that begin in the month and were not cancelled."""
    return lambda entries: sum(
        getattr(one.session, name)
        for one in entries
        if one.session.begins_here and one.session.state != "cancelled"
    )


def moved(entries: "Sequence[Entry]") -> float:
    return sum(one.session.begins_here and one.session.was_moved for one in entries)


def hours(name: str) -> "Callable[[Sequence[Entry]], float]":
    return lambda entries: hours_of(sum(getattr(one, HOURS[name]) for one in entries))


def fill(entries: "Sequence[Entry]") -> float | None:
    """Percent of the offered seats that are taken; nothing where none is offered."""
    offered = people("seats")(entries)
    return round(100 * people("taken")(entries) / offered) if offered else None


SESSIONS, SEATS = pgettext_lazy("report", "Sessions"), pgettext_lazy("report", "Seats")
PEOPLE, OF_HOURS = pgettext_lazy("report", "People"), pgettext_lazy("report", "Academic hours")
FIGURES = (
    Figure(
        "planned",
        SESSIONS,
        pgettext_lazy("sessions", "planned"),
        _("Published, and beginning in the month by their present dates. Drafts do not count."),
        sessions(),
    ),
    Figure(
        "held",
        SESSIONS,
        pgettext_lazy("sessions", "held"),
        _("Over and not cancelled, also when the sheet is still open."),
        sessions("held"),
    ),
    Figure(
        "cancelled",
        SESSIONS,
        pgettext_lazy("sessions", "cancelled"),
        _("Cancelled after they were published. A draft that was thrown away does not count."),
        sessions("cancelled"),
    ),
    Figure(
        "to_come",
        SESSIONS,
        pgettext_lazy("sessions", "to come"),
        _("Not over yet, those that run included. Planned is held, cancelled and to come together."),
        sessions("to_come"),
    ),
    Figure(
        "moved",
        SESSIONS,
        pgettext_lazy("sessions", "moved"),
        _("Of the planned ones: moved to another time after they were published, once or more."),
        moved,
    ),
    Figure(
        "seats",
        SEATS,
        pgettext_lazy("seats", "offered"),
        _("Seats of the planned sessions that were not cancelled."),
        people("seats"),
    ),
    Figure(
        "taken",
        SEATS,
        pgettext_lazy("seats", "taken"),
        _("Seats in them that somebody holds, or held to the end; those who came without an enrolment too."),
        people("taken"),
    ),
    Figure(
        "fill",
        SEATS,
        pgettext_lazy("seats", "filled, %"),
        _("Taken of offered seats."),
        fill,
        adds_up=False,
    ),
    Figure(
        "came",
        PEOPLE,
        pgettext_lazy("people", "came"),
        _("Held a seat in a held session and attended a part of it at least."),
        people("came"),
    ),
    Figure(
        "absent",
        PEOPLE,
        pgettext_lazy("people", "did not come"),
        _("Held a seat in a held session, are marked absent and attended nothing."),
        people("absent"),
    ),
    Figure(
        "excused",
        PEOPLE,
        pgettext_lazy("people", "excused"),
        _("Held a seat in a held session, attended nothing and are excused."),
        people("excused"),
    ),
    Figure(
        "unmarked",
        PEOPLE,
        pgettext_lazy("people", "not marked"),
        _("Held a seat in a held session, and the sheet says nothing of them yet."),
        people("unmarked"),
    ),
    Figure(
        "hours_planned",
        OF_HOURS,
        pgettext_lazy("hours", "plan"),
        _("Of all meetings in the month of published sessions, cancelled ones included; 45 minutes each."),
        hours("hours_planned"),
    ),
    Figure(
        "hours_held",
        OF_HOURS,
        pgettext_lazy("hours", "fact"),
        _("Of meetings in the month that are over, in sessions that were not cancelled."),
        hours("hours_held"),
    ),
)
