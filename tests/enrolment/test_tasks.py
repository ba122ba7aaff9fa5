"""What time alone brings about."""

import pytest
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol
from enrolment.models import Seat
from enrolment.tasks import give_free_seats
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
    assert enrolment.seat == Seat.HELD
    assert enrolment.entries.filter(kind="skipped").count() == 1
