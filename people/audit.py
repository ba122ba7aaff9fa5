"""Who may read the record of changes, and who changed something last; pages ask before they link to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from audit.models import Change
from people.models import Employee

EVERYTHING = "audit.view_change"
TRAINING_OBJECTS = "audit.view_training_changes"


def may_see_changes(reader: Employee) -> bool:
    return reader.has_perm(EVERYTHING) or reader.has_perm(TRAINING_OBJECTS)


@dataclass(frozen=True)
class LastChange:
    """When an object was written last, and by whom; None when no person did it."""

    at: datetime
    by: Employee | None


def last_changes(kind: str, keys: Collection[int]) -> dict[int, LastChange]:
    """The last change of each object of the kind ("centre.calendarday"), by its key; two queries."""
    latest = (
        Change.objects.filter(kind=kind, object_id__in=keys)
        .order_by("object_id", "-at", "-pk")
        .distinct("object_id")
        .values_list("object_id", "at", "by_id")
    )
    rows = list(latest)
    people = Employee.objects.in_bulk([by for _key, _at, by in rows if by is not None])
    return {key: LastChange(at, people.get(by) if by is not None else None) for key, at, by in rows}
