"""Self-paced courses: started at once, finished once (rules 11, 23 and 24, promise S4)."""

from datetime import date

import pytest

from centre.models import Policy
from enrolment.actions import cancel_enrolment, finish_course, start_course
from enrolment.errors import EnrolmentError, NotEligible
from enrolment.models import Ending, Enrolment, Seat
from notifications.models import Message
from records.models import Completion
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    MaterialFactory,
    PositionFactory,
    SelfPacedCourseFactory,
)

pytestmark = pytest.mark.django_db


def course_with_material(**fields):
    return MaterialFactory(course=SelfPacedCourseFactory(**fields)).course


def test_a_self_paced_course_starts_at_once_and_once():
    trainee, course = EmployeeFactory(), course_with_material()

    enrolment, again = start_course(trainee, course), start_course(trainee, course)

    assert enrolment == again
    assert (enrolment.session, enrolment.seat) == (None, Seat.NONE)
    assert Enrolment.objects.count() == 1


def test_a_course_without_materials_is_not_started():
    with pytest.raises(EnrolmentError):
        start_course(EmployeeFactory(), SelfPacedCourseFactory())


def test_a_taught_course_is_not_started():
    with pytest.raises(EnrolmentError):
        start_course(EmployeeFactory(), CourseFactory())


def test_rule_11_the_audience_of_a_self_paced_course_is_asked():
    course = course_with_material()
    course.audience.add(PositionFactory())

    with pytest.raises(NotEligible) as refused:
        start_course(EmployeeFactory(), course)

    assert [condition.code for condition in refused.value.unmet] == ["audience"]


def test_rule_23_finishing_records_the_completion_with_its_validity(time_machine):
    time_machine.move_to("2026-08-31T09:00:00Z")
    enrolment = start_course(EmployeeFactory(), course_with_material(repeat_months=6))

    finish_course(enrolment)
    finish_course(enrolment)

    completion = Completion.objects.get()
    assert (completion.completed_on, completion.valid_until) == (date(2026, 8, 31), date(2027, 2, 28))
    enrolment.refresh_from_db()
    assert enrolment.ended_because == Ending.FINISHED
    assert Message.objects.filter(kind="completion_recorded").count() == 1


@pytest.mark.parametrize("score", [None, 79])
def test_s4_a_test_must_be_passed_first(score):
    enrolment = start_course(EmployeeFactory(), course_with_material(result_kind="TEST", passing_score=80))

    with pytest.raises(EnrolmentError):
        finish_course(enrolment, score=score)

    assert not Completion.objects.exists()


def test_rule_23_a_passed_test_is_kept_with_its_score():
    enrolment = start_course(EmployeeFactory(), course_with_material(result_kind="TEST", passing_score=80))

    assert finish_course(enrolment, score=80).score == 80


def test_a_cancelled_course_is_not_finished():
    trainee = EmployeeFactory()
    enrolment = start_course(trainee, course_with_material())
    cancel_enrolment(enrolment, by=trainee)

    with pytest.raises(EnrolmentError):
        finish_course(enrolment)


def test_rule_11_what_is_valid_is_not_started_again_before_its_last_days():
    trainee, course = EmployeeFactory(), course_with_material(repeat_months=12)
    finish_course(start_course(trainee, course))

    with pytest.raises(NotEligible) as refused:
        start_course(trainee, course)

    assert [condition.code for condition in refused.value.unmet] == ["completed"]
    assert str(Policy().repeat_window_days) in refused.value.unmet[0].message
