"""The order of the queue (rule 13), and the terms of obligations it goes by."""

from datetime import date, timedelta
from random import Random

import pytest
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol
from enrolment.models import Enrolment, Seat
from enrolment.queue.actions import refresh_due_days
from enrolment.queue.order import Rank, Waiting, queue_key, rank, rank_of
from enrolment.tasks import refresh_due_days as refresh_due_days_task
from people.models import Employment
from records.obligations import obligations_of
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    PolicyFactory,
    PositionFactory,
    SessionFactory,
    in_days,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-1, Rank.OVERDUE), (0, Rank.DUE_SOON), (30, Rank.DUE_SOON), (31, Rank.BY_TIME), (None, Rank.BY_TIME)],
)
def test_rule_13_a_term_is_overdue_after_its_day_and_soon_through_the_last_day_of_the_policy(days, expected):
    due_on = None if days is None else TODAY + timedelta(days=days)

    assert rank_of(None, due_on, today=TODAY, soon_days=30) == expected
    assert rank_of(timezone.now(), due_on, today=TODAY, soon_days=30) == Rank.PINNED


def queue_at_random(random, session, size):
    """People who wait, with terms, pins and moments drawn so that many are equal."""
    now = timezone.now()
    for _ in range(size):
        Enrolment.objects.create(
            trainee=EmployeeFactory(),
            session=session,
            course=session.course,
            seat=Seat.WAITING,
            requested_at=now - timedelta(hours=random.randrange(4)),
            pinned_at=now if random.random() < 0.2 else None,
            due_on=random.choice([None, *(timezone.localdate() + timedelta(days=n) for n in range(-2, 9))]),
        )


@pytest.mark.parametrize("seed", range(5))
def test_rule_13_the_database_and_the_function_give_the_same_order_rank_and_places(seed):
    random = Random(seed)
    soon_days = random.choice([0, 3, 6])
    PolicyFactory(due_soon_days=soon_days)
    session = SessionFactory(seats=1)
    queue_at_random(random, session, 40)
    today = timezone.localdate()

    rows = list(session.enrolments.promotable().annotate(rank=rank()))

    expected = sorted(
        rows,
        key=lambda one: queue_key(
            Waiting(one.pk, one.requested_at, one.pinned_at, one.due_on), today=today, soon_days=soon_days
        ),
    )
    assert [one.pk for one in rows] == [one.pk for one in expected]
    assert [one.rank for one in rows] == [
        rank_of(one.pinned_at, one.due_on, today=today, soon_days=soon_days) for one in rows
    ]
    assert len({one.rank for one in rows}) >= 3
    assert [one.place_in_queue for one in rows] == list(range(1, 41))


def owing(course, hired_days_ago, **fields):
    """Somebody who was hired so many days ago."""
    started_on = timezone.localdate() - timedelta(days=hired_days_ago)
    return EmploymentFactory(started_on=started_on, **fields).employee


def test_rule_13_who_is_overdue_gets_the_freed_seat_before_who_is_due_soon_and_before_who_asked_first():
    course = CourseFactory(is_mandatory=True, due_days=60)
    session = SessionFactory(course=course, seats=1)
    held = enrol(EmployeeFactory(), session)
    later, soon, overdue = (enrol(owing(course, days), session) for days in (1, 50, 61))

    order = list(session.enrolments.promotable())
    cancel_enrolment(held, by=held.trainee)

    assert order == [overdue, soon, later]
    overdue.refresh_from_db()
    assert (overdue.seat, soon.place_in_queue, later.place_in_queue) == (Seat.OFFERED, 1, 2)


def test_rule_13_in_the_queue_of_an_optional_course_nobody_has_a_term():
    session = SessionFactory(course=CourseFactory(due_days=5))

    assert enrol(owing(session.course, 100), session).due_on is None


def test_rule_13_the_term_is_that_of_the_obligation_for_every_kind_of_history():
    today = timezone.localdate()
    course = CourseFactory(is_mandatory=True, due_days=30, repeat_months=12)
    course.audience.add(PositionFactory(), PositionFactory())
    window, other = course.audience.order_by("pk")
    random = Random(13)
    people = []
    for number in range(40):
        ended = {"ended_on": today - timedelta(days=1)} if number % 9 == 8 else {}
        started_on = today - timedelta(days=random.randrange(5, 900))
        position = random.choice([window, other, PositionFactory()])
        leave = random.choice(["", "", "vacation", "parental"])
        job = EmploymentFactory(started_on=started_on, position=position, leave=leave, **ended)
        for days in random.sample(range(1, 800), random.randrange(3)):
            job.employee.completions.create(
                course=course,
                completed_on=today - timedelta(days=days),
                valid_until=random.choice([None, *[today + timedelta(days=300 - days)] * 4])
                if days < 300
                else today - timedelta(days=days - 300),
            )
        people.append(job.employee)
    session = SessionFactory(course=course)
    rows = [
        Enrolment.objects.create(trainee=one, session=session, course=course, seat=Seat.WAITING)
        for one in people
    ]

    refresh_due_days()

    jobs = list(Employment.objects.current().filter(is_main=True, employee__in=people))
    owed = {
        person: one.due_on
        for person, obligations in obligations_of(jobs).items()
        for one in obligations
        if not one.is_paused and not (one.completed_on and one.valid_until is None)
    }
    terms = dict(session.enrolments.values_list("trainee", "due_on"))
    assert terms == {one.trainee_id: owed.get(one.trainee_id) for one in rows}
    assert len(set(terms.values())) > 10
    assert None in terms.values()


def test_rule_13_the_term_written_by_the_door_is_the_one_that_is_counted_at_night():
    course = CourseFactory(is_mandatory=True, due_days=30)
    enrolment = enrol(owing(course, 20), SessionFactory(course=course))

    assert enrolment.due_on == timezone.localdate() + timedelta(days=10)
    assert (refresh_due_days_task(), enrolment.entries.count()) == (0, 1)


def test_rule_13_by_the_morning_the_term_follows_the_course_the_job_and_the_completion():
    course = CourseFactory(is_mandatory=True, due_days=30)
    trainee = owing(course, 0)
    enrolment = enrol(trainee, SessionFactory(course=course))
    today, terms = timezone.localdate(), []

    def change(what):
        what()
        refresh_due_days_task()
        enrolment.refresh_from_db()
        terms.append(enrolment.due_on and (enrolment.due_on - today).days)

    job = trainee.employments.get()
    course.due_days = 40
    change(course.save)
    job.started_on = today - timedelta(days=5)
    change(job.save)
    change(lambda: course.audience.add(PositionFactory()))
    change(lambda: course.audience.add(job.position))
    last_day = {"completed_on": today - timedelta(days=9), "valid_until": today + timedelta(days=7)}
    change(lambda: trainee.completions.create(course=course, **last_day))

    assert terms == [40, 35, None, 35, 7]
    told = list(enrolment.entries.filter(kind="due_changed").values_list("due_on", flat=True))
    assert [day and (day - today).days for day in told] == terms


def test_rule_13_what_has_begun_keeps_its_term():
    course = CourseFactory(is_mandatory=True, due_days=30)
    session = SessionFactory(course=course, starts_at=in_days(-1))
    begun = Enrolment.objects.create(
        trainee=owing(course, 3), session=session, course=course, seat=Seat.WAITING
    )

    assert refresh_due_days() == 0
    begun.refresh_from_db()
    assert begun.due_on is None
