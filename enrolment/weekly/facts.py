"""What heads are told of their week, loaded for any number of them by the same number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from centre.models import Policy
from enrolment.approvals.deciders import asked, awaiting, leaders_there, told_about
from enrolment.approvals.links import with_lines
from enrolment.models import AttendanceMark, Enrolment, Mark
from people.models import Employee, Employment, Office
from records.obligations import ObligationState, obligations_of
from scheduling.loading import midnight
from scheduling.models import Booking, Meeting

WEEK = timedelta(days=7)
NEAR = {ObligationState.EXPIRES, ObligationState.DUE}


@dataclass(frozen=True)
class Owed:
    person: Employee
    title: str
    due_on: date


@dataclass(frozen=True)
class Sitting:
    """Somebody's meeting: ahead, or one to which they came late or not at all."""

    person: Employee
    meeting: Meeting


@dataclass
class Week:
    """The week of one reader's offices, without what is about the reader."""

    offices: list[Office] = field(default_factory=list)
    waiting: list[Enrolment] = field(default_factory=list)
    overdue: list[Owed] = field(default_factory=list)
    soon: list[Owed] = field(default_factory=list)
    away: list[Sitting] = field(default_factory=list)
    missed: list[Sitting] = field(default_factory=list)
    late: list[Sitting] = field(default_factory=list)

    @property
    def has_news(self) -> bool:
        return any([self.waiting, self.overdue, self.soon, self.away, self.missed, self.late])


def weeks_of(now: datetime, reader: Employee | None = None) -> dict[int, Week]:
    """The week of `now` by the key of who leads an office at this moment (of this reader alone) and has news.

    The head, or the deputy while the head is away: as with requests. Sixteen statements at most.
    """
    today = timezone.localdate(now)
    leader_of, weeks = led(today, reader)
    jobs = list(
        Employment.objects.current(today)
        .filter(is_main=True, office__in=leader_of)
        .select_related("employee")
        .order_by("employee__name_key", "pk")
    )
    of = {job.employee_id: weeks[leader_of[job.office_id]] for job in jobs}
    people = {job.employee_id: job.employee for job in jobs if leader_of[job.office_id] != job.employee_id}
    requests = with_lines(awaiting(reader, now) if reader else asked(now))
    told = told_about(requests.order_by("session__starts_at", "pk"), today)
    for leader, week in weeks.items():
        week.waiting = told.get(leader, [])
    add_owed(jobs, people, of, today)
    monday = today - timedelta(days=today.weekday())
    for sitting in ahead(people, midnight(today), midnight(monday + WEEK)):
        of[sitting.person.pk].away.append(sitting)
    for mark, sitting in marked(people, midnight(monday - WEEK), midnight(monday)):
        week = of[sitting.person.pk]
        (week.missed if mark == Mark.ABSENT else week.late).append(sitting)
    return {leader: week for leader, week in weeks.items() if week.has_news}


def led(today: date, reader: Employee | None) -> tuple[dict[int, int], dict[int, Week]]:
    """By office who is told of it, and the empty weeks of these people."""
    found = Office.objects.led_by(reader) if reader else Office.objects.all()
    offices = list(found.order_by("name", "pk"))
    there = leaders_there(offices, today)
    leader_of: dict[int, int] = {}
    weeks: dict[int, Week] = defaultdict(Week)
    for office in offices:
        leader = next(iter(there[office.pk]), None)
        if leader is not None and (reader is None or leader == reader.pk):
            leader_of[office.pk] = leader
            weeks[leader].offices.append(office)
    return leader_of, weeks


def add_owed(jobs: Iterable[Employment], people: Collection[int], of: dict[int, Week], today: date) -> None:
    """Mandatory courses that are overdue, or are due soon and not planned yet."""
    soon = today + timedelta(days=Policy.objects.current().due_soon_days)
    paused = {job.pk for job in jobs if job.leave == Employment.Leave.PARENTAL}
    owing = [job for job in jobs if job.employee_id in people and job.pk not in paused]
    by_person = {job.employee_id: job.employee for job in owing}
    planned = Enrolment.objects.live().filter(trainee__in=by_person, course__is_mandatory=True).order_by()
    obligations = obligations_of(owing, set(planned.values_list("trainee", "course")))
    for key, theirs in obligations.items():
        for one in theirs:
            state = one.state(today, soon)
            owed = Owed(by_person[key], one.course.title, one.due_on)
            if state == ObligationState.OVERDUE:
                of[key].overdue.append(owed)
            elif state in NEAR and one.due_on <= soon:
                of[key].soon.append(owed)


def ahead(people: dict[int, Employee], since: datetime, until: datetime) -> Iterable[Sitting]:
    """The training that the people have in the time, by its beginning."""
    bookings = (
        Booking.objects.attending()
        .filter(person__in=people, meeting__starts_at__gte=since, meeting__starts_at__lt=until)
        .select_related("meeting__session__course")
        .order_by("meeting__starts_at", "person__name_key", "pk")
    )
    for booking in bookings:
        if booking.person_id is not None:
            yield Sitting(people[booking.person_id], booking.meeting)


def marked(people: dict[int, Employee], since: datetime, until: datetime) -> Iterable[tuple[str, Sitting]]:
    """Who was late or absent in the time; who was excused is nobody's fault, and why is told to nobody."""
    marks = (
        AttendanceMark.objects.filter(mark__in=[Mark.ABSENT, Mark.LATE], enrolment__trainee__in=people)
        .filter(meeting__starts_at__gte=since, meeting__starts_at__lt=until)
        .select_related("enrolment", "meeting__session__course")
        .order_by("meeting__starts_at", "enrolment__trainee__name_key", "pk")
    )
    for mark in marks:
        yield mark.mark, Sitting(people[mark.enrolment.trainee_id], mark.meeting)
