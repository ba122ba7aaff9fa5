"""From a file to judged rows: its columns by their headings, its words by what they mean; each fault is a sentence."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from centre.models import MOVED_KINDS, CalendarDay
from centre.tables import find_table
from centre.tables.records import MOST_COLUMNS, Record, UnreadableTable, fold
from scheduling.calendar_table.rows import DayRow, RefusedLine

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def meanings(part: str) -> dict[str, str]:
    return {fold(word): meant for meant, words in WORDS[part].items() for word in words}


COLUMNS, KINDS, STATUSES, ANSWERS = map(meanings, ("columns", "kinds", "statuses", "answers"))
NEEDED = ("on", "kind", "name")
# A table of days has a line for each special day of a few years.
MOST_DAYS = 1_500
FIRST_YEAR, LAST_YEAR = 2000, 2100
RUSSIAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: 0?0:00(?::00)?)?")
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00)?)?")
# Words that say that a cell is empty.
NOTHING = {"", "-", "–", "—"}
LONGEST_SHOWN = 200
LONGEST = {field.name: field.max_length for field in CalendarDay._meta.fields if field.max_length}


@dataclass(frozen=True)
class DayTable:
    """A table as it was read: rows that can be taken, one a day, and lines that cannot."""

    rows: list[DayRow] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)


class Fault(Exception):
    """Why a line is not taken, as a sentence."""


def recognise(record: Record) -> dict[str, int]:
    """The place of each column whose heading is known."""
    columns: dict[str, int] = {}
    for place, heading in enumerate(record.cells[:MOST_COLUMNS]):
        if name := COLUMNS.get(fold(heading.strip("\ufeff\u200b "))):
            columns.setdefault(name, place)
    return columns


def count_known(record: Record) -> int:
    known = recognise(record)
    return len(known) if "on" in known and len(known) > 1 else 0


def titles() -> dict[str, str]:
    """The columns as people call them, in the order of the template."""
    return {
        "on": _("Date"),
        "kind": _("Kind of day"),
        "name": pgettext("day", "Name"),
        "moved_from": _("Moved from or to"),
        "status": _("Status"),
        "is_closed": _("The centre is closed"),
        "note": _("Note"),
    }


def quoted(names: list[str]) -> str:
    return ", ".join(_("“%(title)s”") % {"title": titles()[name]} for name in names)


def read_days(data: bytes) -> DayTable:
    """The days of the file. A faulty line costs itself and no other.

    Raises:
        UnreadableTable: the file holds no table with a date, a kind and a name, or far too many lines.
    """
    no_headings = UnreadableTable(
        _("No headings were found. The table needs at least the columns %(columns)s.")
        % {"columns": quoted(list(NEEDED))}
    )
    found = find_table(data, count_known, no_headings)
    columns = recognise(found.header)
    if missing := [name for name in NEEDED if name not in columns]:
        raise UnreadableTable(_("The table has no column %(columns)s.") % {"columns": quoted(missing)})
    table = DayTable()
    lines: dict[date, int] = {}
    for record in found.records:
        if record.line <= found.header.line or record.is_empty:
            continue
        if len(table.rows) + len(table.refused) >= MOST_DAYS:
            raise UnreadableTable(
                _("The table has more than %(count)s days. Load one year at a time.") % {"count": MOST_DAYS}
            )
        try:
            row = judge(record, columns)
            if row.on in lines:
                raise Fault(_("Line %(line)s has this day already.") % {"line": lines[row.on]})
        except Fault as fault:
            table.refused.append(RefusedLine(record.line, record.text[:LONGEST_SHOWN], str(fault)))
        else:
            lines[row.on] = record.line
            table.rows.append(row)
    return table


def judge(record: Record, columns: Mapping[str, int]) -> DayRow:
    """The day that the record says.

    Raises:
        Fault: with what is wrong and what to write.
    """
    if "open_quote" in record.marks:
        raise Fault(_("A quotation mark is opened and never closed."))
    cells = {
        name: " ".join(record.cells[place].split()) if place < len(record.cells) else ""
        for name, place in columns.items()
    }
    if any(cell.startswith("=") for cell in cells.values()):
        raise Fault(_("A formula stands in a cell. Write its value."))
    if "\0" in record.text:
        raise Fault(_("A cell has a sign that no text has."))
    on = day_in(cells["on"])
    if on is None:
        raise Fault(_("The date is missing."))
    kind = meant(KINDS, cells["kind"])
    if kind is None:
        raise Fault(
            _("The kind of the day is missing: write one of %(kinds)s.")
            % {"kinds": words_of(CalendarDay.Kind.choices)}
            if not cells["kind"]
            else _("Nobody knows the kind “%(word)s”: write one of %(kinds)s.")
            % {"word": cells["kind"][:40], "kinds": words_of(CalendarDay.Kind.choices)}
        )
    row = DayRow(
        line=record.line,
        on=on,
        kind=kind,
        name=text_in(cells, "name") or "",
        status=status_in(cells.get("status", "")),
        is_closed=answer_in(cells.get("is_closed", "")),
        counterpart_on=counterpart_in(cells),
        note=text_in(cells, "note"),
    )
    refuse_nonsense(row)
    return row


def refuse_nonsense(row: DayRow) -> None:
    """What each cell says may be right, and the line nonsense all the same; the form of a day asks the same."""
    if not row.name:
        raise Fault(_("The name of the day is missing."))
    if row.kind == CalendarDay.Kind.WORKING_WEEKEND and row.on.weekday() < 5:
        raise Fault(_("This day is not a Saturday or Sunday: it is a working day anyway."))
    if row.kind == CalendarDay.Kind.CENTRE and row.is_closed is False:
        raise Fault(
            _("The centre's own day is one on which it is closed, and the line says that it is open.")
        )
    if row.counterpart_on and row.kind not in MOVED_KINDS:
        raise Fault(
            _("Only a moved day off and a working weekend have a day that they were moved from or to.")
        )
    if row.counterpart_on == row.on:
        raise Fault(_("The day is moved from or to itself."))


def meant(words: Mapping[str, str], cell: str) -> str | None:
    return words.get(fold(cell))


def words_of(choices: list[tuple[str, Any]]) -> str:
    return ", ".join(_("“%(title)s”") % {"title": label} for _value, label in choices)


def day_in(cell: str) -> date | None:
    if cell in NOTHING:
        return None
    if written := RUSSIAN_DATE.fullmatch(cell):
        day, month, year = map(int, written.groups())
    elif written := ISO_DATE.fullmatch(cell):
        year, month, day = map(int, written.groups())
    else:
        raise Fault(_("“%(cell)s” is not a date: write it as 31.12.2026.") % {"cell": cell[:40]})
    try:
        found = date(year, month, day)
    except ValueError:
        raise Fault(_("There is no day “%(cell)s”.") % {"cell": cell[:40]}) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Fault(_("The year of %(day)s cannot be right.") % {"day": date_format(found, "d.m.Y")})
    return found


def counterpart_in(cells: Mapping[str, str]) -> date | None:
    days = [day for name in ("moved_from", "moved_to") if (day := day_in(cells.get(name, "")))]
    if len(days) > 1:
        raise Fault(_("A day was moved from another or to another: keep one of the two dates."))
    return days[0] if days else None


def status_in(cell: str) -> str | None:
    if cell in NOTHING:
        return None
    status = meant(STATUSES, cell)
    if status is None:
        raise Fault(
            _("Nobody knows the status “%(word)s”: write one of %(statuses)s.")
            % {"word": cell[:40], "statuses": words_of(CalendarDay.Status.choices)}
        )
    return status


def answer_in(cell: str) -> bool | None:
    if cell == "" or cell in NOTHING - {"-"}:
        return None
    answer = meant(ANSWERS, cell)
    if answer is None:
        raise Fault(_("Is the centre closed? “%(word)s” is neither yes nor no.") % {"word": cell[:40]})
    return answer == "yes"


def text_in(cells: Mapping[str, str], name: str) -> str | None:
    """The text of the cell; None when it says nothing."""
    text = cells.get(name, "")
    longest = LONGEST[name]
    if len(text) > longest:
        raise Fault(
            _("“%(column)s” is longer than %(count)s signs: shorten it.")
            % {"column": titles()[name], "count": longest}
        )
    return text or None
