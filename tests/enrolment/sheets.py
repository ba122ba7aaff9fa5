"""What tests of the trainer's pages share: sessions with people, rows as a page sends them."""

from datetime import timedelta

from django.urls import reverse

from enrolment.models import AttendanceMark, Enrolment, Seat
from people.models import Employee, Employment
from scheduling.models import Booking, Meeting
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    OfficeFactory,
    PositionFactory,
    SessionFactory,
    moscow,
)

PAGES = ("people", "sheet", "print_sheet", "print_order", "close_sheet")


def session_with(people, trainer, *, starts_at=None, waiting=0, **fields):
    """A session that began half an hour ago, with people on its seats and in its queue."""
    session = SessionFactory(starts_at=starts_at or moscow(2026, 11, 24, 10), trainer=trainer, **fields)
    add_people(session, people)
    for _number in range(waiting):
        seat(session, Seat.WAITING)
    return session


def add_people(session, number):
    """So many people on seats, in a few statements."""
    office, position = OfficeFactory(), PositionFactory()
    people = Employee.objects.bulk_create(EmployeeFactory.build_batch(number))
    Employment.objects.bulk_create(
        EmploymentFactory.build(employee=person, office=office, position=position) for person in people
    )
    Enrolment.objects.bulk_create(
        Enrolment(trainee=person, session=session, course=session.course, seat=Seat.HELD) for person in people
    )
    Booking.objects.bulk_create(
        Booking(meeting=meeting, person=person, role="attends", period=(meeting.starts_at, meeting.ends_at))
        for meeting in session.meetings.all()
        for person in people
    )


def seat(session, state):
    person = EmploymentFactory().employee
    return Enrolment.objects.create(trainee=person, session=session, course=session.course, seat=state)


def url(name, session, meeting=None):
    address = reverse(f"enrolment:{name}", args=[session.pk])
    return f"{address}?meeting={meeting.pk}" if meeting else address


def row(enrolment, mark="", minutes="", seen="", **more):
    """A person's fields as the sheet sends them."""
    fields = {"mark": mark, "minutes": minutes, "seen": seen, **more}
    return {f"p{enrolment.pk}-{name}": value for name, value in fields.items()}


def marks(session):
    rows = AttendanceMark.objects.filter(meeting__session=session).order_by("enrolment_id")
    return list(rows.values_list("enrolment_id", "mark", "minutes"))


def text(response):
    return " ".join(response.content.decode().split())


def tap(page, session, fields):
    return page.post(url("sheet", session), fields, headers={"accept": "application/json"})


def add_meeting(session, days=1):
    """A second meeting, so many days later, in the same room with the same trainer."""
    first = session.meetings.earliest("starts_at")
    times = {
        "starts_at": first.starts_at + timedelta(days=days),
        "ends_at": first.ends_at + timedelta(days=days),
    }
    meeting = Meeting.objects.create(session=session, **times)
    for booking in first.bookings.all():
        Booking.objects.create(
            meeting=meeting,
            room=booking.room,
            person=booking.person,
            role=booking.role,
            period=(meeting.starts_at, meeting.ends_at),
        )
    session.ends_at = meeting.ends_at
    session.save()
    return meeting


def people_of(session):
    return list(session.enrolments.order_by("pk"))


def exam(**fields):
    return CourseFactory(result_kind="EXAM", passing_score=70, **fields)
