"""Who needs a course and could come to a session of it: invited when too few hold a seat (rule 8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.actions import action
from centre.models import Policy
from enrolment.merge_plans import bookings_around, in_the_way, meetings_of
from enrolment.models import Enrolment
from enrolment.notices import invitation_messages, invited_to
from notifications.actions import noting, plan_messages
from people.models import Employee, Employment
from records.models import Completion
from records.obligations import (
    URGENCY,
    Mandatory,
    Obligation,
    ObligationState,
    latest_completions,
    mandatory_courses,
)
from records.readiness import owing_jobs
from scheduling.actions import record_step
from scheduling.errors import SchedulingError, WrongState
from scheduling.headcounts import headcount
from scheduling.models import Session, SessionStep

OWING = (ObligationState.OVERDUE, ObligationState.EXPIRES, ObligationState.DUE)


@dataclass(frozen=True)
class Needing:
    """Somebody who owes the course, and how much it presses."""

    person_id: int
    name: str
    state: ObligationState


@dataclass(frozen=True)
class Invitable:
    """Who owes the course of a session and is neither seated nor waiting anywhere.

    `ready` may take a seat and was not invited yet. All in the same order: the most urgent first.
    """

    invited: tuple[Needing, ...] = ()
    # At work, but busy at the time.
    busy: tuple[Needing, ...] = ()
    ready: tuple[Needing, ...] = ()

    @property
    def needing(self) -> int:
        return len(self.invited) + len(self.busy) + len(self.ready)


def invitable(session: Session, *, policy: Policy) -> Invitable:
    """Seven queries at most, for any number of people."""
    course = next((one for one in mandatory_courses() if one.pk == session.course_id), None)
    if course is None:
        return Invitable()
    needing = those_who_need(course, session, policy)
    invited = invited_to(session)
    fresh = [one for one in needing if one.person_id not in invited]
    meetings = meetings_of([session.pk])[session.pk]
    travel = timedelta(minutes=policy.travel_minutes)
    bookings = bookings_around({one.person_id for one in fresh}, meetings, travel)
    ready: list[Needing] = []
    busy: list[Needing] = []
    for one in fresh:
        is_busy = in_the_way(meetings, bookings.get(one.person_id, ()), travel)
        (busy if is_busy else ready).append(one)
    asked_before = tuple(one for one in needing if one.person_id in invited)
    return Invitable(asked_before, tuple(busy), tuple(ready))


def those_who_need(course: Mandatory, session: Session, policy: Policy) -> list[Needing]:
    """At work, of the audience, with the prerequisites, without a seat or a place in a queue; the most urgent first."""
    today, on = timezone.localdate(), timezone.localdate(session.starts_at)
    soon = on + timedelta(days=policy.repeat_window_days)
    own = Completion.objects.filter(trainee=OuterRef("employee"))
    enrolled = Enrolment.objects.live().filter(trainee=OuterRef("employee"), course=course.pk)
    jobs = (
        owing_jobs().filter(leave=Employment.Leave.NONE, employee__is_active=True).exclude(Exists(enrolled))
    )
    if course.audience:
        jobs = jobs.filter(position__in=course.audience)
    for needed in session.course.prerequisites.order_by().values_list("pk", flat=True):
        jobs = jobs.filter(Exists(own.valid_on(on).filter(course=needed)))
    rows = list(jobs.exclude(Exists(own.valid_on(soon).filter(course=course.pk))).select_related("employee"))
    latest = latest_completions({job.employee_id for job in rows}, {course.pk})
    found = []
    for job in rows:
        completed_on, until = latest.get((job.employee_id, course.pk), (None, None))
        due_on = until or job.started_on + timedelta(days=course.due_days)
        state = Obligation(course, due_on, completed_on, until).state(today, soon)
        if state in OWING:
            found.append(
                (
                    URGENCY[state],
                    due_on,
                    job.employee.name_key,
                    Needing(job.employee_id, job.employee.short_name, state),
                )
            )
    return [needing for *_order, needing in sorted(found, key=lambda one: one[:3])]


@action
def invite(session: Session, count: int, *, by: Employee | None) -> list[Needing]:
    """Write to so many of those who need the course, the most urgent first; nobody twice about the same session.

    An invitation holds no seat.

    Raises:
        WrongState: the session is not open for enrolment, or no seat is free.
        SchedulingError: nobody is left to invite.
    """
    session = Session.objects.with_course().lock(session.pk)
    if not session.is_open_for_enrolment:
        raise WrongState(_("Nobody can enrol in this session any more."))
    people = headcount(session)
    if people.held + people.reserved >= session.seats:
        raise WrongState(_("All seats of the session are taken: there is nothing to invite to."))
    chosen = invitable(session, policy=Policy.objects.current()).ready[:count]
    if not chosen:
        raise SchedulingError(
            _("Nobody is left who needs the course, is free at the time and was not invited.")
        )
    step = record_step(session, SessionStep.Kind.INVITED, by, number_invited(len(chosen)))
    with noting(step.cause):
        plan_messages(invitation_messages(session, people_of(chosen)))
    return list(chosen)


def people_of(needing: Iterable[Needing]) -> list[int]:
    return [one.person_id for one in needing]


def number_invited(count: int) -> str:
    return ngettext("%(count)s person invited.", "%(count)s people invited.", count) % {"count": count}
