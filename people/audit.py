"""Who may read the record of changes; pages ask before they link to it."""

from people.models import Employee

EVERYTHING = "audit.view_change"
TRAINING_OBJECTS = "audit.view_training_changes"


def may_see_changes(reader: Employee) -> bool:
    return reader.has_perm(EVERYTHING) or reader.has_perm(TRAINING_OBJECTS)
