"""The columns of the staff's lists of workload (a row is a TrainerMonth) and of leave (a LeaveRequest)."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from centre.listing import Column
from scheduling.columns.trainers import HOME_SITE, NAME
from scheduling.models import ACADEMIC_HOUR

WORKLOAD_COLUMNS = (
    NAME,
    HOME_SITE,
    Column(
        "hours",
        gettext_lazy("Academic hours of the month"),
        lambda row: round(row.month.length / ACADEMIC_HOUR, 1),
        template="scheduling/trainers/_month_cell.html",
        is_number=True,
    ),
    Column("limit", gettext_lazy("Limit of the month"), lambda row: row.month.limit, is_number=True),
    Column(
        "percent",
        gettext_lazy("Percent of the limit"),
        lambda row: row.month.percent,
        is_number=True,
        is_extra=True,
    ),
    Column(
        "fullest",
        gettext_lazy("Fullest week, academic hours"),
        lambda row: round(row.fullest.length / ACADEMIC_HOUR, 1),
        template="scheduling/trainers/_fullest_cell.html",
        is_number=True,
    ),
    Column(
        "a_week",
        gettext_lazy("Limit a week"),
        lambda row: row.trainer.academic_hours_a_week,
        order=("academic_hours_a_week",),
        is_number=True,
    ),
    Column("over", gettext_lazy("Weeks above the limit"), lambda row: row.weeks_over, is_number=True),
    Column("sessions", gettext_lazy("Sessions"), lambda row: len(row.month.sessions), is_number=True),
)
LEAVE_COLUMNS = (
    Column(
        "name",
        gettext_lazy("Trainer"),
        lambda row: row.trainer.employee.full_name,
        order=("trainer__employee__name_key",),
        link=lambda row: reverse("scheduling:leave_request", args=[row.pk]),
    ),
    Column(
        "days",
        gettext_lazy("Days"),
        lambda row: f"{date_format(row.starts_on, 'd.m.Y')}–{date_format(row.ends_on, 'd.m.Y')}",
        order=("starts_on",),
        keeps_line=True,
    ),
    Column("kind", gettext_lazy("Reason"), lambda row: row.get_kind_display()),
    Column("asked", gettext_lazy("Asked"), lambda row: row.asked_at, order=("asked_at",)),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), order=("state",)),
)
