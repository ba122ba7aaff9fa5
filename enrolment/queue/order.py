"""The order in which freed seats are given (rule 13): as the database sorts, and as a function over plain facts.

Pinned by staff, then mandatory and overdue, then mandatory and due soon, then everybody else; within each of them the
time of request, and the key breaks a tie. A test holds both to be the same.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Func,
    IntegerChoices,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centre.models import Policy
from centre.prepared import Given


class Rank(IntegerChoices):
    """What somebody stands in the queue for; the smaller, the sooner a seat."""

    PINNED = 0, _("put first by staff")
    OVERDUE = 1, _("a mandatory course, overdue")
    DUE_SOON = 2, _("a mandatory course, due soon")
    BY_TIME = 3, _("by the time of request")


@dataclass(frozen=True)
class Waiting:
    """What the order asks of one who waits."""

    pk: int
    requested_at: datetime
    pinned_at: datetime | None = None
    due_on: date | None = None


def rank_of(pinned_at: datetime | None, due_on: date | None, *, today: date, soon_days: int) -> Rank:
    """The rank on that day; "soon" is within so many days."""
    if pinned_at:
        return Rank.PINNED
    if due_on is None or due_on > today + timedelta(days=soon_days):
        return Rank.BY_TIME
    return Rank.OVERDUE if due_on < today else Rank.DUE_SOON


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: their own rank, and how many of each rank are ahead."""

    rank: Rank
    ahead: Counter[Rank]

    @property
    def place(self) -> int:
        return self.ahead.total() + 1


def queue_key(one: Waiting, *, today: date, soon_days: int) -> tuple[Rank, datetime, int]:
    """Sorts people as `queue_order` sorts rows."""
    rank = rank_of(one.pinned_at, one.due_on, today=today, soon_days=soon_days)
    return rank, one.requested_at, one.pk


# --- in the database ------------------------------------------------------------------------------


def rank(now: datetime | Given | None = None, today: date | Given | None = None) -> Case:
    """The rank of an enrolment, by the policy in force; a prepared query gives both `now` and `today`."""
    now = now or timezone.now()
    today = today or timezone.localdate(now)  # type: ignore[arg-type]
    return Case(
        When(pinned_at__isnull=False, then=Value(int(Rank.PINNED))),
        When(due_on__lt=today, then=Value(int(Rank.OVERDUE))),
        When(due_on__lte=soon(now, today), then=Value(int(Rank.DUE_SOON))),
        default=Value(int(Rank.BY_TIME)),
        output_field=IntegerField(),
    )


def soon(now: datetime | Given, today: date | Given) -> Combinable:
    """The day until which a term counts as near, without a statement of its own."""
    in_force = Policy.objects.filter(valid_from__lte=now).order_by("-valid_from", "-pk")
    default = Policy._meta.get_field("due_soon_days").get_default()
    days = Coalesce(Subquery(in_force.values("due_soon_days")[:1]), default, output_field=IntegerField())
    day = today if isinstance(today, Given) else Value(today, DateField())
    return days_after(Cast(day, DateField()), days)


def days_after(day: Combinable, days: Combinable) -> Func:
    """A date so many days later, as PostgreSQL adds them."""
    return Func(day, days, template="(%(expressions)s)", arg_joiner=" + ", output_field=DateField())


def queue_order(now: datetime | None = None) -> tuple[Any, ...]:
    return (rank(now), "requested_at", "pk")


def ahead_of_outer() -> Q:
    """Whether a row stands before the one around it; both know their `rank`."""
    return Q(rank__lt=OuterRef("rank")) | Q(
        Q(requested_at__lt=OuterRef("requested_at"))
        | Q(requested_at=OuterRef("requested_at"), pk__lt=OuterRef("pk")),
        rank=OuterRef("rank"),
    )
