"""From the bytes of a file to the records of a staff list; `centre.tables` reads the file. Nothing is judged here."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from accounts.staff_import.reading import headings
from accounts.staff_import.rows import Layout, Record
from centre.tables import find_table
from centre.tables.records import MOST_ROWS, too_many_rows
from centre.tables.workbook import trimmed

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
        UnreadableTable: no table with the necessary columns is in the file; while iterating, that it is too long.
    """
    found = find_table(data, headings.count_known, headings.no_headings())
    headings.refuse_missing(found.header)
    layout = Layout(
        headings=trimmed(found.header.cells) if found.sheet else found.header.cells,
        columns=headings.recognise(found.header),
        delimiter=found.delimiter,
        listed_on=headings.listed_on(found.above),
        sheet=found.sheet,
        other_sheets=found.other_sheets,
    )
    records = (replace(one, kind=headings.kind_of(one, found.header.line)) for one in found.records)
    first = list(islice(records, ROWS_LOOKED_AT))
    return Table(with_habits(layout, first), not_too_many(chain(first, records)))


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
