"""The columns of the list of trainers; a row is a TrainerRow."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from scheduling.trainer_rows import TrainerRow


def with_days(row: TrainerRow) -> str:
    return "; ".join(
        _("%(qualification)s (until %(day)s)")
        % {"qualification": one.qualification.title, "day": date_format(one.valid_until, "d.m.Y")}
        for one in row.running_out
        if one.valid_until
    )


def absence(row: TrainerRow) -> str:
    if row.absence is None:
        return ""
    first, last = (date_format(day, "d.m.Y") for day in (row.absence.starts_on, row.absence.ends_on))
    return f"{first}–{last}"


# Of every list whose rows are trainers.
NAME = Column(
    "name",
    gettext_lazy("Trainer"),
    lambda row: row.trainer.employee.full_name,
    order=("employee__name_key",),
    link=lambda row: reverse("scheduling:trainer", args=[row.trainer.pk]),
)
HOME_SITE = Column(
    "site",
    gettext_lazy("Home site"),
    lambda row: row.trainer.home_site.name,
    order=(SortKey("home_site__name").asc(), "employee__name_key"),
)

TRAINER_COLUMNS = (
    NAME,
    HOME_SITE,
    Column("qualifications", gettext_lazy("Qualifications"), lambda row: row.valid, is_number=True),
    Column(
        "running_out",
        gettext_lazy("Run out or will soon"),
        with_days,
        template="scheduling/trainers/_running_out_cell.html",
    ),
    Column("absence", gettext_lazy("Away"), absence, template="scheduling/trainers/_absence_cell.html"),
    Column("hours", gettext_lazy("Academic hours in 30 days"), lambda row: row.hours, is_number=True),
    Column(
        "a_day",
        gettext_lazy("Limit a day"),
        lambda row: row.trainer.academic_hours_a_day,
        order=("academic_hours_a_day",),
        is_number=True,
        is_extra=True,
    ),
    Column(
        "a_week",
        gettext_lazy("Limit a week"),
        lambda row: row.trainer.academic_hours_a_week,
        order=("academic_hours_a_week",),
        is_number=True,
        is_extra=True,
    ),
    Column(
        "teaches",
        gettext_lazy("Teaches"),
        lambda row: row.trainer.is_active,
        order=("is_active",),
        is_extra=True,
    ),
)
