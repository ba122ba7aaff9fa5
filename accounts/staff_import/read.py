"""Reads a staff list as personnel programs write it: bytes in, rows and refusals out, without the database."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.staff_import.errors import UnreadableList
from accounts.staff_import.rows import FIELD_LABELS, RefusedRow, StaffList, StaffRow, fold

WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
COLUMNS = {fold(word): name for name, words in WORDS["columns"].items() for word in words}
STATUSES = {fold(word): status for word, status in WORDS["statuses"].items()}
SCHEDULES = {fold(word): schedule for word, schedule in WORDS["schedules"].items()}
MAIN_EMPLOYMENT = {fold(word) for word in WORDS["employment"]["main"]}

DELIMITERS = ";,\t|"
HEADER_WITHIN_LINES = 30
LONGEST_VALUE = 200
LONGEST = {"last_name": 80, "first_name": 80, "middle_name": 80, "personnel_number": 30}
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
SPOILED_NUMBER = re.compile(r"\d+([.,]\d+)?e[+-]?\d+", re.IGNORECASE)
NUMBER = re.compile(r"[\w./-]+")
RUSSIAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")


class RowError(Exception):
    """A row cannot be taken because of one column."""

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Record:
    """One record of the file, under the number of its first physical line."""

    line: int
    cells: list[str]

    @property
    def is_empty(self) -> bool:
        return not any(self.cells)


def read_staff_list(data: bytes) -> StaffList:
    """The people of the list, in its order, and the rows that cannot be taken, with the reason.

    Understands UTF-8, UTF-16 and Windows-1251, any usual delimiter, lines above the header, the full name in
    one column or three, dates as 23.11.2026 and 2026-11-23.

    Raises:
        UnreadableList: no table with the necessary columns is in the file.
    """
    text = decode(data)
    delimiter, header = find_header(text)
    columns = recognise(header)
    rows: list[StaffRow] = []
    refused: list[RefusedRow] = []
    for record in records(text, delimiter):
        if record.line <= header.line or record.is_empty or record.cells == header.cells:
            continue
        try:
            rows.append(read_row(record, columns, width=len(header.cells)))
        except RowError as error:
            refused.append(
                RefusedRow(record.line, error.column, error.reason, " ".join(record.cells)[:LONGEST_VALUE])
            )
    return without_doubles(StaffList(rows, refused))


def decode(data: bytes) -> str:
    if not data.strip():
        raise UnreadableList(_("The file is empty."))
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1251"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableList(
        _("This is not a text table. Save the list as CSV, in UTF-8 or Windows-1251, and upload that file.")
    )


def records(text: str, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield Record(line, [tidy(cell) for cell in cells])
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableList(
            _("The table breaks off in line %(line)s: a quotation mark is not closed, or a cell is too long.")
            % {"line": line}
        ) from error


def tidy(cell: str) -> str:
    return " ".join(cell.translate(INVISIBLE).split())


def find_header(text: str) -> tuple[str, Record]:
    """The delimiter and the line of headings: where most columns are recognised."""
    best: tuple[int, str, Record] | None = None
    broken: UnreadableList | None = None
    top = "".join(text.splitlines(keepends=True)[:HEADER_WITHIN_LINES])
    for delimiter in DELIMITERS:
        try:
            headings = [
                record for record in records(top, delimiter) if "personnel_number" in recognise(record)
            ]
        except UnreadableList as error:  # by a wrong delimiter a whole line may be one cell
            broken = error
            continue
        for record in headings:
            known = len(recognise(record))
            if best is None or known > best[0]:
                best = (known, delimiter, record)
    if best is None and broken is not None:
        raise broken
    if best is None:
        raise UnreadableList(
            _("No headings were found. The list needs at least the columns %(columns)s.")
            % {"columns": labels("personnel_number", "full_name", "position", "office", "started_on")}
        )
    _known, delimiter, header = best
    missing = [name for name in ("position", "office", "started_on") if name not in recognise(header)]
    if not {"full_name", "last_name"} & recognise(header).keys():
        missing.append("full_name")
    if missing:
        raise UnreadableList(_("The list has no column %(columns)s.") % {"columns": labels(*missing)})
    return delimiter, header


def labels(*names: str) -> str:
    return ", ".join(_("“%(title)s”") % {"title": FIELD_LABELS[name]} for name in names)


def recognise(header: Record) -> dict[str, int]:
    """The place of each column whose heading is known."""
    columns: dict[str, int] = {}
    for place, heading in enumerate(header.cells):
        if name := COLUMNS.get(fold(heading)):
            columns.setdefault(name, place)
    return columns


def read_row(record: Record, columns: dict[str, int], *, width: int) -> StaffRow:
    """One person.

    Raises:
        RowError: with the first column that cannot be taken.
    """
    cells = record.cells
    if len(cells) < width or any(cells[width:]):
        reason = _("The row has %(count)s columns instead of %(width)s.")
        raise RowError("", reason % {"count": len(cells), "width": width})
    value = {name: cells[place] for name, place in columns.items()}
    for name, cell in value.items():
        longest = LONGEST.get(name, LONGEST_VALUE)
        if len(cell) > longest:
            raise RowError(name, _("The value is longer than %(count)s characters.") % {"count": longest})
        if cell.startswith("="):
            raise RowError(name, _("A formula stands here instead of text."))
    number = read_number(value["personnel_number"])
    last_name, first_name, middle_name = read_name(value)
    status = read_word("status", value, STATUSES)
    started_on = read_date("started_on", required(value, "started_on"))
    schedule = read_word("schedule", value, SCHEDULES) or {}
    if (kind := value.get("employment_kind")) and fold(kind) not in MAIN_EMPLOYMENT:
        raise RowError("employment_kind", _("Only main jobs are taken, this is “%(kind)s”.") % {"kind": kind})
    return StaffRow(
        line=record.line,
        personnel_number=number,
        last_name=last_name,
        first_name=first_name,
        middle_name=middle_name,
        position=required(value, "position"),
        office=required(value, "office"),
        started_on=started_on,
        is_dismissed=status == "dismissed",
        ended_on=read_end(value.get("ended_on", ""), started_on, status),
        leave="" if status == "dismissed" else status,
        work_pattern=schedule.get("pattern"),
        pattern_starts_on=schedule.get("first_day"),
        email=read_email(value.get("email", "")),
    )


def required(value: dict[str, str], name: str) -> str:
    if not value.get(name):
        raise RowError(name, _("The cell is empty."))
    return value[name]


def read_number(cell: str) -> str:
    """The personnel number as text, for leading zeros are part of it (rule 28)."""
    number = cell.lstrip("'")
    if not number:
        raise RowError("personnel_number", _("The cell is empty."))
    if SPOILED_NUMBER.fullmatch(number):
        raise RowError(
            "personnel_number",
            _(
                "A spreadsheet has spoiled the number “%(number)s”. Export the list again, with this column as text."
            )
            % {"number": number},
        )
    if not NUMBER.fullmatch(number):
        raise RowError("personnel_number", _("“%(number)s” is no personnel number.") % {"number": number})
    return number


def read_name(value: dict[str, str]) -> tuple[str, str, str]:
    """Last, first and middle name. Of a full name the third word and all after it are the middle name."""
    if "last_name" in value:
        return required(value, "last_name"), required(value, "first_name"), value.get("middle_name", "")
    words = required(value, "full_name").split(" ", maxsplit=2)
    if len(words) < 2:
        raise RowError("full_name", _("Last name and first name are needed."))
    last_name, first_name, *rest = words
    for name, word in (("last_name", last_name), ("first_name", first_name), ("middle_name", "".join(rest))):
        if len(word) > LONGEST[name]:
            reason = _("The value is longer than %(count)s characters.")
            raise RowError("full_name", reason % {"count": LONGEST[name]})
    return last_name, first_name, "".join(rest)


def read_word(name: str, value: dict[str, str], words: dict[str, Any]) -> Any:
    """What the word in the column means; None when the list says nothing."""
    cell = value.get(name, "")
    if not cell:
        return None
    if fold(cell) not in words:
        raise RowError(name, _("“%(word)s” is not known.") % {"word": cell})
    return words[fold(cell)]


def read_date(name: str, cell: str) -> date:
    written = RUSSIAN_DATE.fullmatch(cell)
    try:
        return date.fromisoformat("-".join(reversed(written.groups())) if written else cell)
    except ValueError:
        reason = _("“%(date)s” is no date. Write it as 23.11.2026.") % {"date": cell}
        raise RowError(name, reason) from None


def read_end(cell: str, started_on: date, status: str | None) -> date | None:
    if not cell:
        if status == "dismissed":
            raise RowError("ended_on", _("The person is dismissed, but the date is not given."))
        return None
    ended_on = read_date("ended_on", cell)
    if ended_on < started_on:
        raise RowError("ended_on", _("The person would leave before they came."))
    return ended_on


def read_email(cell: str) -> str | None:
    if not cell:
        return None
    try:
        validate_email(cell)
    except ValidationError:
        raise RowError("email", _("“%(email)s” is no e-mail address.") % {"email": cell}) from None
    return cell.lower()


def without_doubles(staff: StaffList) -> StaffList:
    """The list with each number once: equal rows count once, two people under one number are both refused."""
    lines: dict[str, list[StaffRow]] = {}
    for row in staff.rows:
        lines.setdefault(row.personnel_number, []).append(row)
    rows, refused = [], list(staff.refused)
    for alike in lines.values():
        if all(replace(row, line=alike[0].line) == alike[0] for row in alike):
            rows.append(alike[0])
            continue
        reason = _("The number %(number)s stands in several lines: %(lines)s. None of them is taken.") % {
            "number": alike[0].personnel_number,
            "lines": ", ".join(str(row.line) for row in alike),
        }
        refused += [RefusedRow(row.line, "personnel_number", reason, row.full_name) for row in alike]
    return StaffList(rows, sorted(refused, key=lambda row: row.line))
