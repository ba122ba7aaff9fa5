"""Completions and how long they count: rule 23."""

from datetime import date

import pytest

from records.actions import Finished, record_completions
from records.models import Completion
from records.validity import valid_until
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory, moscow

COMPLETED_ON = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("completed_on", "months", "until"),
    [
        (date(2026, 11, 24), 12, date(2027, 11, 24)),
        (date(2026, 11, 24), 36, date(2029, 11, 24)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
        # The end of a shorter month.
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        # A short month does not shorten what begins at its end.
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 11, 24), None, None),
    ],
)
def test_rule_23_validity_keeps_the_end_of_the_month_in_range(completed_on, months, until):
    assert valid_until(completed_on, months) == until


@pytest.mark.django_db
def test_rule_23_a_completion_keeps_its_proof():
    session = SessionFactory(course=CourseFactory(repeat_months=12))
    trainee = EmployeeFactory()

    (completion,) = record_completions(
        session.course,
        [Finished(trainee.pk, minutes_attended=160, minutes_held=180, score=85)],
        on=COMPLETED_ON,
        session=session,
    )

    assert (completion.trainee, completion.course, completion.session) == (trainee, session.course, session)
    assert (completion.completed_on, completion.valid_until) == (COMPLETED_ON, date(2027, 11, 24))
    assert (completion.minutes_attended, completion.minutes_held, completion.score) == (160, 180, 85)


@pytest.mark.django_db
def test_recording_again_on_the_same_day_doubles_nothing():
    course = CourseFactory()
    first, second = EmployeeFactory.create_batch(2)
    (before,) = record_completions(course, [Finished(first.pk, score=90)], on=COMPLETED_ON)

    both = record_completions(course, [Finished(first.pk, score=10), Finished(second.pk)], on=COMPLETED_ON)

    assert {one.trainee_id for one in both} == {first.pk, second.pk}
    assert Completion.objects.get(trainee=first) == before
    assert Completion.objects.get(trainee=first).score == 90


@pytest.mark.django_db
def test_rule_23_the_last_day_still_counts():
    trainee = EmployeeFactory()
    record_completions(CourseFactory(repeat_months=12), [Finished(trainee.pk)], on=COMPLETED_ON)
    for_ever = record_completions(CourseFactory(), [Finished(trainee.pk)], on=COMPLETED_ON)

    def valid(on):
        return Completion.objects.valid_on(on).count()

    assert (valid(date(2026, 11, 23)), valid(COMPLETED_ON), valid(date(2027, 11, 24))) == (0, 2, 2)
    assert list(Completion.objects.valid_on(date(2027, 11, 25))) == for_ever


def test_rule_23_a_completion_says_itself_whether_it_still_counts(time_machine):
    """By the same last day as the query above."""
    limited, for_ever = Completion(valid_until=date(2027, 11, 24)), Completion()
    said = []
    for day in (24, 25):
        time_machine.move_to(moscow(2027, 11, day, 12), tick=False)
        said.append((limited.is_valid, for_ever.is_valid))

    assert said == [(True, True), (False, True)]
