"""When the terms of obligations are counted anew: after the commit of a staff list, and all of them once a night.

A completion ends the enrolment whose term it would move, and a course that becomes mandatory waits for the night.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from accounts.signals import staff_changed
from enrolment.queue.actions import refresh_due_days


@receiver(staff_changed)
def count_after_the_staff_list(
    hired: list[int], changed: list[int], returned: list[int], **kwargs: Any
) -> None:
    """In a transaction of its own, so that the list does not wait for it; what fails here, the night mends."""
    if people := {*hired, *changed, *returned}:
        transaction.on_commit(partial(refresh_due_days, people=people), robust=True)
