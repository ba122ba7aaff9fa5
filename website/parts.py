"""What somebody is here beside an employee, as far as it follows from other data: a trainer, a head or deputy."""

from dataclasses import dataclass
from typing import cast

from django.db.models import Exists, OuterRef, Q

from people.models import Employee, Office
from trainers.models import Trainer


@dataclass(frozen=True)
class Parts:
    teaches: bool
    leads: bool


def parts_of(user: Employee) -> Parts:
    """One query, kept with the user for the rest of the request."""
    if not hasattr(user, "_parts"):
        person = OuterRef("pk")
        found = (
            Employee.objects.filter(pk=user.pk)
            .values_list(
                Exists(Trainer.objects.filter(employee=person)),
                Exists(Office.objects.filter(Q(head=person) | Q(deputy=person))),
            )
            .get()
        )
        user._parts = Parts(*found)  # type: ignore[attr-defined]
    return cast(Parts, user._parts)  # type: ignore[attr-defined]
