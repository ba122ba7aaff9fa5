"""A seat that a move brought into a clash, and how the clash ends (rule 2)."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from enrolment.actions import cancel_enrolment, enrol
from enrolment.invariants import booking_faults
from enrolment.tasks import end_clashes
from notifications.tasks import send_due_messages
from scheduling.actions import cancel_session, replan_session
from scheduling.models import Booking
from scheduling.plans import MeetingPlan
from tests.factories import EmployeeFactory, SessionFactory, TrainerFactory, moscow

NOW = moscow(2026, 11, 16, 12)
START = moscow(2026, 11, 24, 10)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def seats():
    """The enrolments of a trainee in two sessions, the first of which was moved to the time of the second."""
    trainee, trainer = EmployeeFactory(), TrainerFactory(employee__email="")
    session = SessionFactory(course__title="Сложный разговор", starts_at=START, trainer=trainer)
    moved, kept = enrol(trainee, session), enrol(trainee, SessionFactory(starts_at=START + DAY))
    subjects()
    room = Booking.objects.of_rooms().get(meeting__session=session).room_id
    plan = MeetingPlan(START + DAY, START + DAY + timedelta(hours=3), room, (trainer.pk,))
    replan_session(session, [plan], by=None, version=session.version)
    moved.refresh_from_db()
    assert moved.clash_since == NOW
    return moved, kept


def subjects():
    """Subject lines of what has left for the trainee since the last look."""
    send_due_messages()
    lines = [letter.subject for letter in mail.outbox]
    mail.outbox.clear()
    return lines


def test_rule_2_who_cancels_the_other_course_is_out_of_the_clash_at_once(seats):
    moved, kept = seats

    cancel_enrolment(kept, by=kept.trainee)

    moved.refresh_from_db()
    assert (moved.clash_since, booking_faults()) == (None, [])
    assert Booking.objects.attending().get().meeting.session == moved.session
    assert moved.entries.last().kind == "clash_over"
    assert subjects() == [
        "Новое время: «Сложный разговор», 25 ноября",
        f"Вы отменили запись: «{kept.course.title}», 25 ноября",
    ]


def test_rule_2_who_stays_in_the_clash_stays_flagged(seats):
    moved, _kept = seats

    assert end_clashes() == 0

    moved.refresh_from_db()
    assert moved.clash_since == NOW
    assert subjects() == ["Два курса в одно время: «Сложный разговор», 25 ноября"]


def test_rule_2_the_clash_with_a_cancelled_session_is_over(seats):
    moved, kept = seats
    cancel_session(kept.session, "Болезнь тренера", by=None)

    assert (end_clashes(), end_clashes()) == (1, 0)

    moved.refresh_from_db()
    assert (moved.clash_since, booking_faults()) == (None, [])


def test_rule_2_who_cancels_the_moved_course_keeps_the_other(seats):
    moved, kept = seats

    cancel_enrolment(moved, by=moved.trainee)

    assert Booking.objects.attending().get().meeting.session == kept.session
    assert (end_clashes(), booking_faults()) == (0, [])
