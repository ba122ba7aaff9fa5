"""Rows for tests, without surprises: what a test is about stands in the test."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from centre.models import Policy, Site
from courses.models import Course, Equipment, Material, Qualification
from enrolment.models import Reservation
from people.models import Employee, Employment, Office, Position
from scheduling.models import Booking, Meeting, Room, Session
from trainers.models import Trainer, TrainerQualification

MOSCOW = ZoneInfo("Europe/Moscow")
# A digit in a name is a slip, which the staff list asks about.
DIGITS_IN_LETTERS = str.maketrans("0123456789", "абвгдежзик")
PASSWORD = "correct horse battery staple"


def moscow(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


def in_days(days: int, hour: int = 10, minute: int = 0) -> datetime:
    """So many days from today, at a Moscow hour."""
    day = timezone.localdate(timezone=MOSCOW) + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), tzinfo=MOSCOW)


class PolicyFactory(DjangoModelFactory):
    class Meta:
        model = Policy

    valid_from = datetime(2020, 1, 1, tzinfo=UTC)


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    code = factory.Sequence(lambda n: f"SITE-{n}")
    name = factory.Sequence(lambda n: f"Площадка {n}")


class OfficeFactory(DjangoModelFactory):
    class Meta:
        model = Office

    code = factory.Sequence(lambda n: f"D-{n}")
    kind = Office.Kind.DISTRICT
    name = factory.Sequence(lambda n: f"Центр госуслуг района {n}")


class PositionFactory(DjangoModelFactory):
    class Meta:
        model = Position

    code = factory.Sequence(lambda n: f"POSITION_{n}")
    title = factory.Sequence(lambda n: f"Должность {n}")
    group = Position.Group.WINDOW


class EmployeeFactory(DjangoModelFactory):
    """An employee who may sign in with PASSWORD, without an employment."""

    class Meta:
        model = Employee
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"{n:08d}")
    last_name = factory.Sequence(lambda n: f"Иванова{n}".translate(DIGITS_IN_LETTERS))
    first_name = "Мария"
    middle_name = "Олеговна"
    email = factory.Sequence(lambda n: f"employee{n}@mfc.example")


class EmploymentFactory(DjangoModelFactory):
    class Meta:
        model = Employment

    employee = factory.SubFactory(EmployeeFactory)
    personnel_number = factory.Sequence(lambda n: f"9{n:07d}")
    office = factory.SubFactory(OfficeFactory)
    position = factory.SubFactory(PositionFactory)
    started_on = date(2024, 1, 15)


class ShiftFactory(EmploymentFactory):
    """A job of two days on and two off, at work on an ordinary session's day and the next one, whatever today is."""

    class Meta:
        model = Employment

    work_pattern = Employment.WorkPattern.TWO_TWO
    pattern_starts_on = factory.LazyFunction(lambda: in_days(14).date())


class QualificationFactory(DjangoModelFactory):
    class Meta:
        model = Qualification

    code = factory.Sequence(lambda n: f"QUALIFICATION_{n}")
    title = factory.Sequence(lambda n: f"Квалификация {n}")


class EquipmentFactory(DjangoModelFactory):
    class Meta:
        model = Equipment

    code = factory.Sequence(lambda n: f"EQUIPMENT_{n}")
    title = factory.Sequence(lambda n: f"Оборудование {n}")


class CourseFactory(DjangoModelFactory):
    """An optional course taught in person, in one meeting, for everybody."""

    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"IP-{n:03d}")
    title = factory.Sequence(lambda n: f"Курс {n}")
    description = "Описание курса."
    block = Course.Block.SERVICE_ORIENTATION
    topic = Course.Topic.SERVICE
    format = Course.Format.TRAINING
    delivery = Course.Delivery.IN_PERSON
    academic_hours = 4
    meetings = 1
    group_min = 1
    group_max = 100


class SelfPacedCourseFactory(CourseFactory):
    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"DL-{n:03d}")
    format = Course.Format.DISTANCE
    delivery = Course.Delivery.SELF_PACED
    result_kind = Course.ResultKind.INSTRUCTION
    meetings = None
    group_min = None
    group_max = None


class MaterialFactory(DjangoModelFactory):
    class Meta:
        model = Material

    course = factory.SubFactory(SelfPacedCourseFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Материал {n}")
    text = "Текст **материала**."


class RoomFactory(DjangoModelFactory):
    class Meta:
        model = Room

    site = factory.SubFactory(SiteFactory)
    code = factory.Sequence(lambda n: f"ROOM-{n}")
    name = factory.Sequence(lambda n: f"Аудитория {n}")
    capacity = 100


class TrainerFactory(DjangoModelFactory):
    class Meta:
        model = Trainer

    employee = factory.SubFactory(EmployeeFactory)
    home_site = factory.SubFactory(SiteFactory)
    academic_hours_a_day = 8
    academic_hours_a_week = 40


class TrainerQualificationFactory(DjangoModelFactory):
    class Meta:
        model = TrainerQualification

    trainer = factory.SubFactory(TrainerFactory)
    qualification = factory.SubFactory(QualificationFactory)


class SessionFactory(DjangoModelFactory):
    """A session open for enrolment: one meeting of three hours in 14 days, in its own room, with its own trainer.

    `starts_at` moves it; `room` and `trainer` may be given. The rows are written as they would stand after
    planning and publishing; tests of planning call the actions instead.
    """

    class Meta:
        model = Session
        skip_postgeneration_save = True

    class Params:
        hours = 3

    course = factory.SubFactory(CourseFactory)
    status = Session.Status.OPEN
    seats = 20
    starts_at = factory.LazyFunction(lambda: in_days(14))
    ends_at = factory.LazyAttribute(lambda session: session.starts_at + timedelta(hours=session.hours))

    @factory.post_generation
    def room(self, create, room, **kwargs):
        meeting = Meeting.objects.create(session=self, starts_at=self.starts_at, ends_at=self.ends_at)
        room = room or RoomFactory()
        Booking.objects.create(
            meeting=meeting, room=room, period=(self.starts_at, self.ends_at + timedelta(minutes=15))
        )

    @factory.post_generation
    def trainer(self, create, trainer, **kwargs):
        trainer = trainer or TrainerFactory()
        meeting = self.meetings.get()
        Booking.objects.create(
            meeting=meeting,
            person=trainer.employee,
            role=Booking.Role.TEACHES,
            period=(self.starts_at, self.ends_at),
        )


class MandatorySessionFactory(SessionFactory):
    """A session of a mandatory course, for which nobody has to be asked."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    course = factory.SubFactory(CourseFactory, is_mandatory=True, due_days=30)


class ReservationFactory(DjangoModelFactory):
    """Two seats of a session that are kept for an office."""

    class Meta:
        model = Reservation

    session = factory.SubFactory(SessionFactory)
    office = factory.SubFactory(OfficeFactory)
    seats = 2
    asked = factory.SelfAttribute("seats")
    made_by = factory.SubFactory(EmployeeFactory)
