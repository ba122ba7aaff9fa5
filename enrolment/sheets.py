"""What the pages of trainers read: sessions they may see, the people on a sheet, a week of meetings.

Each costs the same number of queries, however many people or meetings there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from centre.models import Policy
from enrolment.attendance import Standing, sheet_opens_at
from enrolment.models import AttendanceMark, Enrolment, Seat
from people.models import Employee, add_work
from scheduling.models import Booking, Meeting, Room, Session, SessionQuerySet

NOT_CLOSED = (Session.Status.OPEN, Session.Status.CONFIRMED)


def taught_by(person: Employee) -> SessionQuerySet:
    """Sessions that take place and in which the person teaches."""
    taught = Booking.objects.teaching().filter(person=person).values("meeting__session")
    return Session.objects.takes_place().filter(pk__in=taught)


def sessions_for(person: Employee, permission: str) -> SessionQuerySet:
    """Sessions whose people or sheet the person may see: their own, or all for planners and with the permission."""
    if person.has_perm("scheduling.plan_session") or person.has_perm(permission):
        return Session.objects.takes_place()
    return taught_by(person)


def with_work(enrolments: QuerySet[Enrolment]) -> list[Enrolment]:
    """The enrolments with their trainees, each of whom knows their main employment; two queries."""
    rows = list(enrolments.select_related("trainee"))
    add_work(row.trainee for row in rows)
    return rows


def by_name(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return enrolments.order_by("trainee__name_key", "pk")


@dataclass(slots=True)
class SheetRow:
    """A person on the sheet of one meeting."""

    enrolment: Enrolment
    mark: AttendanceMark | None

    @property
    def standing(self) -> Standing:
        return Standing.of(self.mark)


def sheet_rows(session: Session, meeting: Meeting) -> list[SheetRow]:
    """Everybody who holds a seat, by name, with the mark of this meeting."""
    marks = {mark.enrolment_id: mark for mark in meeting.marks.select_related("marked_by")}
    enrolments = with_work(by_name(session.enrolments.seated()))
    return [SheetRow(enrolment, marks.get(enrolment.pk)) for enrolment in enrolments]


@dataclass(slots=True)
class PersonOfSheet:
    """A person with what stands for each meeting, in their order."""

    enrolment: Enrolment
    standings: list[tuple[Meeting, Standing]]


def whole_sheet(session: Session, meetings: Sequence[Meeting]) -> list[PersonOfSheet]:
    """Everybody who holds a seat, by name, with the marks of every meeting."""
    marks = {
        (mark.enrolment_id, mark.meeting_id): mark
        for mark in AttendanceMark.objects.filter(meeting__in=meetings)
    }
    return [
        PersonOfSheet(
            enrolment,
            [(meeting, Standing.of(marks.get((enrolment.pk, meeting.pk)))) for meeting in meetings],
        )
        for enrolment in with_work(by_name(session.enrolments.seated()))
    ]


def trainers_of(session: Session) -> list[Employee]:
    taught = Booking.objects.teaching().filter(meeting__session=session).values("person")
    return list(Employee.objects.filter(pk__in=taught))


def rooms_of(session: Session) -> list[Room]:
    booked = Booking.objects.of_rooms().filter(meeting__session=session).values("room")
    return list(Room.objects.filter(pk__in=booked).select_related("site"))


@dataclass(slots=True)
class Lesson:
    """A meeting as a trainer's timetable shows it."""

    meeting: Meeting
    room: Room | None
    people: int
    opens_at: datetime

    @property
    def is_past(self) -> bool:
        return self.meeting.ends_at <= timezone.now()

    @property
    def is_sheet_open(self) -> bool:
        return self.opens_at <= timezone.now() and self.meeting.session.status != Session.Status.DRAFT

    @property
    def needs_closing(self) -> bool:
        session = self.meeting.session
        return session.is_over and session.status in NOT_CLOSED


@dataclass(slots=True)
class Day:
    on: date
    lessons: list[Lesson]


def week_of_lessons(person: Employee, monday: date, *, drafts: bool) -> list[Day]:
    """The days of the week on which the person teaches; drafts are for planners (rule 1)."""
    statuses = [*NOT_CLOSED, Session.Status.CLOSED, *([Session.Status.DRAFT] if drafts else [])]
    meetings = (
        Meeting.objects.filter(
            bookings__person=person,
            bookings__role=Booking.Role.TEACHES,
            starts_at__gte=midnight(monday),
            starts_at__lt=midnight(monday + timedelta(days=7)),
            session__status__in=statuses,
        )
        .select_related("session__course")
        .prefetch_related(
            Prefetch(
                "bookings", Booking.objects.of_rooms().select_related("room__site"), to_attr="room_bookings"
            )
        )
        .order_by("starts_at", "pk")
    )
    found = list(meetings)
    people = dict(
        Session.objects.filter(pk__in=[meeting.session_id for meeting in found])
        .annotate(people=Count("enrolments", filter=Q(enrolments__seat=Seat.HELD)))
        .values_list("pk", "people")
    )
    policy = Policy.objects.current()
    lessons = [
        Lesson(
            meeting,
            next((booking.room for booking in meeting.room_bookings), None),
            people.get(meeting.session_id, 0),
            sheet_opens_at(meeting, policy),
        )
        for meeting in found
    ]
    return [
        Day(on, list(of_the_day))
        for on, of_the_day in groupby(lessons, key=lambda lesson: local_date(lesson.meeting.starts_at))
    ]


def next_lesson_at(person: Employee) -> datetime | None:
    """When the person teaches next."""
    ahead = Meeting.objects.filter(
        bookings__person=person,
        bookings__role=Booking.Role.TEACHES,
        starts_at__gt=timezone.now(),
        session__status__in=NOT_CLOSED,
    )
    return ahead.order_by("starts_at").values_list("starts_at", flat=True).first()


def sheets_to_close(person: Employee) -> QuerySet[Session]:
    """The person's sessions that are over and whose sheet is still open, the oldest first."""
    over = taught_by(person).filter(status__in=NOT_CLOSED, ends_at__lte=timezone.now())
    return over.select_related("course").order_by("ends_at", "pk")


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def local_date(at: datetime) -> date:
    return timezone.localtime(at).date()
