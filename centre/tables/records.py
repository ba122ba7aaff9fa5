"""What stands in a table, and why a file is none: plain data that every reader shares."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from centre.errors import Refusal

# The whole staff of the largest organisation that is planned for, and some.
MOST_ROWS = 60_000
MOST_COLUMNS = 200


class UnreadableTable(Refusal):
    """The file holds no table that can be read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file as it was written, under the number of its first physical line.

    `kind` is "row", or for what stands above the first row "preamble" and "header"; `marks` say what the reading
    had to overcome.
    """

    line: int
    cells: list[str]
    kind: str = "row"
    marks: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(cell.strip() for cell in self.cells)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.cells).split())


def fold(text: str) -> str:
    """The text as names are compared: without case, yo and superfluous spaces (rule 28)."""
    return " ".join(text.split()).lower().replace("\u0451", "\u0435")


def too_many_rows() -> UnreadableTable:
    return UnreadableTable(
        _("The list has more than %(count)s rows. Is it really the right one? Divide it into smaller files.")
        % {"count": MOST_ROWS}
    )
