"""Terms that are counted anew while seats are given, over real connections (rule 13).

Each was first seen to fail: without the session's lock the queue went by ranks that were not true any more, and the
row that got the seat kept the old term although its story told the new one.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol
from enrolment.models import Seat
from enrolment.queue.actions import refresh_due_days
from people.models import Employment
from tests.enrolment.test_queue_order import owing
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


@pytest.fixture
def queue():
    """A full session of a mandatory course: who holds its seat, who waits first, and who will be overdue."""
    course = CourseFactory(is_mandatory=True, due_days=30)
    session = SessionFactory(course=course, seats=1)
    held = enrol(EmployeeFactory(), session)
    first, second = (enrol(owing(course, 0), session) for _number in range(2))
    Employment.objects.filter(employee=second.trainee).update(
        started_on=timezone.localdate() - timedelta(days=40)
    )
    return held, first, second


def test_rule_13_a_seat_that_is_freed_while_terms_are_counted_goes_by_the_new_ones(queue):
    held, first, second = queue

    before_the_commit(refresh_due_days, lambda: cancel_enrolment(held, by=held.trainee))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.seat, second.seat) == (Seat.WAITING, Seat.OFFERED)


def test_rule_13_who_gets_a_seat_while_terms_are_counted_keeps_the_new_one(queue):
    held, first, _second = queue
    Employment.objects.filter(employee=first.trainee).update(
        started_on=timezone.localdate() - timedelta(days=60)
    )

    before_the_commit(refresh_due_days, lambda: cancel_enrolment(held, by=held.trainee))

    first.refresh_from_db()
    assert (first.seat, first.due_on) == (Seat.OFFERED, timezone.localdate() - timedelta(days=30))


def test_r8_terms_are_counted_in_the_middle_of_cancellations_without_a_deadlock(queue):
    course = queue[0].course
    sessions = SessionFactory.create_batch(4, course=course, seats=3)
    held = [[enrol(owing(course, 0), session) for _seat in range(3)] for session in sessions]
    waiting = [enrol(owing(course, 0), session) for session in sessions for _place in range(3)]
    Employment.objects.filter(employee__in=[one.trainee_id for one in waiting]).update(
        started_on=timezone.localdate() - timedelta(days=50)
    )

    results = at_once(
        [lambda one=one: cancel_enrolment(one, by=one.trainee) for those in held for one in those]
        + [refresh_due_days] * 2
    )

    assert [one for one in results if isinstance(one, Exception)] == []
    assert [one.enrolments.filter(seat=Seat.OFFERED).count() for one in sessions] == [3] * 4
    assert refresh_due_days() == 0
