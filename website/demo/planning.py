"""Loads the facts that the demo's timetable needs, and draws the courses to be taught."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.utils import timezone

from centre.models import Policy
from courses.models import Course
from people.models import Employment
from scheduling.models import Room
from scheduling.plans import MeetingPlan
from trainers.models import Trainer
from website.demo.calendar import working_days
from website.demo.pool import Pool, Trainee
from website.demo.timetable import BookableTrainer, CourseNeeds, Timetable, UsableRoom

MANDATORY_WEIGHT = 3
ATTEMPTS = 80


def load_timetable(first: date, last: date, rng: random.Random) -> Timetable:
    """An empty timetable of the centre's rooms and trainers for the working days from `first` to `last`."""
    days = working_days(first, last)
    rooms = Room.objects.filter(is_active=True).select_related("site")
    return Timetable(
        rooms=[
            UsableRoom(
                pk=room.pk,
                site_id=room.site_id,
                is_online=room.site.is_online,
                capacity=room.capacity,
                equipment=frozenset(thing.pk for thing in room.equipment.all()),
                closed_on=frozenset(
                    day
                    for closure in room.closures.all()
                    for day in days
                    if timezone.localdate(closure.starts_at) <= day <= timezone.localdate(closure.ends_at)
                ),
            )
            for room in rooms.prefetch_related("equipment", "closures").order_by("code")
        ],
        trainers=list(load_trainers_to_book(days)),
        days=days,
        changeover=timedelta(minutes=Policy.objects.current().changeover_minutes),
        rng=rng,
    )


def load_trainers_to_book(days: Sequence[date]) -> Iterator[BookableTrainer]:
    jobs = {job.employee_id: job for job in Employment.objects.filter(employee__trainer__isnull=False)}
    for trainer in Trainer.objects.active().prefetch_related("qualifications", "absences").order_by("pk"):
        away = {
            day
            for absence in trainer.absences.all()
            for day in days
            if absence.starts_on <= day <= absence.ends_on
        }
        yield BookableTrainer(
            pk=trainer.pk,
            site_id=trainer.home_site_id,
            hours_a_day=trainer.academic_hours_a_day,
            hours_a_week=trainer.academic_hours_a_week,
            valid_until={held.qualification_id: held.valid_until for held in trainer.qualifications.all()},
            works_on={day: day not in away and jobs[trainer.employee_id].works_on(day) for day in days},
        )


def courses_to_teach() -> list[CourseNeeds]:
    """The courses taught in sessions; mandatory ones several times, for they are drawn more often."""
    needs = []
    taught = Course.objects.offered().exclude(delivery=Course.Delivery.SELF_PACED)
    for course in taught.prefetch_related("qualifications", "equipment").order_by("code"):
        one = CourseNeeds(
            pk=course.pk,
            academic_hours=course.academic_hours,
            meetings=course.meetings or 1,
            group_min=course.group_min or 1,
            group_max=course.group_max or 1,
            is_online=course.is_online,
            qualifications=frozenset(held.pk for held in course.qualifications.all()),
            equipment=frozenset(thing.pk for thing in course.equipment.all()),
        )
        needs += [one] * (MANDATORY_WEIGHT if course.is_mandatory else 1)
    return needs


@dataclass(frozen=True)
class Drawn:
    """A session to be: its course and plan, and who might attend."""

    course: Course
    plans: list[MeetingPlan]
    days: Sequence[date]
    candidates: list[Trainee]


def draw_sessions(
    timetable: Timetable, pool: Pool, days: Sequence[date], *, a_day: float, presented: dict[date, list[int]]
) -> Iterator[Drawn]:
    """Sessions on those days, so many a day on average, drawn while the caller books people for the last one.

    `presented` names trainers who teach on certain days beyond that.
    """
    courses = endless(courses_to_teach(), pool.rng)
    fewest = max(2, len(pool.trainees) // 30)
    for day in days:
        for teaches in [*presented.get(day, []), *[None] * draws(a_day, pool.rng)]:
            for needs in islice(courses, ATTEMPTS):
                span = timetable.days_for(needs, day)
                candidates = pool.candidates(needs.pk, span)
                mandatory = pool.facts[needs.pk].course.is_mandatory
                if len(candidates) < min(2 if mandatory else fewest, needs.group_min):
                    continue
                if plans := timetable.place(needs, day, teaches=teaches):
                    yield Drawn(pool.facts[needs.pk].course, plans, span, candidates)
                    break


def endless(courses: Sequence[CourseNeeds], rng: random.Random) -> Iterator[CourseNeeds]:
    """The courses in a random order, again and again: all are taught before one is repeated."""
    while True:
        yield from rng.sample(courses, len(courses))


def draws(rate: float, rng: random.Random) -> int:
    """How many of something happen on a day when `rate` happen on average."""
    return int(rate) + (rng.random() < rate % 1)


def sessions_a_day(employees: int) -> float:
    """How busy the centre is: little more than one session a day for 300 people, at most as many as rooms bear."""
    return min(9.0, max(0.6, 1.2 * (employees / 300) ** 0.6))
