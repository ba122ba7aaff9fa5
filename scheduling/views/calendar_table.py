"""A year's table of days from a file: upload, comparison line by line, all of it or nothing (rule 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from centre.exports import Value, csv_lines, write_xlsx
from centre.http import require_form
from centre.listing import shown
from centre.models import CalendarDay
from centre.tables.records import UnreadableTable
from people.requests import UserRequest
from scheduling.calendar_table.applying import (
    CalendarChanged,
    apply_calendar_table,
    compare_with_calendar,
)
from scheduling.calendar_table.reading import DayTable, read_days, titles
from scheduling.calendar_table.rows import ComparedDay, Comparison
from scheduling.consequences import Trial, change_facts
from scheduling.forms.calendar import CalendarFilters, CalendarTableForm, SeenTableForm
from scheduling.views.previews import warn_of_problems


@login_required
@permission_required("centre.add_calendarday", raise_exception=True)
@permission_required("centre.change_calendarday", raise_exception=True)
@require_form
def calendar_table(request: UserRequest) -> HttpResponse:
    """The form; with a file, what it would do to the calendar. Nothing is kept of it on the server."""
    form = CalendarTableForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    form.cancel_url = reverse("scheduling:calendar")
    if request.method == "POST" and form.is_valid():
        try:
            table = read_days(form.cleaned_data["file"].read())
        except UnreadableTable as error:
            form.add_error("file", str(error))
        else:
            return comparison_page(request, table, *try_table(request, table))
    context = {"form": form, "year": timezone.localdate().year}
    return render(request, "scheduling/calendar/table.html", context)


@login_required
@permission_required("centre.add_calendarday", raise_exception=True)
@permission_required("centre.change_calendarday", raise_exception=True)
@require_POST
def calendar_table_application(request: UserRequest) -> HttpResponse:
    form = SeenTableForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("scheduling:calendar_table")
    table, seen = form.cleaned_data["table"]
    try:
        comparison, made = try_table(request, table, shown=seen)
    except CalendarChanged:  # at this very moment: shown anew, as after any other change
        comparison, made = try_table(request, table)
    if not made.is_done:
        messages.warning(request, str(CalendarChanged()))
        return comparison_page(request, table, comparison, made)
    warn_of_problems(request, made)
    count = len(comparison.written)
    if count:
        told = ngettext(
            "%(count)s day is written into the calendar.",
            "%(count)s days are written into the calendar.",
            count,
        )
        messages.success(request, told % {"count": count})
    else:
        messages.info(request, _("No changes: the calendar is as the table says."))
    year = comparison.years[0] if comparison.years else timezone.localdate().year
    return redirect(f"{reverse('scheduling:calendar')}?year={year}")


@dataclass(frozen=True)
class ShownDay:
    """A compared day with its values in words: label, before (empty for a new day), after."""

    day: ComparedDay
    facts: list[tuple[str, str, str]]


def try_table(request: UserRequest, table: DayTable, *, shown: str = "") -> tuple[Comparison, Trial]:
    """The table beside the calendar, and what it does to the plan; applied when that is what was `shown`.

    Raises:
        CalendarChanged: somebody writes into the calendar at this moment.
    """
    comparison = compare_with_calendar(table.rows)
    seen = comparison.fingerprint()

    def change() -> None:
        apply_calendar_table(table.rows, by=request.user, seen=seen)

    return comparison, change_facts(change, shown=shown, facts=seen, always_ask=True)


def comparison_page(
    request: UserRequest, table: DayTable, comparison: Comparison, made: Trial
) -> HttpResponse:
    context = {
        "comparison": comparison,
        "written": [in_words(one) for one in comparison.written],
        "refused": table.refused,
        "closing": comparison.closing,
        "found": made.consequences,
        "form": SeenTableForm.holding(table, made.fingerprint),
    }
    return render(request, "scheduling/calendar/table_comparison.html", context)


def in_words(one: ComparedDay) -> ShownDay:
    if one.entry is None:
        new = CalendarDay(on=one.row.on, **one.values)
        values = [(name, None, value) for name, value in one.values.items() if value not in ("", None, False)]
        return ShownDay(one, [(label(name), "", word(new, name, after)) for name, _none, after in values])
    was, becomes = one.entry, CalendarDay(on=one.row.on, **one.values)
    return ShownDay(
        one,
        [
            (
                label(change.field),
                word(was, change.field, change.before) or "—",
                word(becomes, change.field, change.after) or "—",
            )
            for change in one.changes
        ],
    )


def label(name: str) -> str:
    return capfirst(str(CalendarDay._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def word(day: CalendarDay, name: str, value: Value) -> str:
    if name == "kind":
        return str(day.get_kind_display())
    if name == "status":
        return str(day.get_status_display())
    return shown(value)


@login_required
@permission_required("centre.view_calendarday", raise_exception=True)
@require_safe
def calendar_table_template(request: UserRequest) -> HttpResponseBase:
    """The headings that are understood; with a year its days as they stand, to be changed and loaded again."""
    filters = CalendarFilters(request.GET)
    days = CalendarDay.objects.filter(on__year=filters.year_shown) if "year" in request.GET else ()
    title = _("Table of days %(year)s") % {"year": filters.year_shown} if days else _("Table of days")
    header = list(titles().values())

    def values() -> Iterator[list[Value]]:
        for day in days:
            yield [
                day.on,
                day.get_kind_display(),
                day.name,
                day.counterpart_on,
                day.get_status_display(),
                day.is_closed,
                day.note,
            ]

    if request.GET.get("form") == "xlsx":
        file = BytesIO()
        write_xlsx(file, title, header, values())
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{title}.xlsx")
    response = StreamingHttpResponse(csv_lines(header, values()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.csv"
    return response
