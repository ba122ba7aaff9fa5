"""Where the table begins: the line of headings, and what stands above it."""

import re
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from accounts.staff_import.rows import FIELD_LABELS, Record, fold
from accounts.staff_import.words import COLUMNS
from centre.tables.records import MOST_COLUMNS, UnreadableTable

NEEDED = ("personnel_number", "full_name", "position", "office", "started_on")
RUSSIAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
LISTED_ON = re.compile(r"\b(\d\d)\.(\d\d)\.(\d{4})\b")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def recognise(header: Record) -> dict[str, int]:
    """The place of each column whose heading is known."""
    columns: dict[str, int] = {}
    for place, heading in enumerate(header.cells[:MOST_COLUMNS]):
        if name := COLUMNS.get(fold(heading.translate(INVISIBLE))):
            columns.setdefault(name, place)
    return columns


def count_known(record: Record) -> int:
    """How many headings of a staff list the record has; none when the personnel number is not among them."""
    known = recognise(record)
    return len(known) if "personnel_number" in known else 0


def no_headings() -> UnreadableTable:
    return UnreadableTable(
        _("No headings were found. The list needs at least the columns %(columns)s.")
        % {"columns": labels(*NEEDED)}
    )


def refuse_missing(header: Record) -> None:
    """Say which columns are missing.

    Raises:
        UnreadableTable: one of the needed columns is not in the line of headings, or it never ends.
    """
    if len(header.cells) > MOST_COLUMNS:
        raise UnreadableTable(
            _("The table has %(count)s columns, a staff list has about ten. Delete the superfluous ones.")
            % {"count": len(header.cells)}
        )
    columns = recognise(header)
    missing = [name for name in ("position", "office", "started_on") if name not in columns]
    if not {"full_name", "last_name"} & columns.keys():
        missing.append("full_name")
    if missing:
        raise UnreadableTable(_("The list has no column %(columns)s.") % {"columns": labels(*missing)})


def labels(*names: str) -> str:
    return ", ".join(_("“%(title)s”") % {"title": FIELD_LABELS[name]} for name in names)


def listed_on(above: Sequence[Record]) -> date | None:
    """The day of the list, when a line above the headings names one."""
    for record in above:
        if written := LISTED_ON.search(record.text):
            day, month, year = map(int, written.groups())
            try:
                return date(year, month, day)
            except ValueError:
                continue
    return None


def kind_of(record: Record, header_line: int) -> str:
    if record.line == header_line:
        return "header"
    return "preamble" if record.line < header_line else "row"
