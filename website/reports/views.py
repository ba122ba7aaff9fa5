"""Plan against fact of a month, the sessions behind a number, the use of rooms: on a page, in files, on paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.access import note_export
from centre.exports import Value, csv_lines, write_xlsx
from centre.limits import count_use
from centre.listing import Listing, shown
from people.requests import UserRequest
from scheduling.columns.sessions import SESSION_COLUMNS
from scheduling.models import Session
from scheduling.overview import session_rows
from scheduling.views.month_plan import month_in_a_sentence
from website.reports.figures import FIGURES, HOURS, Figure
from website.reports.forms import MonthForm, month_name
from website.reports.month import Report, Row, month_report
from website.reports.utilisation import Cell, Utilisation, utilisation

PLANNERS = "scheduling.plan_session"


@dataclass(frozen=True)
class ShownNumber:
    """A number of the table, with the address of the sessions behind it when there are any."""

    figure: Figure
    value: float | None
    url: str = ""

    @property
    def text(self) -> str:
        if self.value is not None and self.figure.name in HOURS:
            return number_format(self.value, 1)
        return shown(self.value)


@dataclass(frozen=True)
class ShownRow:
    title: str
    numbers: list[ShownNumber]


@dataclass(frozen=True)
class Group:
    """Columns under one heading."""

    title: str
    figures: list[Figure]


@login_required
@permission_required(PLANNERS, raise_exception=True)
@require_safe
def month(request: UserRequest) -> HttpResponseBase:
    form = MonthForm(request.GET)
    month, by = form.month_shown, form.by_shown
    asked = request.GET.get("form", "")
    name = _("Plan and fact %(month)s") % {"month": month_name(month.first)}
    if asked in ("csv", "xlsx") and request.GET.get("part") == "rooms":
        used = utilisation(month)
        name = _("Use of rooms %(month)s") % {"month": month_name(month.first)}
        header = [_("Room"), *(f"{day:%d.%m}" for day in used.days), _("Month")]
        return as_file(request, name, header, list(lines_of_rooms(used)))
    report = month_report(month, by)
    if asked in ("csv", "xlsx"):
        header = [form.by_words.capitalize(), *(figure.whole_title for figure in FIGURES)]
        return as_file(request, f"{name} {form.by_words}", header, lines_of(report))
    if asked == "print":
        take_away(request, f"{name} {form.by_words}", len(report.rows))
    address = {"month": f"{month.first:%Y-%m}", "by": by}
    context = {
        "form": form,
        "month": month,
        "month_name": month_in_a_sentence(month.first),
        "by_words": form.by_words,
        "groups": groups(),
        "figures": FIGURES,
        "rows": [shown_row(row, address) for row in report.rows],
        "shared": shared_row(report) if report.is_shared else None,
        "total": total_row(report, address),
        "used": utilisation(month),
        "address": urlencode(address),
    }
    return render(request, "website/reports/month.html", context)


@login_required
@permission_required(PLANNERS, raise_exception=True)
@require_safe
def month_sessions(request: UserRequest) -> HttpResponseBase:
    """The sessions behind one number of the report, as the planners' list shows sessions."""
    form = MonthForm(request.GET)
    report = month_report(form.month_shown, form.by_shown)
    row = report.row(request.GET.get("row", "all"))
    name = request.GET.get("figure") or FIGURES[0].name
    figure = next((one for one in FIGURES if one.name == name), None)
    if row is None or figure is None:
        raise Http404
    sessions = Session.objects.with_course().filter(pk__in=row.sessions_of(figure))
    month_shown = month_name(form.month_shown.first)
    title = f"{month_shown}. {figure.whole_title}"
    listing = Listing(request, sessions, SESSION_COLUMNS, name=title, rows=session_rows, order=("starts_at",))
    context = {
        "row_title": row.title,
        "figure": figure,
        "month_name": month_in_a_sentence(form.month_shown.first),
        "back": f"{reverse('website:month_report')}?"
        + urlencode({"month": f"{form.month_shown.first:%Y-%m}", "by": form.by_shown}),
    }
    return listing.respond("website/reports/month_sessions.html", context)


# --- the table ------------------------------------------------------------------------------------


def groups() -> list[Group]:
    found: dict[str, list[Figure]] = {}
    for figure in FIGURES:
        found.setdefault(str(figure.group), []).append(figure)
    return [Group(title, figures) for title, figures in found.items()]


def address_of(row: Row, figure: Figure, address: dict[str, str], word: str) -> str:
    if not row.sessions_of(figure):
        return ""
    query = urlencode({**address, "row": word, "figure": figure.name})
    return f"{reverse('website:month_sessions')}?{query}"


def shown_row(row: Row, address: dict[str, str]) -> ShownRow:
    numbers = [
        ShownNumber(figure, row.count(figure), address_of(row, figure, address, row.word))
        for figure in FIGURES
    ]
    return ShownRow(row.title, numbers)


def shared_row(report: Report) -> ShownRow:
    numbers = [ShownNumber(figure, report.shared.get(figure.name)) for figure in FIGURES]
    return ShownRow(_("Less what stands in several rows"), numbers)


def total_row(report: Report, address: dict[str, str]) -> ShownRow:
    numbers = [
        ShownNumber(figure, report.totals[figure.name], address_of(report.whole, figure, address, "all"))
        for figure in FIGURES
    ]
    return ShownRow(report.whole.title, numbers)


# --- files ----------------------------------------------------------------------------------------


def lines_of(report: Report) -> list[list[Value]]:
    """What the table shows, the line that takes off and the total included."""
    lines: list[list[Value]] = [
        [row.title, *(typed(figure, row.count(figure)) for figure in FIGURES)] for row in report.rows
    ]
    if report.is_shared:
        row = shared_row(report)
        lines.append([row.title, *(typed(one.figure, one.value) for one in row.numbers)])
    totals = [typed(figure, report.totals[figure.name]) for figure in FIGURES]
    return [*lines, [report.whole.title, *totals]]


def typed(figure: Figure, value: float | None) -> Value:
    """Hours with their tenths, all else whole."""
    return value if value is None or figure.name in HOURS else int(value)


def lines_of_rooms(used: Utilisation) -> Iterable[list[Value]]:
    for row in used.rooms:
        yield [row.title, *map(in_file, row.cells), in_file(row.total)]
    yield [_("All rooms"), *map(in_file, used.by_day), in_file(used.total)]


def in_file(cell: Cell) -> Value:
    return _("closed") if cell.percent is None else cell.percent


def take_away(request: UserRequest, name: str, rows: int) -> None:
    count_use(request, "export")
    note_export(request, title=name, rows=rows)


def as_file(
    request: UserRequest, name: str, header: Sequence[str], lines: Sequence[Sequence[Value]]
) -> HttpResponseBase:
    take_away(request, name, len(lines))
    if request.GET.get("form") == "xlsx":
        file = BytesIO()
        write_xlsx(file, name, header, lines)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")
    response = StreamingHttpResponse(csv_lines(header, lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return response
