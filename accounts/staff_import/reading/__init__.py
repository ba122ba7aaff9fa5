"""From the bytes of a file to its records: text in any usual encoding, and workbooks. Nothing is judged here."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from django.utils.translation import gettext as _

from accounts.staff_import.errors import UnreadableList
from accounts.staff_import.reading import headings, text, workbook
from accounts.staff_import.reading.headings import MOST_ROWS, too_many_rows
from accounts.staff_import.rows import Layout, Record

# What is usual in a list shows in its first rows.
ROWS_LOOKED_AT = 300


@dataclass(frozen=True)
class Table:
    """A file as it was found: how it is written, and its records in their order, each read when it is asked for."""

    layout: Layout
    records: Iterator[Record]


def read_table(data: bytes) -> Table:
    """The table in the file. Records come one by one, so that memory does not grow with the list.

    Raises:
        UnreadableList: no table with the necessary columns is in the file; while iterating, that it is too long.
    """
    if not data.strip():
        raise UnreadableList(_("The file is empty."))
    refuse_other_formats(data)
    layout, records = workbook.read(data) if data.startswith(b"PK") else text.read(data)
    first = list(islice(records, ROWS_LOOKED_AT))
    return Table(with_habits(layout, first), not_too_many(chain(first, records)))


def refuse_other_formats(data: bytes) -> None:
    for begins, name in (
        (b"%PDF", _("a PDF document")),
        (b"\xd0\xcf\x11\xe0", _("a workbook of an old Excel (XLS)")),
        (b"{\\rtf", _("a text document")),
        (b"\x89PNG", _("a picture")),
        (b"\xff\xd8\xff", _("a picture")),
    ):
        if data.startswith(begins):
            raise UnreadableList(
                _("This is %(what)s. Save the list as XLSX or CSV and upload that file.") % {"what": name}
            )
    if (
        data[:200]
        .lstrip(b"\xef\xbb\xbf \r\n\t")
        .lower()
        .startswith((b"<html", b"<!doctype", b"<?xml", b"<table"))
    ):
        raise UnreadableList(
            _("This is %(what)s. Save the list as XLSX or CSV and upload that file.")
            % {"what": _("a web page")}
        )


def not_too_many(records: Iterable[Record]) -> Iterator[Record]:
    for count, record in enumerate(records):
        if count > MOST_ROWS:
            raise too_many_rows()
        yield record


def with_habits(layout: Layout, first: list[Record]) -> Layout:
    """The layout with what is usual in the first rows: the length of personnel numbers, and how dates are written."""
    numbers, dates = Counter[int](), Counter[bool]()
    for record in first:
        if record.kind != "row" or len(record.cells) < layout.width:
            continue
        number = record.cells[layout.columns["personnel_number"]].strip()
        if number.isdecimal():
            numbers[len(number)] += 1
        day = record.cells[layout.columns["started_on"]].strip()
        if headings.RUSSIAN_DATE.fullmatch(day) or headings.ISO_DATE.fullmatch(day):
            dates[bool(headings.ISO_DATE.fullmatch(day))] += 1
    return replace(
        layout,
        number_length=numbers.most_common(1)[0][0] if numbers else 0,
        has_iso_dates=dates[True] > dates[False],
    )
