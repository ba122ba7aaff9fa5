"""How ready offices are: mandatory courses owed by their people, and those done and valid today."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from people.models import Employment
from records.obligations import Mandatory, mandatory_courses


@dataclass(frozen=True)
class Readiness:
    """Of the `due` pairs of a person and a mandatory course of theirs, so many are done and valid."""

    due: int = 0
    done: int = 0

    @property
    def percent(self) -> int | None:
        """Rounded down, so that only a whole is a hundred; None where nothing is owed."""
        return self.done * 100 // self.due if self.due else None

    @property
    def missing(self) -> int:
        return self.due - self.done


def owing_jobs() -> QuerySet[Employment]:
    """Main employments in force of people who are not on parental leave, for whom obligations are paused."""
    return Employment.objects.current().filter(is_main=True).exclude(leave=Employment.Leave.PARENTAL)


def readiness_of(offices: Collection[int], on: date) -> dict[int, Readiness]:
    """Readiness by office; three queries, whatever their number."""
    due, done = (
        by_office(numbers)
        for numbers in counted(owing_jobs().filter(office__in=offices), mandatory_courses(), on)
    )
    return {office: Readiness(due[office], done[office]) for office in offices}


def by_office(numbers: Counter[tuple[int, int]]) -> Counter[int]:
    found: Counter[int] = Counter()
    for (office, _course), number in numbers.items():
        found[office] += number
    return found


def readiness_by_course(office: int, on: date) -> list[tuple[Mandatory, Readiness]]:
    """Readiness of one office's people by each mandatory course that somebody there owes; the least ready first."""
    courses = mandatory_courses()
    due, done = counted(owing_jobs().filter(office=office), courses, on)
    found = [
        (course, Readiness(due[office, course.pk], done[office, course.pk]))
        for course in courses
        if due[office, course.pk]
    ]
    return sorted(found, key=lambda pair: (pair[1].percent or 0, -pair[1].missing, pair[0].code))


def counted(
    jobs: QuerySet[Employment], courses: Collection[Mandatory], on: date
) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    """How many owe, and how many of them have done, each course in each office; two queries."""
    due: Counter[tuple[int, int]] = Counter()
    done: Counter[tuple[int, int]] = Counter()
    posts = jobs.order_by().values_list("office", "position").annotate(Count("pk"))
    for office, position, number in posts:
        for course in courses:
            if course.is_for(position):
                due[office, course.pk] += number
    by_key = {course.pk: course for course in courses}
    still_valid = Q(employee__completions__valid_until__isnull=True) | Q(
        employee__completions__valid_until__gte=on
    )
    completed = (
        jobs.order_by()
        .filter(
            still_valid, employee__completions__course__in=by_key, employee__completions__completed_on__lte=on
        )
        .values_list("office", "position", "employee__completions__course")
        .annotate(Count("pk", distinct=True))
    )
    for office, position, course_key, number in completed:
        if by_key[course_key].is_for(position):
            done[office, course_key] += number
    return due, done
