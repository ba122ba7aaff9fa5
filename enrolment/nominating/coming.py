"""The coming sessions as a head looks at them before sending somebody."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import cast

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef
from django.utils import timezone

from enrolment.annotations import count_of, seat_facts
from enrolment.models import SEATS_TAKEN, Enrolment, Seat
from enrolment.nominating.actions import people_to_send
from people.models import Employee, EmployeeQuerySet
from records.obligations import Mandatory, ObligationState, obligations_of
from records.readiness import owing_jobs
from scheduling.models import Session

ON_A_PAGE = 50
OWING = {ObligationState.OVERDUE, ObligationState.EXPIRES, ObligationState.DUE}


@dataclass(frozen=True)
class Coming:
    """A session, how many of the own people are in it or wait, how many need it, and its free seats."""

    session: Session
    own: int
    owing: int
    free: int
    waiting: int


def coming_sessions(
    head: Employee, courses: Collection[int] | None = None, *, page: str | None = None
) -> Page[Coming]:
    """The nearest first, fifty a page, of these courses alone if any are named; seven statements."""
    now = timezone.now()
    people = people_to_send(head)
    own = Enrolment.objects.live().filter(
        session=OuterRef("pk"), trainee__in=people, seat__in=[*SEATS_TAKEN, Seat.WAITING]
    )
    sessions = (
        Session.objects.with_course()
        .upcoming(now)
        .annotate(
            **seat_facts(now, of_trainee=False),
            own=count_of(own.order_by().values("session").annotate(n=Count("*")).values("n")),
        )
        .order_by("starts_at", "pk")
    )
    if courses is not None:
        sessions = sessions.filter(course__in=courses)
    need = needs_of(head)
    shown: Page[Session] = Paginator(sessions, ON_A_PAGE).get_page(page)
    rows = [
        Coming(
            session,
            own=vars(session)["own"],
            owing=need.get(session.course_id, 0),
            free=max(0, session.seats - vars(session)["seats_taken"] - vars(session)["reserved"]),
            waiting=vars(session)["waiting"],
        )
        for session in shown
    ]
    return Page(rows, shown.number, cast("Paginator[Coming]", shown.paginator))


def needs_of(head: Employee) -> dict[int, int]:
    """By course how many of the people owe it and are enrolled in no session of it."""
    return Counter(course.pk for course in owed_by(people_to_send(head)))


def owed_by(people: EmployeeQuerySet) -> Iterator[Mandatory]:
    """The courses that each of the people owes without being enrolled in a date; four statements."""
    jobs = list(owing_jobs().filter(employee__in=people))
    planned = set(
        Enrolment.objects.live().filter(trainee__in=people).order_by().values_list("trainee", "course")
    )
    today = timezone.localdate()
    for obligations in obligations_of(jobs, planned).values():
        yield from (
            one.course for one in obligations if one.state(today, today) in OWING and not one.is_planned
        )
