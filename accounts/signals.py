"""What apps on the right may hear of accounts and the staff list."""

from django.dispatch import Signal

# Sent once for a whole import, inside its transaction, with lists of employees' keys:
# `hired`, `changed` (new position, office, leave, name), `left` and `returned`. A list that is applied says too what
# changed about the main job: `new_office`, `new_position`, `went_on_leave` (another leave than before).
staff_changed = Signal()
