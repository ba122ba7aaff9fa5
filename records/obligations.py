"""Who owes which mandatory course: done, expiring, due, overdue, planned or paused (rule 25)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from people.models import Employment
from records.models import Completion


class ObligationState(models.TextChoices):
    """In the order in which somebody has to act."""

    OVERDUE = "overdue", _("overdue")
    EXPIRES = "expires", _("expires soon")
    DUE = "due", _("to be done")
    PLANNED = "planned", _("planned")
    PAUSED = "paused", _("paused: parental leave")
    DONE = "done", _("done")


TONES = {
    ObligationState.OVERDUE: "bad",
    ObligationState.EXPIRES: "wait",
    ObligationState.DUE: "wait",
    ObligationState.PLANNED: "info",
    ObligationState.PAUSED: "neutral",
    ObligationState.DONE: "good",
}
URGENCY = {state: place for place, state in enumerate(ObligationState)}


@dataclass(frozen=True)
class Mandatory:
    """A mandatory course as far as obligations go; an empty audience is everybody."""

    pk: int
    code: str
    title: str
    due_days: int
    audience: frozenset[int] = frozenset()

    def is_for(self, position_id: int) -> bool:
        return not self.audience or position_id in self.audience


@dataclass(frozen=True)
class Obligation:
    """One person's obligation to one course, as it stands on a day.

    `due_on` is the last day to be in time: of the first completion counted from the hiring, of a repeat the last
    valid day of the one before. `is_planned` says that the person holds or waits for a seat, or has begun.
    """

    course: Mandatory
    due_on: date
    completed_on: date | None = None
    valid_until: date | None = None
    is_planned: bool = False
    is_paused: bool = False

    def is_done(self, today: date) -> bool:
        return self.completed_on is not None and (self.valid_until is None or self.valid_until >= today)

    def state(self, today: date, soon: date) -> ObligationState:
        """`soon` is the day until which an end of validity counts as near."""
        if self.completed_on and (self.valid_until is None or self.valid_until > soon):
            return ObligationState.DONE
        if self.is_paused:
            return ObligationState.PAUSED
        if self.is_done(today):
            return ObligationState.PLANNED if self.is_planned else ObligationState.EXPIRES
        if self.due_on < today:
            return ObligationState.OVERDUE
        return ObligationState.PLANNED if self.is_planned else ObligationState.DUE


@dataclass(frozen=True)
class ShownObligation:
    """An obligation with its state in words."""

    obligation: Obligation
    state: ObligationState
    # Done and valid today, also when it expires soon.
    is_done: bool

    @property
    def tone(self) -> str:
        return TONES[self.state]


def shown_obligations(obligations: Iterable[Obligation], today: date, soon: date) -> list[ShownObligation]:
    """What presses most stands first."""
    found = [ShownObligation(one, one.state(today, soon), one.is_done(today)) for one in obligations]
    return sorted(
        found, key=lambda one: (URGENCY[one.state], one.obligation.due_on, one.obligation.course.title)
    )


def mandatory_courses() -> list[Mandatory]:
    """The mandatory courses of the catalogue; one query."""
    positions = ArrayAgg("audience", filter=Q(audience__isnull=False), default=Value([]))
    rows = Course.objects.offered().filter(is_mandatory=True).order_by("code").annotate(positions=positions)
    return [
        Mandatory(pk, code, title, due_days or 0, frozenset(positions))
        for pk, code, title, due_days, positions in rows.values_list(
            "pk", "code", "title", "due_days", "positions"
        )
    ]


def obligations_of(
    jobs: Collection[Employment], planned: Mapping[tuple[int, int], object] | Collection[tuple[int, int]] = ()
) -> dict[int, list[Obligation]]:
    """The obligations of the people of these main employments, by the person's key; two queries.

    `planned` holds pairs of the keys of a person and a course: whose app stands to the right knows them.
    """
    courses = mandatory_courses()
    latest = latest_completions({job.employee_id for job in jobs}, {course.pk for course in courses})
    found: dict[int, list[Obligation]] = defaultdict(list)
    for job in jobs:
        for course in courses:
            if not course.is_for(job.position_id):
                continue
            completed_on, valid_until = latest.get((job.employee_id, course.pk), (None, None))
            found[job.employee_id].append(
                Obligation(
                    course,
                    due_on=valid_until or job.started_on + timedelta(days=course.due_days),
                    completed_on=completed_on,
                    valid_until=valid_until,
                    is_planned=(job.employee_id, course.pk) in planned,
                    is_paused=job.leave == Employment.Leave.PARENTAL,
                )
            )
    return found


def latest_completions(
    people: Collection[int], courses: Collection[int]
) -> dict[tuple[int, int], tuple[date, date | None]]:
    """When each of the people last completed each of the courses, and until when it holds; one query."""
    rows = (
        Completion.objects.filter(trainee__in=people, course__in=courses)
        .order_by("trainee", "course", "-completed_on")
        .distinct("trainee", "course")
        .values_list("trainee", "course", "completed_on", "valid_until")
    )
    return {(trainee, course): (completed_on, until) for trainee, course, completed_on, until in rows}
