"""What somebody is here beside an employee, as far as it follows from other data: a trainer, a head or deputy."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from centre.prepared import Given, Prepared
from enrolment.approvals.deciders import asked, jobs_led_by
from enrolment.models import Interest
from people.models import Employee, Office
from trainers.models import Trainer


@dataclass(frozen=True)
class Parts:
    teaches: bool
    leads: bool
    # Requests that the person may decide about as head or deputy (rule 12).
    decisions: int = 0
    # Whether the person wants a course that has no date for them.
    wants: bool = False


def ask_parts() -> Any:
    person = OuterRef("pk")
    return Employee.objects.filter(pk=Given("person")).values_list(
        Exists(Trainer.objects.filter(employee=person)),
        Exists(Office.objects.filter(Q(head=person) | Q(deputy=person))),
        Coalesce(Subquery(count_of_decisions(), output_field=IntegerField()), 0),
        Exists(Interest.objects.live().filter(trainee=person)),
    )


def count_of_decisions() -> Any:
    """How many requests the reader leads the people of; one of the few requests that are asked, by their own index."""
    today = Given("today")
    jobs = jobs_led_by(Given("person"), today)
    rows = asked(Given("now")).filter(Exists(jobs)).exclude(trainee=Given("person")).order_by()
    return rows.values("approval").annotate(n=Count("*")).values("n")


PARTS = Prepared(ask_parts)


def parts_of(user: Employee) -> Parts:
    """One query, kept with the user for the rest of the request."""
    if not hasattr(user, "_parts"):
        now = timezone.now()
        [found] = PARTS(person=user.pk, now=now, today=timezone.localdate(now))
        user._parts = Parts(*found)  # type: ignore[attr-defined]
    return cast(Parts, user._parts)  # type: ignore[attr-defined]
