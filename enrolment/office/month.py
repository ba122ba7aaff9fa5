"""A month of an office as its head sees it: who is away for training when, and who asks to be (rule 16)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from centre.models import Policy
from enrolment.models import Approval, Enrolment
from enrolment.office.shifts import away_most
from people.models import Employee, Employment, Office
from scheduling.loading import midnight
from scheduling.models import Booking, Meeting, Session


@dataclass(frozen=True)
class Training:
    """Somebody's training on a day; `is_asked`: they ask for it, and nobody has decided yet."""

    person: Employee
    session: Session
    works: bool
    is_asked: bool = False


@dataclass(frozen=True)
class OfficeDay:
    """A day of the office on which somebody is away, or asks to be."""

    on: date
    at_work: int
    away_most: int
    training: tuple[Training, ...]

    @property
    def away(self) -> int:
        """How many of the shift are away; who asks is not counted."""
        return len({one.person.pk for one in self.training if one.works and not one.is_asked})

    @property
    def is_full(self) -> bool:
        return self.away >= self.away_most

    @property
    def is_over(self) -> bool:
        return self.away > self.away_most


def office_month(office: Office, first: date, last: date, *, policy: Policy) -> list[OfficeDay]:
    """The days from `first` to `last` on which somebody of the office has training; three statements."""
    jobs = {
        job.employee_id: job
        for job in Employment.objects.current()
        .filter(office=office, is_main=True)
        .select_related("employee")
        .order_by("employee__name_key")
    }
    by_day: dict[date, dict[tuple[int, int], Training]] = {}
    for person, meeting, is_asked in (*booked(jobs, first, last), *asked(jobs, first, last)):
        on = timezone.localdate(meeting.starts_at)
        job = jobs[person]
        works = not job.leave and job.works_on(on)
        one = Training(job.employee, meeting.session, works=works, is_asked=is_asked)
        by_day.setdefault(on, {}).setdefault((person, meeting.session_id), one)
    places = {person: place for place, person in enumerate(jobs)}  # by name
    found = []
    for on, training in sorted(by_day.items()):
        at_work = sum(not job.leave and job.works_on(on) for job in jobs.values())
        people = sorted(training.values(), key=lambda one: (one.is_asked, places[one.person.pk]))
        found.append(OfficeDay(on, at_work, away_most(at_work, policy.away_percent), tuple(people)))
    return found


def booked(jobs: dict[int, Employment], first: date, last: date) -> Iterator[tuple[int, Meeting, bool]]:
    bookings = (
        Booking.objects.attending()
        .filter(person__in=jobs, meeting__starts_at__gte=midnight(first))
        .filter(meeting__starts_at__lt=midnight(last + timedelta(days=1)))
        .select_related("meeting__session__course")
    )
    for booking in bookings:
        if booking.person_id is not None:
            yield booking.person_id, booking.meeting, False


def asked(jobs: dict[int, Employment], first: date, last: date) -> Iterator[tuple[int, Meeting, bool]]:
    """What people of the office ask for: a request books nothing yet."""
    requests = Enrolment.objects.live().filter(approval=Approval.ASKED, trainee__in=jobs)
    who: dict[int, list[int]] = {}
    for session, person in requests.values_list("session", "trainee"):
        if session is not None:
            who.setdefault(session, []).append(person)
    meetings = Meeting.objects.filter(
        session__in=who,
        starts_at__gte=midnight(first),
        starts_at__lt=midnight(last + timedelta(days=1)),
    ).select_related("session__course")
    for meeting in meetings:
        for person in who[meeting.session_id]:
            yield person, meeting, True
