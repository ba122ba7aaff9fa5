"""Lists as files, CSV and XLSX, in which no cell can become a formula (rule 30, promise S20)."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from typing import IO

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

Value = str | int | float | bool | date | datetime | None

# A spreadsheet takes a cell that begins so for a formula.
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
# Nothing but digits and what stands between them: a phone number or a negative one, which must stay as it is.
HARMLESS = re.compile(r"[+-]?[\d\s().,-]*\d[\d\s().,-]*")
# What XML cannot hold; a spreadsheet would call the file broken.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CSV_DATE, CSV_MOMENT = "%d.%m.%Y", "%d.%m.%Y %H:%M"
XLSX_DATE, XLSX_MOMENT = "DD.MM.YYYY", "DD.MM.YYYY HH:MM"
# What a cell of XLSX can hold.
LONGEST_CELL = 32_767
WIDTH_MIN, WIDTH_MAX = 10, 60


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """The file, line by line, as a Russian spreadsheet opens it by a double click: UTF-8 with its mark, semicolons."""
    yield "\ufeff" + csv_line(header)
    for row in rows:
        yield csv_line([as_text(value) for value in row])


def csv_line(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line, delimiter=";", lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def harmless(cell: str) -> str:
    """The text behind an apostrophe when a spreadsheet would calculate it."""
    begins = cell.lstrip(" ")[:1]
    if begins in FORMULA_BEGINS and begins and not HARMLESS.fullmatch(cell.strip()):
        return f"'{cell}"
    return cell


def as_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime(CSV_MOMENT)
    if isinstance(value, date):
        return value.strftime(CSV_DATE)
    if isinstance(value, float):
        return number_format(value)
    return str(value)


def write_xlsx(file: IO[bytes], title: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a workbook: a frozen bold header, dates as dates, text as text.

    Rows are written one by one, so that memory does not grow with the list.
    """
    # Half a second to import, and only here needed.
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(NOT_IN_XML.sub("", re.sub(r"[\[\]:*?/\\]", " ", title))[:31])
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(header, start=1):
        width = min(max(len(heading) + 4, WIDTH_MIN), WIDTH_MAX)
        sheet.column_dimensions[get_column_letter(place)].width = width

    def text_cell(text: str) -> Cell:
        cell = WriteOnlyCell(sheet, value="")
        # Set past openpyxl's guess, which would make a formula of what begins with an equals sign.
        cell._value, cell.data_type = NOT_IN_XML.sub("", text)[:LONGEST_CELL], "s"
        if text.startswith(FORMULA_BEGINS):
            cell.quotePrefix = True  # stays text when somebody edits the cell
        return cell

    headings = []
    for heading in header:
        cell = text_cell(heading)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        headings.append(cell)
    sheet.append(headings)

    def typed_cell(value: Value) -> object:
        if isinstance(value, datetime):
            cell = WriteOnlyCell(sheet, value=timezone.localtime(value).replace(tzinfo=None))
            cell.number_format = XLSX_MOMENT
            return cell
        if isinstance(value, date):
            cell = WriteOnlyCell(sheet, value=value)
            cell.number_format = XLSX_DATE
            return cell
        if isinstance(value, bool | str):
            return text_cell(as_text(value))
        return value

    for row in rows:
        sheet.append([typed_cell(value) for value in row])
    book.save(file)
