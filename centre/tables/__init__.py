"""From the bytes of a file that somebody uploads to its records: text in any usual encoding, and workbooks.

Nothing is judged here: which line holds the headings, and what the cells mean, whoever reads the table knows.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from centre.tables import text, workbook
from centre.tables.records import Record, UnreadableTable

# A table's line of headings stands in its first lines; titles may stand above.
HEADER_WITHIN_LINES = 30


@dataclass(frozen=True)
class Found:
    """The table in a file: its line of headings, what stands above it, and every record, headings included.

    The records come one by one, so that memory does not grow with the file. `sheet` and `other_sheets` are those of a
    workbook; in a text file the last record is marked "no_last_break" when its line was not ended.
    """

    header: Record
    above: tuple[Record, ...]
    records: Iterator[Record]
    delimiter: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()


def find_table(data: bytes, known_headings: Callable[[Record], int], no_headings: UnreadableTable) -> Found:
    """The table of a file; `known_headings` counts the headings of a record that its reader knows.

    Raises:
        UnreadableTable: the file is none, or a hostile one; `no_headings` when no line has a known heading.
    """
    if not data.strip():
        raise UnreadableTable(_("The file is empty."))
    refuse_other_formats(data)
    if data.startswith(b"PK"):
        return table_of_workbook(data, known_headings, no_headings)
    return table_of_text(data, known_headings, no_headings)


def refuse_other_formats(data: bytes) -> None:
    for begins, name in (
        (b"%PDF", _("a PDF document")),
        (b"\xd0\xcf\x11\xe0", _("a workbook of an old Excel (XLS)")),
        (b"{\\rtf", _("a text document")),
        (b"\x89PNG", _("a picture")),
        (b"\xff\xd8\xff", _("a picture")),
    ):
        if data.startswith(begins):
            raise workbook.another_format(name)
    beginning = data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if beginning.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise workbook.another_format(_("a web page"))


def table_of_text(
    data: bytes, known_headings: Callable[[Record], int], no_headings: UnreadableTable
) -> Found:
    text.refuse_too_many_lines(data)
    in_one_width, encoding = text.in_bytes_of_one_width(data)
    top = list(islice(text.physical_lines(in_one_width, encoding), HEADER_WITHIN_LINES))
    best: tuple[int, str, Record] | None = None
    for delimiter in text.DELIMITERS:
        header = best_header(text.records(top, delimiter), known_headings)
        if header and (best is None or header[0] > best[0]):
            best = (header[0], delimiter, header[1])
    if best is None:
        raise no_headings
    _known, delimiter, header_record = best
    above = [one for one in text.records(top, delimiter) if one.line < header_record.line]
    lines = text.physical_lines(in_one_width, encoding)
    ends = in_one_width.endswith((b"\n", b"\r"))
    records = text.with_last_marked(text.records(lines, delimiter), ends=ends)
    return Found(header_record, tuple(above), records, delimiter=delimiter)


def table_of_workbook(
    data: bytes, known_headings: Callable[[Record], int], no_headings: UnreadableTable
) -> Found:
    """The first sheet with known headings; other such sheets are named."""
    best = None
    others: list[str] = []
    for sheet in workbook.sheets(data):
        header = best_header(islice(workbook.records(sheet), HEADER_WITHIN_LINES), known_headings)
        if header and best is None:
            best = (sheet, header[1])
        elif header:
            others.append(sheet.title)
    if best is None:
        raise no_headings
    sheet, header_record = best
    above = [
        one for one in islice(workbook.records(sheet), HEADER_WITHIN_LINES) if one.line < header_record.line
    ]
    records = workbook.as_wide_as(sheet, len(workbook.trimmed(header_record.cells)))
    return Found(header_record, tuple(above), records, sheet=sheet.title, other_sheets=tuple(others))


def best_header(
    records: Iterable[Record], known_headings: Callable[[Record], int]
) -> tuple[int, Record] | None:
    """The record with most known headings and their number; None when none has any."""
    found = [(count, one) for one in records if (count := known_headings(one))]
    return max(found, key=lambda pair: pair[0]) if found else None
