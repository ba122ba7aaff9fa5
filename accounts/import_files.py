"""Files of the staff import: the rows that were not taken, with the reasons, and an empty list to fill."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote

from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import StaffImport, StaffImportRow
from accounts.staff_import.ends import ends_with
from accounts.staff_import.messages import sentence
from accounts.staff_import.rows import FIELD_LABELS
from audit.access import note_export
from centre.exports import Value, csv_lines, write_xlsx
from people.requests import UserRequest

TEMPLATE_COLUMNS = (
    "personnel_number",
    "full_name",
    "position",
    "office",
    "started_on",
    "status",
    "ended_on",
    "schedule",
    "employment_kind",
    "email",
)


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_safe
def staff_import_refused(request: UserRequest, pk: int) -> HttpResponseBase:
    """The rows that were not taken as a table: line, column and reason before what the file had."""
    staff_import = get_object_or_404(StaffImport.objects.defer("data", "undo"), pk=pk)
    rows = staff_import.rows.not_taken().order_by("line")
    title = _("Rows not taken")
    note_export(request, title=f"{title}: {staff_import.file_name}", rows=rows.count())
    layout = staff_import.written
    header = [_("Line"), _("Column"), _("What to do"), *layout.headings]

    def values() -> Iterator[list[Value]]:
        for row in rows.iterator(chunk_size=500):
            yield [row.line, column_of(row, layout.heading(row.column)), sentence(row.decisive), *row.cells]

    return as_file(request, title, header, values())


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_safe
def staff_import_ends(request: UserRequest, pk: int) -> HttpResponseBase:
    """The training ahead that would end with the list, by who leaves or goes on parental leave (rule 19)."""
    staff_import = get_object_or_404(
        StaffImport.objects.defer("data", "undo").filter(applied_at__isnull=True), pk=pk
    )
    found = ends_with(staff_import)
    title = _("Training that ends")
    note_export(request, title=f"{title}: {staff_import.file_name}", rows=len(found))
    header = [
        _("Line"),
        _("Personnel number"),
        _("Employee"),
        _("Why"),
        _("Course"),
        _("Date"),
        _("What ends"),
    ]

    def values() -> Iterator[list[Value]]:
        for one in found:
            person, what = one.row.planned, one.what
            why = _("leaves") if one.row.is_leaver else _("parental leave")
            number, name = person.personnel_number, person.full_name
            yield [one.row.line, number, name, why, what.course, what.date, what.what]

    return as_file(request, title, header, values())


def column_of(row: StaffImportRow, heading: str) -> str:
    return heading or str(FIELD_LABELS[row.column])


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_safe
def staff_list_template(request: UserRequest) -> HttpResponseBase:
    """An empty list with the headings that are understood."""
    header = [str(FIELD_LABELS[name]) for name in TEMPLATE_COLUMNS]
    return as_file(request, _("Staff list"), header, iter(()))


def as_file(
    request: UserRequest, title: str, header: list[str], rows: Iterator[list[Value]]
) -> HttpResponseBase:
    if request.GET.get("form") == "xlsx":
        file = BytesIO()
        write_xlsx(file, title, header, rows)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{title}.xlsx")
    response: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(
        csv_lines(header, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.csv"
    return response
