"""From pasted text, or the bytes of a file, to what was said about each person. Nobody is looked for here.

Files are read by `centre.tables`, which knows the encodings, the separators and the hostile workbooks; headings are
those that a staff list has too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.staff_import.reading.headings import recognise
from centre.tables import find_table
from centre.tables.records import Record, UnreadableTable
from enrolment.bulk.errors import NobodyNamed, TooManyNamed

# Two thousand are the largest run that is planned for.
MOST_PEOPLE = 5_000
LONGEST = 300
SEPARATORS = re.compile(r"[\t;,]")
NUMBER = re.compile(r"[^\W\d_]{0,4}-?\d{2,20}")
NAME = re.compile(r"[^\W\d_]+(?:[-' .][^\W\d_]*)*")
# Headings of the staff list by which a person is named.
NAMING = ("personnel_number", "full_name", "last_name", "first_name", "middle_name", "email")


@dataclass(frozen=True)
class Named:
    """What a list says about one person: as it was written, and what of it names them."""

    line: int
    given: str
    number: str = ""
    email: str = ""
    name: str = ""


def people_in_text(text: str) -> list[Named]:
    """Everybody who is named in the text: a line each, or several in a line with commas, semicolons or tabs between.

    Raises:
        NobodyNamed, TooManyNamed: less or more than a run takes.
    """
    lines = ((number, line) for number, line in enumerate(text.splitlines(), start=1))
    return numbered(
        [one for number, line in lines for one in people_in_cells(number, SEPARATORS.split(line))]
    )


def people_in_file(data: bytes) -> list[Named]:
    """Everybody who is named in the file: by the columns with known headings or, without headings, by any cell.

    Raises:
        UnreadableTable: the file is no table, or a hostile one.
        NobodyNamed, TooManyNamed: less or more than a run takes.
    """
    found = find_table(data, headings_known, UnreadableTable(_("The file is empty.")))
    columns = {name: place for name, place in recognise(found.header).items() if name in NAMING}
    people: list[Named] = []
    for record in found.records:
        if columns and record.line <= found.header.line:
            continue
        people += people_in_columns(record, columns) if columns else people_in_record(record)
        refuse_too_many(people)
    return numbered(people)


def headings_known(record: Record) -> int:
    """How likely the record is the line of headings; a list without headings begins with its first record."""
    known = len([name for name in recognise(record) if name in NAMING])
    return known + 1 if not record.is_empty else 0


def people_in_columns(record: Record, columns: dict[str, int]) -> list[Named]:
    said = {
        name: " ".join(record.cells[place].split())
        for name, place in columns.items()
        if place < len(record.cells)
    }
    parts = [said.get(part, "") for part in ("last_name", "first_name", "middle_name")]
    name = said.get("full_name") or " ".join(filter(None, parts))
    number, email = said.get("personnel_number", ""), said.get("email", "")
    given = " ".join(filter(None, (number, name, email)))
    return [Named(record.line, given[:LONGEST], number, email, name)] if given else []


def people_in_record(record: Record) -> list[Named]:
    return people_in_cells(record.line, SEPARATORS.split("\t".join(record.cells)))


def people_in_cells(line: int, cells: Sequence[str]) -> list[Named]:
    """One person with their number, e-mail and name, or several: whoever has one number or one e-mail is one."""
    parts = [part for cell in cells if (part := " ".join(cell.strip(" \t\"'").split()))]
    kinds = [kind_of(part) for part in parts]
    numbers, emails, names = (
        [part for part, kind in zip(parts, kinds, strict=True) if kind == wanted]
        for wanted in ("number", "email", "name")
    )
    is_one = len(numbers) <= 1 and len(emails) <= 1 and bool(numbers or emails or len(parts) == 1)
    if is_one:
        given = ", ".join(parts)[:LONGEST]
        first = lambda found: found[0] if found else ""  # noqa: E731
        return [Named(line, given, first(numbers), first(emails), first(names) if names else "")]
    return [
        Named(line, part[:LONGEST], **({kind: part} if kind else {}))
        for part, kind in zip(parts, kinds, strict=True)
    ]


def kind_of(text: str) -> str:
    if "@" in text:
        return "email"
    if NUMBER.fullmatch(text):
        return "number"
    return "name" if NAME.fullmatch(text) else ""


def numbered(people: list[Named]) -> list[Named]:
    if not people:
        raise NobodyNamed
    refuse_too_many(people)
    return people


def refuse_too_many(people: Sequence[object]) -> None:
    """Raises TooManyNamed."""
    if len(people) > MOST_PEOPLE:
        raise TooManyNamed(
            ngettext(
                "More than %(count)s person is named. Divide the list.",
                "More than %(count)s people are named. Divide the list.",
                MOST_PEOPLE,
            )
            % {"count": MOST_PEOPLE}
        )
