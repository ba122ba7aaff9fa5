"""What somebody is here beside an employee, as far as it follows from other data: a trainer, a head or deputy."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q

from centre.prepared import Given, Prepared
from people.models import Employee, Office
from trainers.models import Trainer


@dataclass(frozen=True)
class Parts:
    teaches: bool
    leads: bool


def ask_parts() -> Any:
    person = OuterRef("pk")
    return Employee.objects.filter(pk=Given("person")).values_list(
        Exists(Trainer.objects.filter(employee=person)),
        Exists(Office.objects.filter(Q(head=person) | Q(deputy=person))),
    )


PARTS = Prepared(ask_parts)


def parts_of(user: Employee) -> Parts:
    """One query, kept with the user for the rest of the request."""
    if not hasattr(user, "_parts"):
        [found] = PARTS(person=user.pk)
        user._parts = Parts(*found)  # type: ignore[attr-defined]
    return cast(Parts, user._parts)  # type: ignore[attr-defined]
