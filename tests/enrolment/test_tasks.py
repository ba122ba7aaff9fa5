"""What time alone brings about."""

import pytest
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol
from enrolment.models import Seat
from enrolment.tasks import give_free_seats
from scheduling.models import Booking
from tests.factories import EmployeeFactory, SessionFactory

pytestmark = pytest.mark.django_db


def test_rule_13_who_was_passed_over_gets_the_seat_once_they_qualify():
    session = SessionFactory(seats=1)
    first, waiting = EmployeeFactory.create_batch(2)
    held = enrol(first, session)
    enrolment = enrol(waiting, session)
    session.course.prerequisites.add(SessionFactory().course)
    cancel_enrolment(held, by=first)

    before = give_free_seats()
    waiting.completions.create(course=session.course.prerequisites.get(), completed_on=timezone.localdate())
    after = give_free_seats()

    assert (before, after) == (0, 1)
    enrolment.refresh_from_db()
    assert enrolment.seat == Seat.OFFERED
    assert enrolment.entries.filter(kind="skipped").count() == 1


def test_r25_a_session_that_fails_does_not_hold_up_the_other_queues():
    """A stray booking of the very session, which no condition asks about, makes the first one fail."""
    broken, sound = SessionFactory(seats=1), SessionFactory(seats=1)
    enrolments = {}
    for session in (broken, sound):
        first, waiting = EmployeeFactory.create_batch(2)
        enrol(first, session)
        enrolments[session] = enrol(waiting, session)
        session.seats = 2
        session.save()
    meeting = broken.meetings.get()
    Booking.objects.create(
        meeting=meeting,
        person=enrolments[broken].trainee,
        role=Booking.Role.ATTENDS,
        period=(meeting.starts_at, meeting.ends_at),
    )

    assert give_free_seats() == 1

    enrolments[sound].refresh_from_db()
    assert enrolments[sound].seat == Seat.OFFERED
