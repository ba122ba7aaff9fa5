"""What apps on the right may hear of accounts and the staff list."""

from django.dispatch import Signal

# Sent once for a whole import, inside its transaction, with lists of employees' keys:
# `hired`, `changed` (new position, office, leave, name), `left` and `returned`.
staff_changed = Signal()
