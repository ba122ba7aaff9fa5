"""Workbooks (XLSX), which strangers may have built: what is inside is measured before anything is unpacked.

openpyxl reads row by row, over defusedxml, which refuses entities. It is imported inside, for it takes half a second.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from centre.tables.records import MOST_COLUMNS, MOST_ROWS, Record, UnreadableTable, too_many_rows

if TYPE_CHECKING:
    from openpyxl.cell import Cell

# Unpacked: the sheet of 60 000 people has 40 MB, and the table of texts, which is held whole, a fifth of it.
UNPACKED_MAX_BYTES = 120 * 1024 * 1024
TEXTS_MAX_BYTES = 40 * 1024 * 1024
# Between two tags of a sheet stands one cell.
LONGEST_TEXT_BYTES = 400_000
PIECE_BYTES = 1 << 18
MOST_SHEETS = 30
# A sheet's last row, and some: a cell far below ends the list, it does not fill the memory.
LAST_ROW = 2 * MOST_ROWS
# Titles above the headings, or empty rows in the middle.
TITLES_AND_HEADINGS = 30
FORBIDDEN = (b"<!DOC", b"<!ENT")


def sheets(data: bytes) -> list[Any]:
    """The sheets of the workbook, once it was found harmless.

    Raises:
        UnreadableTable: it is no workbook, or a hostile one.
    """
    refuse_hostile(data)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # a broken workbook fails in openpyxl in a hundred ways
        raise broken() from error
    return list(book.worksheets[:MOST_SHEETS])


def refuse_hostile(data: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError) as error:
        raise broken() from error
    with closing(archive):
        parts = archive.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            raise another_format(_("an archive or another document"))
        texts = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
        if sum(part.file_size for part in parts) > UNPACKED_MAX_BYTES or texts > TEXTS_MAX_BYTES:
            raise UnreadableTable(
                _(
                    "The workbook is far larger inside than a list can be. "
                    "Copy the list alone into a new workbook."
                )
            )
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels")):
                refuse_hostile_part(archive, part)


def refuse_hostile_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Look through the part in pieces: no definitions of entities, no text that no cell can hold, no endless rows."""
    run, tail, rows = 0, b"", 0
    try:
        with archive.open(part) as stream:
            while piece := stream.read(PIECE_BYTES):
                window = tail + piece
                if any(word in window for word in FORBIDDEN):
                    raise UnreadableTable(
                        _("The workbook holds definitions that no list needs. It is not opened.")
                    )
                *texts, rest = piece.split(b"<")
                longest = max([run + len(texts[0]), *map(len, texts[1:])]) if texts else 0
                run = len(rest) if texts else run + len(rest)
                if max(longest, run) > LONGEST_TEXT_BYTES:
                    raise UnreadableTable(
                        _("A cell of the workbook is too long for a list. It is not opened.")
                    )
                rows += window.count(b"</row>")
                if rows > MOST_ROWS + TITLES_AND_HEADINGS:
                    raise too_many_rows()
                # Shorter than what is counted, so that nothing is counted twice.
                tail = piece[-5:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise broken() from error
    except Exception as error:
        if isinstance(error, UnreadableTable):
            raise
        raise broken() from error  # zlib's own


def another_format(name: str) -> UnreadableTable:
    return UnreadableTable(
        _("This is %(what)s. Save the list as XLSX or CSV and upload that file.") % {"what": name}
    )


def broken() -> UnreadableTable:
    return UnreadableTable(
        _("The workbook cannot be opened: it is damaged or protected. Save it anew as XLSX.")
    )


def records(sheet: Any) -> Iterator[Record]:
    """The rows of the sheet, as far as a list reaches."""
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS + 1)
    try:
        for line, row in enumerate(rows, start=1):
            # Of the rows that a sheet leaves out, maybe a hundred thousand above a far cell, no cell is asked.
            yield Record(line, [] if is_left_out(row) else trimmed([in_text(cell) for cell in row]))
    except UnreadableTable:
        raise
    except Exception as error:
        raise broken() from error


def is_left_out(row: tuple[Any, ...]) -> bool:
    from openpyxl.cell.read_only import EMPTY_CELL

    return all(cell is EMPTY_CELL for cell in row)


def as_wide_as(sheet: Any, width: int) -> Iterator[Record]:
    """The records, filled up to the width of the headings; empty rows at the end are no rows."""
    empty: list[Record] = []
    for record in records(sheet):
        record = replace(record, cells=record.cells + [""] * (width - len(record.cells)))
        if record.is_empty:
            if len(empty) < TITLES_AND_HEADINGS:
                empty.append(record)
            continue
        yield from empty
        empty = []
        yield record


def trimmed(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def in_text(cell: "Cell") -> str:
    """The cell as the list would have it as text: a date as a date, a number without what spreadsheets add."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%d.%m.%Y}" if value.year >= 1000 else value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, time | bool):
        return str(value)
    text = str(value)
    if cell.data_type == "f" and not text.startswith("="):
        return f"={text}"
    return text
