"""What the page of decisions shows: requests, each with whom else the office misses on its days."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from centre.models import Policy
from enrolment.approvals.deciders import awaiting
from enrolment.approvals.notices import UNDO_MINUTES
from enrolment.approvals.words import DECISIONS
from enrolment.conditions import DayAtOffice
from enrolment.models import Approval, Ending, Enrolment, EnrolmentEntry, EnrolmentQuerySet
from enrolment.office.shifts import Away as Missed
from enrolment.office.shifts import Colleagues, Pattern, days_at_office
from people.models import Employee, Employment, add_work
from scheduling.models import Booking, Meeting

SHOWN = 50


@dataclass(frozen=True)
class Away:
    """A day of the session, who else of the trainee's office has training on it, and its shift (rule 16)."""

    on: date
    people: tuple[Employee, ...]
    shift: DayAtOffice


@dataclass(frozen=True)
class Request:
    enrolment: Enrolment
    meetings: tuple[Meeting, ...]
    away: tuple[Away, ...]

    @property
    def is_escalated(self) -> bool:
        return self.enrolment.escalated_at is not None

    @property
    def as_read(self) -> str:
        """The request as a form names it, with the session and the version that are shown (`forms.RequestsField`)."""
        session = self.enrolment.session
        return f"{self.enrolment.pk}.{session.pk}.{session.version}" if session else str(self.enrolment.pk)


@dataclass(frozen=True)
class Requests:
    """What waits for one reader, the nearest session first: the first fifty of so many."""

    rows: Sequence[Request]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Decided:
    """A decision of the last minutes, which its author may take back."""

    enrolment: Enrolment
    is_granted: bool


def requests_of(reader: Employee) -> Requests:
    """What the reader decides about; in seven statements for any number of requests."""
    return requests_in(awaiting(reader))


def requests_in(found: EnrolmentQuerySet) -> Requests:
    found = found.select_related("trainee", "session__course")
    count = found.count()
    enrolments = list(found.order_by("session__starts_at", "requested_at", "pk")[:SHOWN]) if count else []
    add_work(one.trainee for one in enrolments)
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    sessions = {one.session_id for one in enrolments}
    for meeting in Meeting.objects.filter(session__in=sessions).order_by("starts_at"):
        meetings[meeting.session_id].append(meeting)
    offices = offices_of(enrolments, [one for several in meetings.values() for one in several])
    percent = Policy.objects.current().away_percent if enrolments else 0
    return Requests(
        [
            Request(
                one, tuple(own := meetings[one.session_id or 0]), tuple(away_for(one, own, offices, percent))
            )
            for one in enrolments
        ],
        count,
    )


@dataclass(frozen=True)
class Offices:
    """The people of the requests' offices by key, and by office and day who of them has a seat in training."""

    jobs: dict[int, Employment]
    away: dict[tuple[int, date], list[Employee]]


def away_for(
    enrolment: Enrolment, meetings: Iterable[Meeting], offices: Offices, percent: int
) -> Iterable[Away]:
    job = enrolment.trainee.main_employment
    if job is None:
        return
    colleagues = [
        Colleagues(Pattern.of(one), 1)
        for one in offices.jobs.values()
        if one.office_id == job.office_id and not one.leave
    ]
    for day in sorted({local_day(meeting.starts_at) for meeting in meetings}):
        others = [one for one in offices.away.get((job.office_id, day), []) if one.pk != enrolment.trainee_id]
        missed = [
            Missed(one.pk, day, Pattern.of(offices.jobs[one.pk]))
            for one in others
            if not offices.jobs[one.pk].leave
        ]
        [shift] = days_at_office(Pattern.of(job), colleagues, missed, [day], percent=percent)
        yield Away(day, tuple(others), shift)


def offices_of(enrolments: Iterable[Enrolment], meetings: Sequence[Meeting]) -> Offices:
    """Two statements for any number of requests."""
    asking = [job for one in enrolments if (job := one.trainee.main_employment)]
    found: dict[tuple[int, date], list[Employee]] = defaultdict(list)
    if not asking or not meetings:
        return Offices({}, found)
    offices = {job.office_id for job in asking}
    working = Employment.objects.current().filter(is_main=True, office__in=offices)
    jobs = {job.employee_id: job for job in working}
    days = {local_day(meeting.starts_at) for meeting in meetings}
    first = min(meeting.starts_at for meeting in meetings) - timedelta(days=1)
    last = max(meeting.starts_at for meeting in meetings) + timedelta(days=1)
    bookings = (
        Booking.objects.attending()
        .filter(meeting__starts_at__range=(first, last))
        .filter(Exists(working.filter(employee=OuterRef("person")).order_by()))
        .select_related("person", "meeting")
        .order_by("person__name_key", "pk")
    )
    for booking in bookings:
        person, day = booking.person, local_day(booking.meeting.starts_at)
        if person is not None and day in days:
            people = found[jobs[person.pk].office_id, day]
            if person not in people:
                people.append(person)
    return Offices(jobs, found)


def local_day(moment: datetime) -> date:
    return timezone.localdate(moment)


def decided_lately(reader: Employee) -> list[Decided]:
    """The reader's own decisions that can still be taken back, the last first; one statement."""
    since = timezone.now() - timedelta(minutes=UNDO_MINUTES)
    latest = EnrolmentEntry.objects.filter(kind__in=DECISIONS, by=reader, at__gt=since)
    found = Enrolment.objects.filter(
        Exists(latest.filter(enrolment=OuterRef("pk"))), approval__in=[Approval.GRANTED, Approval.REFUSED]
    )
    kept = found.filter(
        ended_because__in=[Ending.LIVE, Ending.REFUSED], session__starts_at__gt=timezone.now()
    )
    return [
        Decided(one, one.approval == Approval.GRANTED)
        for one in kept.select_related("trainee", "session__course").order_by("-pk")
    ]
