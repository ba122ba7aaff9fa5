"""The columns of the list of reported trouble; a row is a TroubleReport."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from centre.listing import Column
from scheduling.models import TroubleReport


def days(report: TroubleReport) -> str:
    first, last = date_format(report.starts_on, "d.m.Y"), date_format(report.ends_on, "d.m.Y")
    return first if first == last else f"{first}–{last}"


TROUBLE_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Trainer"),
        lambda row: row.trainer.employee.full_name,
        order=("trainer__employee__name_key",),
        link=lambda row: reverse("scheduling:trouble_report", args=[row.pk]),
    ),
    Column(
        "kind",
        gettext_lazy("What is wrong"),
        lambda row: row.get_kind_display().capitalize(),
        order=("kind",),
    ),
    Column("days", gettext_lazy("Days"), days, order=("starts_on",), keeps_line=True),
    Column(
        "session",
        gettext_lazy("Session"),
        lambda row: row.session.course.title if row.session else "",
    ),
    Column("words", gettext_lazy("In the trainer’s words"), lambda row: row.words),
    Column("reported", gettext_lazy("Reported"), lambda row: row.reported_at, order=("reported_at",)),
    Column(
        "state",
        gettext_lazy("State"),
        lambda row: row.get_state_display(),
        order=("state",),
        template="scheduling/trouble/_state_cell.html",
    ),
    Column("answer", gettext_lazy("Answer"), lambda row: row.answer, is_extra=True),
)
