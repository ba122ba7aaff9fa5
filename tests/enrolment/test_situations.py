"""What counts in a trainee's situation, and what does not: the facts behind rule 11."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from centre.models import Policy
from enrolment.actions import cancel_enrolment, enrol
from enrolment.models import Enrolment
from enrolment.situations import situations, unmet_conditions
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


@pytest.fixture
def trainee():
    return EmployeeFactory()


def situation(trainee, session):
    return situations(trainee, [session], policy=Policy())[session.pk]


def test_rule_11_seats_in_coming_sessions_of_optional_courses_are_counted(trainee):
    for day in (14, 15):
        enrol(trainee, SessionFactory(starts_at=in_days(day)))

    assert situation(trainee, SessionFactory(starts_at=in_days(20))).optional_bookings == 2


def test_rule_11_neither_the_past_nor_obligations_nor_a_place_in_a_queue_nor_the_session_itself_is_counted(
    trainee,
):
    begun = SessionFactory(starts_at=timezone.now() - timedelta(hours=1))
    Enrolment.objects.create(trainee=trainee, session=begun, course=begun.course, seat="held")
    enrol(trainee, SessionFactory(starts_at=in_days(14), course__is_mandatory=True, course__due_days=9))
    full = SessionFactory(starts_at=in_days(15), seats=1)
    enrol(EmployeeFactory(), full)
    enrol(trainee, full)
    session = SessionFactory(starts_at=in_days(16))
    enrol(trainee, session)

    assert situation(trainee, session).optional_bookings == 0


def test_rule_11_a_cancelled_course_is_not_counted(trainee):
    for day in (14, 15, 16):
        session = SessionFactory(starts_at=in_days(day))
        Enrolment.objects.create(
            trainee=trainee,
            session=session,
            course=session.course,
            seat="given_up",
            ended_because="cancelled",
            ended_at=timezone.now(),
        )

    assert situation(trainee, SessionFactory(starts_at=in_days(20))).optional_bookings == 0


def test_rule_11_the_position_is_the_one_of_today(trainee):
    course = CourseFactory()
    course.audience.add(PositionFactory(title="администратор зала"))
    session = SessionFactory(course=course)
    EmploymentFactory(employee=trainee, position=course.audience.get(), ended_on=date(2024, 6, 1))
    EmploymentFactory(employee=trainee)
    before = situation(trainee, session).in_audience

    EmploymentFactory(employee=trainee, position=course.audience.get(), is_main=False)

    assert (before, situation(trainee, session).in_audience) == (False, True)


def test_rule_11_the_longest_completion_counts_whichever_came_last(trainee):
    session = SessionFactory()
    today = timezone.localdate()
    for days in (100, 400, 200):
        trainee.completions.create(
            course=session.course,
            completed_on=today - timedelta(days=days),
            valid_until=today + timedelta(days=days),
        )

    assert situation(trainee, session).completed_until == today + timedelta(days=400)


def test_rule_11_a_completion_of_tomorrow_is_none_today(trainee):
    session = SessionFactory()
    trainee.completions.create(course=session.course, completed_on=timezone.localdate() + timedelta(days=1))

    assert situation(trainee, session).completed_until is None


def test_the_policy_in_force_is_asked(trainee):
    PolicyFactory(optional_bookings_max=1)
    enrol(trainee, SessionFactory(starts_at=in_days(14)))

    assert [one.code for one in unmet_conditions(trainee, SessionFactory(starts_at=in_days(20)))] == [
        "optional"
    ]


@pytest.mark.parametrize(("days", "is_met"), [(13, False), (14, True)])
def test_rule_11_a_prerequisite_counts_through_its_last_day(trainee, days, is_met):
    course = CourseFactory()
    course.prerequisites.add(CourseFactory())
    today = timezone.localdate()
    trainee.completions.create(
        course=course.prerequisites.get(), completed_on=today, valid_until=today + timedelta(days=days)
    )

    (prerequisite,) = situation(trainee, SessionFactory(course=course, starts_at=in_days(14))).prerequisites

    assert prerequisite.is_met == is_met


def test_rule_10_a_seat_that_is_offered_is_taken(trainee):
    session = SessionFactory(seats=1)
    Enrolment.objects.create(
        trainee=EmployeeFactory(),
        session=session,
        course=session.course,
        seat="offered",
        offer_until=in_days(1),
    )

    assert enrol(trainee, session).seat == "waiting"


def test_rule_10_everybodys_seats_and_queue_are_counted_without_those_who_left(trainee):
    session = SessionFactory(seats=2)
    people = [enrol(person, session) for person in EmployeeFactory.create_batch(5)]
    for one in (people[0], people[4]):
        cancel_enrolment(one, by=one.trainee)

    counted = situation(trainee, session)

    assert (counted.seats_taken, counted.waiting, counted.free_seats) == (2, 1, 0)
