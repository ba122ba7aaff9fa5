"""Who of the demo's people may sensibly attend which course on which days: facts in memory, loaded at once."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from centre.models import Policy
from courses.models import Course
from enrolment.models import Enrolment
from people.models import Employment
from records.models import Completion
from records.validity import valid_until
from scheduling.models import Booking

# So many people are looked at for one session; more would only take time.
LOOKED_AT = 800


@dataclass(frozen=True)
class CourseFacts:
    """What of a course decides who may attend it."""

    course: Course
    audience: frozenset[int]
    prerequisites: frozenset[int]

    def is_for(self, position_id: int) -> bool:
        return not self.audience or position_id in self.audience


@dataclass
class Trainee:
    """One person; `completed` holds the day through which each completed course is valid."""

    employment: Employment
    completed: dict[int, date] = field(default_factory=dict)
    live: set[int] = field(default_factory=set)
    busy: set[date] = field(default_factory=set)
    optional_ahead: int = 0

    @property
    def pk(self) -> int:
        return self.employment.employee_id

    def complete(self, course: Course, on: date) -> None:
        until = valid_until(on, course.repeat_months) or date.max
        self.completed[course.pk] = max(until, self.completed.get(course.pk, date.min))

    def is_at_work(self, days: Iterable[date]) -> bool:
        job = self.employment
        return not job.leave and all(
            job.started_on < day
            and (job.ended_on is None or job.ended_on >= day)
            and day not in self.busy
            and job.works_on(day)
            for day in days
        )


@dataclass
class Pool:
    trainees: list[Trainee]
    facts: dict[int, CourseFacts]
    policy: Policy
    rng: random.Random

    def candidates(self, course_id: int, days: Sequence[date]) -> list[Trainee]:
        """People who may attend the course on those days, in a random order."""
        facts = self.facts[course_id]
        drawn = self.rng.sample(self.trainees, min(LOOKED_AT, len(self.trainees)))
        return [trainee for trainee in drawn if self.may_attend(trainee, facts, days)]

    def may_attend(self, trainee: Trainee, facts: CourseFacts, days: Sequence[date]) -> bool:
        course = facts.course
        soon_expired = days[0] + timedelta(days=self.policy.repeat_window_days)
        return (
            facts.is_for(trainee.employment.position_id)
            and course.pk not in trainee.live
            and trainee.completed.get(course.pk, date.min) <= soon_expired
            and all(trainee.completed.get(needed, date.min) >= days[0] for needed in facts.prerequisites)
            and (course.is_mandatory or trainee.optional_ahead < self.policy.optional_bookings_max)
            and trainee.is_at_work(days)
        )


def load_pool(rng: random.Random) -> Pool:
    """Everybody who may be a trainee, with what they completed; those who teach are left out."""
    employments = Employment.objects.filter(is_main=True, employee__trainer__isnull=True)
    employments = employments.select_related("employee").order_by("pk")
    trainees = {employment.employee_id: Trainee(employment) for employment in employments}
    facts = load_course_facts()
    for trainee_id, course_id, completed_on in Completion.objects.values_list(
        "trainee", "course", "completed_on"
    ):
        if trainee_id in trainees:
            trainees[trainee_id].complete(facts[course_id].course, completed_on)
    for trainee_id, course_id in Enrolment.objects.live().values_list("trainee", "course"):
        if trainee_id in trainees:
            trainees[trainee_id].live.add(course_id)
    ahead = Booking.objects.attending().filter(meeting__starts_at__gte=timezone.now())
    for trainee_id, starts_at in ahead.values_list("person", "meeting__starts_at"):
        if trainee_id in trainees:
            trainees[trainee_id].busy.add(timezone.localdate(starts_at))
    return Pool(list(trainees.values()), facts, Policy.objects.current(), rng)


def load_course_facts() -> dict[int, CourseFacts]:
    courses = Course.objects.offered().prefetch_related("audience", "prerequisites")
    return {
        course.pk: CourseFacts(
            course,
            frozenset(position.pk for position in course.audience.all()),
            frozenset(needed.pk for needed in course.prerequisites.all()),
        )
        for course in courses.order_by("code")
    }
