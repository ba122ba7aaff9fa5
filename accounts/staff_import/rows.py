"""What a staff list says, what is known, and the difference between them: plain data."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

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


def fold(text: str) -> str:
    """The text as names are compared: without case, yo and superfluous spaces (rule 28)."""
    return " ".join(text.split()).lower().replace("\u0451", "\u0435")


@dataclass(frozen=True)
class StaffRow:
    """One person of the list. None means that the list says nothing of it, and what is known stays."""

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

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)

    def has_left(self, today: date) -> bool:
        return self.is_dismissed or (self.ended_on is not None and self.ended_on < today)

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        return values | {name: values[name] and values[name].isoformat() for name in DATES}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values | {name: values[name] and date.fromisoformat(values[name]) for name in DATES})


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not taken: where it stands, which column is to blame, and why."""

    line: int
    column: str
    reason: str
    text: str = ""

    @property
    def column_label(self) -> str:
        return str(FIELD_LABELS[self.column])


@dataclass(frozen=True)
class StaffList:
    """A file as it was read."""

    rows: list[StaffRow]
    refused: list[RefusedRow]


@dataclass(frozen=True)
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
