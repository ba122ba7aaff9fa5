"""Text files: encodings line by line, the delimiter found out, quoted line breaks, and quotes that nobody closed."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from centre.tables.records import Record, UnreadableTable

DELIMITERS = ";,\t|"
# More lines has no list; asked before anything is read, for a file of empty lines is cheap to send.
MOST_LINES = 200_000
# A cell with more line breaks is a quotation mark that nobody closed.
LINES_A_RECORD = 20
LINE = re.compile(rb"([^\r\n]*)(\r\n|\n|\r|$)")
BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


class Line(str):
    """A physical line with its number, and its encoding when the rest of the file has another one."""

    number: int
    foreign: str

    def __new__(cls, text: str, number: int, foreign: str) -> "Line":
        line = super().__new__(cls, text)
        line.number, line.foreign = number, foreign
        return line


def refuse_too_many_lines(data: bytes) -> None:
    if max(data.count(b"\n"), data.count(b"\r")) > MOST_LINES:
        raise UnreadableTable(
            _("The file has more than %(count)s lines. Is it really the right one?") % {"count": MOST_LINES}
        )


def with_last_marked(found: Iterable[Record], *, ends: bool) -> Iterator[Record]:
    """The records; the last one knows when no line break stood behind it."""
    last: Record | None = None
    for record in found:
        if last is not None:
            yield last
        last = record
    if last is not None:
        yield last if ends else replace(last, marks=(*last.marks, "no_last_break"))


def in_bytes_of_one_width(data: bytes) -> tuple[bytes, str]:
    """The text as UTF-8 or Windows-1251, without its mark, and which of them most lines are in."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data = data.removeprefix(mark)
            return (data if encoding == "utf-8" else from_utf16(data, encoding)), "utf-8"
    start = data[:400]
    for encoding, high in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        # Latin and Russian letters have a high byte of zero and of four.
        if b"\0" in high and (high.count(0) + high.count(4)) * 10 > len(high) * 9:
            return from_utf16(data, encoding), "utf-8"
    if b"\0" in data:
        raise not_text()
    foreign = native = 0
    for line in LINE.finditer(data):
        if not line[1].isascii():
            native, foreign = (native + 1, foreign) if is_utf8(line[1]) else (native, foreign + 1)
    return data, "cp1251" if foreign > native else "utf-8"


def from_utf16(data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeError as error:
        raise not_text() from error


def not_text() -> UnreadableTable:
    return UnreadableTable(
        _(
            "This is not a text table. Save the list as XLSX, or as CSV in UTF-8 or Windows-1251, "
            "and upload that file."
        )
    )


def is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def physical_lines(data: bytes, encoding: str) -> Iterator[Line]:
    """The lines of the file in order, each decoded for itself."""
    for number, found in enumerate(LINE.finditer(data), start=1):
        if found.start() == len(data):
            return  # the empty match behind the last line break
        raw = found[1]
        own = "utf-8" if is_utf8(raw) else "cp1251"
        text = raw.decode(own, errors="replace")
        if "\0" in text:
            raise not_text()
        yield Line(text + "\n", number, own if own != encoding and not raw.isascii() else "")


class OpenQuote(Exception):
    """A record goes on for more lines than a cell may have."""


class Lines:
    """What the reader of records takes its lines from; it takes another one only inside a quoted cell."""

    def __init__(self, source: Iterable[Line]) -> None:
        self.source = iter(source)
        self.pending: deque[Line] = deque()
        self.taken: list[Line] = []
        self.is_over = False

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LINES_A_RECORD:
            raise OpenQuote
        try:
            line = self.pending.popleft() if self.pending else next(self.source)
        except StopIteration:
            self.is_over = True
            raise
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> Line:
        first, *rest = self.taken
        self.pending.extendleft(reversed(rest))
        self.is_over = False
        return first


def records(source: Iterable[Line], delimiter: str) -> Iterator[Record]:
    """The records, each under its first line. A quote that is never closed costs its own line and no other."""
    lines = Lines(source)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.taken = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (OpenQuote, csv.Error):
            is_open = len(lines.taken) > 1
        else:
            if not lines.is_over:
                foreign = next((line.foreign for line in lines.taken if line.foreign), "")
                yield Record(lines.taken[0].number, cells, marks=(foreign,) if foreign else ())
                continue
            is_open = True
        first = lines.give_back_all_but_first()
        yield Record(
            first.number,
            first.rstrip("\r\n").split(delimiter),
            marks=("open_quote",) if is_open else (),
        )
        reader = csv.reader(lines, delimiter=delimiter)
