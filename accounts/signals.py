"""What apps on the right may hear of accounts and the staff list."""

from dataclasses import dataclass

from django.dispatch import Signal

# Sent once for a whole import, inside its transaction, with lists of employees' keys:
# `hired`, `changed` (new position, office, leave, name), `left` and `returned`. A list that is applied says too what
# changed about the main job: `new_office`, `new_position`, `went_on_leave` (another leave than before).
staff_changed = Signal()


@dataclass(frozen=True)
class TrainingEnds:
    """One piece of training ahead that ends with a list, in words: the course, its date, and what the person has."""

    employee_id: int
    course: str
    date: str
    what: str


# Asks, and tells nothing: what of the training ahead would end if a list were applied. `leaving` are the last days at
# work by employees' keys, `on_leave` the keys of who goes on parental leave. A receiver answers with `TrainingEnds`.
asking_what_ends = Signal()
