"""What tests of news to trainees share: a session in November, its moves, and the letters that have left."""

from datetime import timedelta

from django.core import mail

from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.actions import replan_session
from scheduling.models import Booking, Meeting
from scheduling.plans import MeetingPlan
from tests.factories import CourseFactory, RoomFactory, SessionFactory, TrainerFactory, moscow

NOW = moscow(2026, 11, 16, 12)
START = moscow(2026, 11, 24, 10)


def a_session(starts_at=START, **fields):
    room = fields.pop("room", None) or RoomFactory(
        name="Аудитория 301", site__name="Площадка «Центр»", site__address="Новая ул., 1"
    )
    trainer = (
        fields.pop("trainer", None)
        or TrainerFactory(
            employee__last_name="Ковалёва",
            employee__first_name="Анна",
            employee__middle_name="Игоревна",
            employee__email="",  # what those who teach are told is another test's: tests/scheduling/test_notices.py
        )
    )
    course = fields.pop("course", None) or CourseFactory(title="Сложный разговор")
    return SessionFactory(course=course, starts_at=starts_at, room=room, trainer=trainer, **fields)


def add_meeting(session, starts_at, hours=3):
    """Another meeting of the session, in the same room with the same trainer."""
    meeting = Meeting.objects.create(
        session=session, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours)
    )
    for booking in Booking.objects.filter(meeting=session.meetings.first()):
        booking.pk, booking.meeting = None, meeting
        booking.period = (meeting.starts_at, meeting.ends_at)
        booking.save()
    session.ends_at = meeting.ends_at
    session.save()
    return meeting


def move(session, *starts, **details):
    session.refresh_from_db()
    first = session.meetings.first()
    room = first.bookings.get(room__isnull=False).room_id
    trainer = first.bookings.teaching().get().person.trainer.pk
    plans = [MeetingPlan(start, start + timedelta(hours=3), room, (trainer,)) for start in starts]
    return replan_session(session, plans, by=None, version=session.version, **details)


def planned(kind="reminder"):
    rows = Message.objects.planned().filter(kind__startswith=kind).order_by("send_after")
    return [(row.kind, row.send_after) for row in rows]


def subjects():
    """Subject lines of what has left for trainees since the last look."""
    send_due_messages()
    lines = [letter.subject for letter in mail.outbox]
    mail.outbox.clear()
    return lines


def body():
    send_due_messages()
    (letter,) = mail.outbox
    mail.outbox.clear()
    return letter.body


REMINDERS = [
    ("reminder_first", START - timedelta(days=3)),
    ("reminder_second", START - timedelta(days=1)),
    ("reminder_last", START - timedelta(hours=2)),
]
