"""What a table of days says, what the calendar has, and the difference between them: plain data, no database."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

from centre.models import MOVED_KINDS, CalendarDay

FIELDS = ("kind", "name", "status", "is_closed", "counterpart_on", "note")
DATES = ("on", "counterpart_on")
# What nobody says for certain is preliminary.
STATUS_OF_NEW = CalendarDay.Status.PRELIMINARY.value


@dataclass(frozen=True)
class DayRow:
    """One day of the table, judged. None means that the table says nothing of it, and what is known stays."""

    line: int
    on: date
    kind: str
    name: str
    status: str | None = None
    is_closed: bool | None = None
    counterpart_on: date | None = None
    note: str | None = None

    def wanted(self, entry: CalendarDay | None) -> dict[str, Any]:
        """The values that the entry has when the table is applied."""
        values: dict[str, Any] = {"kind": self.kind, "name": self.name}
        values["status"] = self.status or (entry.status if entry else STATUS_OF_NEW)
        values["note"] = self.note if self.note is not None else (entry.note if entry else "")
        closed = self.is_closed if self.is_closed is not None else bool(entry and entry.is_closed)
        # The centre's own day is a day on which it is closed.
        values["is_closed"] = closed or self.kind == CalendarDay.Kind.CENTRE
        kept = self.counterpart_on or (entry.counterpart_on if entry else None)
        values["counterpart_on"] = kept if self.kind in MOVED_KINDS else None
        return values

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        return values | {name: values[name] and values[name].isoformat() for name in DATES}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values | {name: values[name] and date.fromisoformat(values[name]) for name in DATES})


@dataclass(frozen=True)
class RefusedLine:
    """A line that is not taken: where it stands, what it says, and why not."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class Change:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class ComparedDay:
    """A row beside the calendar's entry of its day, None when there is none yet."""

    row: DayRow
    entry: CalendarDay | None
    values: dict[str, Any]
    changes: tuple[Change, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.entry is None

    @property
    def closes(self) -> bool:
        """Whether the centre becomes closed on a day on which it was open."""
        return self.values["is_closed"] and not (self.entry and self.entry.is_closed)


@dataclass(frozen=True)
class Comparison:
    """The difference between a table and the calendar; the same table, applied, leaves nothing to write."""

    new: list[ComparedDay] = field(default_factory=list)
    changed: list[ComparedDay] = field(default_factory=list)
    unchanged: list[ComparedDay] = field(default_factory=list)
    # Entries of the table's years of which it says nothing: they stay as they are.
    missing: int = 0

    @property
    def written(self) -> list[ComparedDay]:
        """What applying writes, in the order of the days."""
        return sorted([*self.new, *self.changed], key=lambda one: one.row.on)

    @property
    def closing(self) -> list[date]:
        """Days on which the centre becomes closed."""
        return [one.row.on for one in self.written if one.closes]

    @property
    def years(self) -> list[int]:
        return sorted({one.row.on.year for one in (*self.new, *self.changed, *self.unchanged)})

    def fingerprint(self) -> str:
        """Another one as soon as the calendar is not what was shown."""
        told = [(one.row.on.isoformat(), one.is_new, repr(one.changes)) for one in self.written]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def compare(rows: Iterable[DayRow], entries: Mapping[date, CalendarDay]) -> Comparison:
    """Each row beside the entry of its day; `entries` holds all of the table's years."""
    comparison, named = Comparison(), set()
    for row in rows:
        named.add(row.on)
        entry = entries.get(row.on)
        values = row.wanted(entry)
        if entry is None:
            comparison.new.append(ComparedDay(row, None, values))
            continue
        changes = tuple(
            Change(name, getattr(entry, name), values[name])
            for name in FIELDS
            if getattr(entry, name) != values[name]
        )
        compared = ComparedDay(row, entry, values, changes)
        (comparison.changed if changes else comparison.unchanged).append(compared)
    missing = sum(on not in named for on in entries)
    return Comparison(comparison.new, comparison.changed, comparison.unchanged, missing)
