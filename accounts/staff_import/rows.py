"""What a staff list says, what is known, and the difference between them: plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from centre.tables.records import Record as Record
from centre.tables.records import fold as fold

# What people call the columns, in messages and in the table of changes.
FIELD_LABELS = {
    "personnel_number": _("Personnel number"),
    "full_name": _("Employee"),
    "last_name": _("Last name"),
    "first_name": _("First name"),
    "middle_name": _("Middle name"),
    "position": _("Position"),
    "office": _("Office"),
    "started_on": _("Hired on"),
    "status": _("Status"),
    "leave": _("Status"),
    "ended_on": _("Dismissed on"),
    "schedule": _("Work schedule"),
    "work_pattern": _("Work schedule"),
    "pattern_starts_on": _("First day of the schedule"),
    "employment_kind": _("Kind of employment"),
    "email": _("E-mail"),
    "": "",
}
DATES = ("started_on", "ended_on", "pattern_starts_on")


class Outcome(StrEnum):
    """What becomes of a row."""

    ACCEPT = "accept"
    ACCEPT_FIXED = "accept_fixed"
    ASK = "ask"
    REJECT = "reject"
    SKIP = "skip"


# The worst finding of a row decides what becomes of it.
SEVERITY = {
    Outcome.ACCEPT: 0,
    Outcome.ACCEPT_FIXED: 1,
    Outcome.ASK: 2,
    Outcome.REJECT: 3,
    Outcome.SKIP: 4,
}
TAKEN = (Outcome.ACCEPT, Outcome.ACCEPT_FIXED)
NOT_TAKEN = (Outcome.ASK, Outcome.REJECT)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file is written: its headings, where each known column stands, and what is usual in it."""

    headings: list[str]
    columns: dict[str, int]
    delimiter: str = ""
    listed_on: date | None = None
    # Of the numbers and dates as most rows have them; another form is a correction, not a fault.
    number_length: int = 0
    has_iso_dates: bool = False
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.headings)

    def heading(self, name: str) -> str:
        """The column's heading in the file; a part of the name stands in the full one."""
        place = self.columns.get(name, self.columns.get("full_name") if name in NAME_PARTS else None)
        return self.headings[place].strip() if place is not None else ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"listed_on": self.listed_on and self.listed_on.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        listed_on = values["listed_on"] and date.fromisoformat(values["listed_on"])
        in_order = sorted(
            values["columns"].items(), key=lambda pair: pair[1]
        )  # which the database does not keep
        others = tuple(values["other_sheets"])
        return cls(**values | {"listed_on": listed_on, "other_sheets": others, "columns": dict(in_order)})


NAME_PARTS = ("last_name", "first_name", "middle_name")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed about a row, by a code; `messages.sentence` says it in words.

    `suggestion` is what the cell would become when a person confirms, `choices` are the readings to choose from.
    """

    outcome: Outcome
    code: str
    column: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str | None = None
    choices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value,
            "code": self.code,
            "column": self.column,
            "params": dict(self.params),
            "suggestion": self.suggestion,
            "choices": list(self.choices),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values | {"outcome": Outcome(values["outcome"]), "choices": tuple(values["choices"])})


ALL_WELL = Finding(Outcome.ACCEPT, "OK")


def worst(findings: list[Finding]) -> Finding:
    """The finding that decides about the row; of equals the first."""
    return max(findings, key=lambda one: SEVERITY[one.outcome], default=ALL_WELL)


@dataclass(frozen=True)
class StaffRow:
    """One person of the list. None means that the list says nothing of it, and what is known stays.

    `same_as` is the personnel number of another job of the same human being, known or in the list.
    """

    line: int
    personnel_number: str
    last_name: str
    first_name: str
    middle_name: str
    position: str
    office: str
    started_on: date
    is_dismissed: bool = False
    ended_on: date | None = None
    leave: str | None = None
    work_pattern: str | None = None
    pattern_starts_on: date | None = None
    email: str | None = None
    is_second_job: bool = False
    same_as: str = ""

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)

    def has_left(self, today: date) -> bool:
        return self.is_dismissed or (self.ended_on is not None and self.ended_on < today)

    def as_json(self) -> dict[str, Any]:
        values = vars(self)  # not asdict, which copies deeply: there are fifty thousand
        return values | {name: values[name] and values[name].isoformat() for name in DATES}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values | {name: values[name] and date.fromisoformat(values[name]) for name in DATES})


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An employment as it stands in the database, with its employee."""

    employee_id: int
    employment_id: int
    personnel_number: str
    last_name: str
    first_name: str
    middle_name: str
    position: str
    office: str
    started_on: date
    ended_on: date | None
    leave: str
    work_pattern: str
    pattern_starts_on: date | None
    email: str
    is_main: bool = True

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)

    def has_left(self, today: date) -> bool:
        return self.ended_on is not None and self.ended_on < today


@dataclass(frozen=True)
class Known:
    """What the list is compared with: keys of positions and offices by folded name, of employees by e-mail."""

    people: dict[str, KnownPerson] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    offices: dict[str, int] = field(default_factory=dict)
    emails: dict[str, int] = field(default_factory=dict)
    account_names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """One field of one person, before and after."""

    field: str
    before: Any
    after: Any

    @property
    def label(self) -> str:
        return str(FIELD_LABELS[self.field])


@dataclass(frozen=True)
class ChangedRow:
    row: StaffRow
    person: KnownPerson
    changes: list[Change]
    today: date

    @property
    def leaves(self) -> bool:
        return self.row.has_left(self.today) and not self.person.has_left(self.today)

    @property
    def is_given_an_end(self) -> bool:
        """Leaves now, or on a day ahead of which nobody knew before."""
        ends = self.row.is_dismissed or self.row.ended_on is not None
        return ends and self.person.ended_on is None

    @property
    def returns(self) -> bool:
        if self.person.has_left(self.today):
            return not self.row.has_left(self.today)
        return self.person.ended_on is not None and self.row.ended_on is None  # a dismissal was taken back


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not taken: where it stands, and the finding that keeps it out."""

    line: int
    finding: Finding
    text: str = ""

    @property
    def column(self) -> str:
        return self.finding.column

    @property
    def column_label(self) -> str:
        return str(FIELD_LABELS[self.column])


@dataclass(frozen=True)
class Comparison:
    """The difference between a list and what is known; the same list applied leaves no new and no changed rows."""

    new: list[StaffRow] = field(default_factory=list)
    changed: list[ChangedRow] = field(default_factory=list)
    unchanged: list[StaffRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    missing: int = 0  # employed people of whom the list says nothing; they stay as they are
    employed: int = 0

    @property
    def leavers(self) -> list[ChangedRow]:
        """Whom the list dismisses, also on a day yet to come: their accounts close then without another list."""
        return [changed for changed in self.changed if changed.is_given_an_end]

    @property
    def has_changes(self) -> bool:
        return bool(self.new or self.changed)

    def counts(self) -> dict[str, int]:
        lists = (field.name for field in fields(self) if isinstance(getattr(self, field.name), list))
        return {name: len(getattr(self, name)) for name in lists} | {"leavers": len(self.leavers)}
