"""A session that is moved, and what became untrue by it (rule 26, promise R14)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from enrolment.actions import enrol
from enrolment.attendance import mark_all_present
from enrolment.models import AttendanceMark
from notifications.tasks import send_due_messages
from scheduling.actions import cancel_session, replan_session
from scheduling.models import Booking
from scheduling.plans import MeetingPlan
from tests.factories import EmployeeFactory, RoomFactory, SessionFactory, TrainerFactory, moscow

NOW = moscow(2026, 11, 16, 12)
START = moscow(2026, 11, 24, 10)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def session():
    session = SessionFactory(
        course__title="Сложный разговор", starts_at=START, trainer=TrainerFactory(employee__email="")
    )
    enrol(EmployeeFactory(), session)
    letters()
    return session


def letters():
    """What has left for the trainee since the last look."""
    send_due_messages()
    left = list(mail.outbox)
    mail.outbox.clear()
    return left


def move(session, starts_at, room=None):
    session.refresh_from_db()
    meeting = session.meetings.get()
    room = room or Booking.objects.of_rooms().get(meeting=meeting).room
    trainer = Booking.objects.teaching().get(meeting=meeting).person.trainer.pk
    plan = MeetingPlan(starts_at, starts_at + timedelta(hours=3), room.pk, (trainer,))
    return replan_session(session, [plan], by=None, version=session.version)


@pytest.mark.parametrize(
    ("moves_before", "moves_after", "day"),
    [([], [], "24"), ([1], [], "25"), ([], [1, 2], "24"), ([1], [2], "25")],
)
def test_rule_26_a_cancellation_names_the_time_that_people_know(session, moves_before, moves_after, day):
    """Of moves in the same night nobody is told any more: who knows the old time must learn that it is off."""
    for days in moves_before:
        move(session, START + days * DAY)
        letters()
    for days in moves_after:
        move(session, START + days * DAY)

    cancel_session(session, "Болезнь тренера", by=None)

    (letter,) = letters()
    assert letter.subject.endswith(f"{day} ноября")
    assert f"{day} ноября 2026, 10:00 (МСК)" in letter.body


def test_rule_20_marks_made_before_a_move_are_gone_with_the_old_time(session, clock):
    """The sheet opens a quarter of an hour early; all were present for a meeting that did not take place."""
    clock.move_to(START - timedelta(minutes=10))
    mark_all_present(session.meetings.get(), by=EmployeeFactory())

    move(session, START + DAY)

    assert not AttendanceMark.objects.exists()


def test_rule_20_marks_stay_when_only_the_room_changes(session, clock):
    clock.move_to(START - timedelta(minutes=10))
    mark_all_present(session.meetings.get(), by=EmployeeFactory())

    move(session, START, RoomFactory())

    assert AttendanceMark.objects.count() == 1
