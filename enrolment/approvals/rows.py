"""What the page of decisions shows: requests, each with whom else the office misses on its days."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from enrolment.approvals.actions import DECISIONS
from enrolment.approvals.deciders import awaiting
from enrolment.approvals.notices import UNDO_MINUTES
from enrolment.models import Approval, Ending, Enrolment, EnrolmentEntry
from people.models import Employee, Employment, add_work
from scheduling.models import Booking, Meeting

SHOWN = 50


@dataclass(frozen=True)
class Away:
    """A day of the session, and who else of the trainee's office has training on it."""

    on: date
    people: tuple[Employee, ...]


@dataclass(frozen=True)
class Request:
    enrolment: Enrolment
    meetings: tuple[Meeting, ...]
    away: tuple[Away, ...]

    @property
    def is_escalated(self) -> bool:
        return self.enrolment.escalated_at is not None


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
    """In six statements for any number of requests."""
    found = awaiting(reader).select_related("trainee", "session__course")
    count = found.count()
    enrolments = list(found.order_by("session__starts_at", "requested_at", "pk")[:SHOWN]) if count else []
    add_work(one.trainee for one in enrolments)
    meetings: dict[int, list[Meeting]] = defaultdict(list)
    sessions = {one.session_id for one in enrolments}
    for meeting in Meeting.objects.filter(session__in=sessions).order_by("starts_at"):
        meetings[meeting.session_id].append(meeting)
    away = away_by_day(enrolments, [one for several in meetings.values() for one in several])
    return Requests(
        [
            Request(one, tuple(own := meetings[one.session_id or 0]), tuple(away_for(one, own, away)))
            for one in enrolments
        ],
        count,
    )


def away_for(
    enrolment: Enrolment, meetings: Iterable[Meeting], away: dict[tuple[int, date], list[Employee]]
) -> Iterable[Away]:
    job = enrolment.trainee.main_employment
    if job is None:
        return
    for day in sorted({local_day(meeting.starts_at) for meeting in meetings}):
        others = away.get((job.office_id, day), [])
        yield Away(day, tuple(one for one in others if one.pk != enrolment.trainee_id))


def away_by_day(
    enrolments: Iterable[Enrolment], meetings: Sequence[Meeting]
) -> dict[tuple[int, date], list[Employee]]:
    """By office and day who of its people has a seat in training; two statements."""
    jobs = [job for one in enrolments if (job := one.trainee.main_employment)]
    found: dict[tuple[int, date], list[Employee]] = defaultdict(list)
    if not jobs or not meetings:
        return found
    offices = {job.office_id for job in jobs}
    working = Employment.objects.current().filter(is_main=True, office__in=offices)
    office_of = dict(working.values_list("employee", "office"))
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
            people = found[office_of[person.pk], day]
            if person not in people:
                people.append(person)
    return found


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
