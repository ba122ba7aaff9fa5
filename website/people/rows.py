"""People as lists show them: with the main job, the offices they lead, and what they owe."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from centre.models import Policy
from enrolment.models import Enrolment
from enrolment.nominating.actions import people_to_send
from enrolment.nominating.coming import OWING
from people.models import Employee, Employment, Office
from records.obligations import ObligationState, ShownObligation, obligations_of, shown_obligations
from records.readiness import Readiness, readiness_of


@dataclass(frozen=True)
class PersonRow:
    """A person with the job in force, the main one first, and the offices of which they are head or deputy."""

    person: Employee
    job: Employment | None
    leads: list[Office] = field(default_factory=list)


@dataclass(frozen=True)
class OfficeRow:
    """An office with the number of people whose main job is there, and how ready they are."""

    office: Office
    people: int
    readiness: Readiness


@dataclass(frozen=True)
class TeamRow:
    """A person of an office and the mandatory courses they owe, what presses most first."""

    person: Employee
    job: Employment
    obligations: list[ShownObligation]
    # Whether the reader may send the person to a session (rule 17).
    can_be_sent: bool = False

    def in_state(self, *states: ObligationState) -> list[ShownObligation]:
        return [one for one in self.obligations if one.state in states]

    def owes(self, *, state: str = "", course: str = "") -> bool:
        """Whether the person has an obligation in this state, to this course."""
        return any(
            (not state or one.state == state) and (not course or one.obligation.course.code == course)
            for one in self.obligations
        )

    @property
    def owed(self) -> int:
        return len(self.obligations)

    @property
    def wants_a_date(self) -> bool:
        """The reader may send the person, who owes something and is enrolled in no date of it."""
        return self.can_be_sent and any(not one.obligation.is_planned for one in self.in_state(*OWING))

    @property
    def done(self) -> int:
        return sum(one.is_done for one in self.obligations)

    @property
    def overdue(self) -> list[ShownObligation]:
        return self.in_state(ObligationState.OVERDUE)

    @property
    def expiring(self) -> list[ShownObligation]:
        return self.in_state(ObligationState.EXPIRES)

    @property
    def planned(self) -> list[ShownObligation]:
        return [
            one for one in self.obligations if one.obligation.is_planned and one.state != ObligationState.DONE
        ]


def person_rows(people: Sequence[Employee]) -> list[PersonRow]:
    """The rows of a page, in the given order; two queries."""
    keys = [person.pk for person in people]
    jobs: dict[int, Employment] = {}
    in_force = Employment.objects.current().filter(employee__in=keys).select_related("office", "position")
    for job in in_force.order_by("is_main", "-started_on"):
        jobs[job.employee_id] = job  # the main one is the last
    leads: dict[int, list[Office]] = defaultdict(list)
    for office in Office.objects.filter(Q(head__in=keys) | Q(deputy__in=keys)):
        for leader in {office.head_id, office.deputy_id}:
            if leader:
                leads[leader].append(office)
    return [PersonRow(person, jobs.get(person.pk), leads[person.pk]) for person in people]


def office_rows(offices: Sequence[Office]) -> list[OfficeRow]:
    """The rows of a page, in the given order; four queries."""
    keys = [office.pk for office in offices]
    main_jobs = Employment.objects.current().filter(is_main=True, office__in=keys)
    people = dict(main_jobs.order_by().values_list("office").annotate(Count("pk")))
    ready = readiness_of(keys, timezone.localdate())
    return [OfficeRow(office, people.get(office.pk, 0), ready[office.pk]) for office in offices]


def team_rows(jobs: Sequence[Employment], *, sent_by: Employee | None = None) -> list[TeamRow]:
    """The rows of these main jobs, in the given order; four queries, and one for whom the reader may send."""
    sendable = set(people_to_send(sent_by).values_list("pk", flat=True)) if sent_by else set()
    today, soon = timezone.localdate(), day_soon()
    obligations = obligations_of(jobs, planned_courses([job.employee_id for job in jobs]))
    return [
        TeamRow(
            job.employee,
            job,
            shown_obligations(obligations.get(job.employee_id, ()), today, soon),
            job.employee_id in sendable,
        )
        for job in jobs
    ]


def planned_courses(people: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of a person and a course for which they hold a seat, wait, or have begun; one query."""
    live = Enrolment.objects.live().filter(trainee__in=people, course__is_mandatory=True)
    return set(live.order_by().values_list("trainee", "course"))


def day_soon() -> date:
    """Until when an end of validity counts as near, by the policy in force."""
    return timezone.localdate() + timedelta(days=Policy.objects.current().expiring_within_days)
