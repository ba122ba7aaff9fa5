"""Wishes of the demo: two courses that people want and that have no date, so that the planners' demand has rows."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils import timezone

from courses.models import Course
from enrolment.errors import EnrolmentError
from enrolment.interest.actions import want_course
from people.models import Employee
from scheduling.models import Session
from website.demo.pool import Pool

# So many people want the first such course, and the second.
WANTED_BY = (9, 4)


def load_wishes(pool: Pool, presented: Iterable[Employee]) -> int:
    """Let those presented and some others want courses without an open date; return how many wishes there are."""
    open_date = Session.objects.upcoming().filter(course=OuterRef("pk"))
    taught = Course.objects.offered().exclude(delivery=Course.Delivery.SELF_PACED)
    courses = taught.exclude(Exists(open_date)).order_by("-is_mandatory", "code")
    first, today = list(presented), timezone.localdate()
    numbers, made = list(WANTED_BY), 0
    for course in courses:
        if not numbers:
            break
        others = [trainee.employment.employee for trainee in pool.candidates(course.pk, [today])]
        if wishes := want(course, [*first, *others], at_most=numbers[0]):
            numbers.pop(0)
            made += wishes
    return made


def want(course: Course, people: Iterable[Employee], *, at_most: int) -> int:
    """Let so many of the people want the course who may; return how many they are."""
    made = 0
    for person in dict.fromkeys(people):
        if made == at_most:
            break
        try:
            want_course(person, course)
        except EnrolmentError:
            continue
        made += 1
    return made
