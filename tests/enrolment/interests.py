"""Courses that people want and that have no date yet: what tests of wishes have in common."""

from enrolment.interest.actions import want_course
from scheduling.actions import publish_session
from scheduling.models import Session
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory


def mandatory_course(**fields):
    """For which nobody has to be asked, so that its seats are offered."""
    return CourseFactory(is_mandatory=True, due_days=30, **fields)


def wanting(course, count=1):
    """So many people who want the course, in the order of their wishes."""
    return [want_course(person, course) for person in EmployeeFactory.create_batch(count)]


def draft(course, **fields):
    return SessionFactory(course=course, status=Session.Status.DRAFT, **fields)


def opened(course, **fields):
    """A date of the course, published as planners do it."""
    return publish_session(draft(course, **fields), by=None)


def ended(wish):
    wish.refresh_from_db()
    return wish.ended_because
