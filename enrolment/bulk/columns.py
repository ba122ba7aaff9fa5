"""The columns of runs, and of the people in one."""

from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.functions import SortKey
from centre.listing import Column
from enrolment.bulk.models import BulkRow
from enrolment.bulk.words import numbers_words, outcome_words, why_words
from people.models import Employment, add_work


def rows_with_work(rows: Sequence[BulkRow]) -> Sequence[BulkRow]:
    add_work(row.person for row in rows if row.person)
    return rows


def job(row: BulkRow) -> Employment | None:
    return row.person.main_employment if row.person else None


RUN_COLUMNS = (
    Column(
        "course",
        _("Session"),
        lambda run: run.session.course.title,
        order=(SortKey("session__course__title").asc(), "session__starts_at"),
        link=lambda run: run.get_absolute_url(),
    ),
    Column("starts", _("When"), lambda run: run.session.starts_at, order=("session__starts_at",)),
    Column("source", _("Made of"), lambda run: run.source_words or str(run.get_source_display())),
    Column(
        "state",
        pgettext_lazy("list of people", "State"),
        lambda run: str(run.get_state_display()),
        order=("state", "-made_at"),
    ),
    Column("numbers", _("People"), lambda run: ", ".join(numbers_words(run)), is_wide=True),
    Column("made", _("Made"), lambda run: run.made_at, order=("made_at",)),
    Column(
        "by", _("By whom"), lambda run: run.made_by.short_name, order=("made_by__name_key",), keeps_line=True
    ),
)

ROW_COLUMNS = (
    Column(
        "name",
        _("Full name"),
        lambda row: row.person.full_name if row.person else row.given,
        order=(F("person__name_key").asc(nulls_last=True), "given"),
        template="enrolment/bulk/_name_cell.html",
    ),
    Column("line", _("Line"), lambda row: row.line, order=("line",), is_number=True),
    Column("given", _("In the list"), lambda row: row.given, order=("given",)),
    Column("number", _("Personnel number"), lambda row: one.personnel_number if (one := job(row)) else ""),
    Column("office", _("Office"), lambda row: one.office.name if (one := job(row)) else ""),
    Column(
        "position", _("Position"), lambda row: one.position.title if (one := job(row)) else "", is_extra=True
    ),
    Column(
        "outcome",
        _("Outcome"),
        outcome_words,
        order=("outcome", "place"),
        template="enrolment/bulk/_outcome_cell.html",
    ),
    Column(
        "why", _("Why, and what to know"), why_words, is_wide=True, template="enrolment/bulk/_why_cell.html"
    ),
    Column(
        "foreseen",
        _("Foreseen"),
        lambda row: str(row.get_foreseen_display()),
        order=("foreseen", "place"),
        is_extra=True,
    ),
    Column(
        "place", _("Order of arrival"), lambda row: row.place, order=("place",), is_number=True, is_extra=True
    ),
)
