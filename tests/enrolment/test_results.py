"""What marks amount to: rule 23's borders, from literals."""

import pytest

from enrolment.models import Ending, Mark
from enrolment.results import Demand, Lack, MarkedMeeting, Result, result_of

ATTENDANCE = Demand(attended_percent=80)
EXAM = Demand(attended_percent=80, passing_score=70)


def present(minutes=180):
    return MarkedMeeting(minutes, Mark.PRESENT, minutes)


def late(attended, held=180):
    return MarkedMeeting(held, Mark.LATE, attended)


def absent(held=180):
    return MarkedMeeting(held, Mark.ABSENT, 0)


def excused(held=180):
    return MarkedMeeting(held, Mark.EXCUSED, 0)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ([present()], Result(Ending.FINISHED, 180, 180)),
        # 80 % of 100 minutes is enough, 79 % is not.
        ([late(80, held=100)], Result(Ending.FINISHED, 80, 100)),
        ([late(79, held=100)], Result(Ending.NOT_COMPLETED, 79, 100, lacks=(Lack.ATTENDANCE,))),
        # 80 % of 95 minutes is 76; nothing is rounded up to it: 75 of 95 is 78.9 %, 76 is 80 %.
        ([late(76, held=95)], Result(Ending.FINISHED, 76, 95)),
        ([late(75, held=95)], Result(Ending.NOT_COMPLETED, 75, 95, lacks=(Lack.ATTENDANCE,))),
        # 79.6 % would round to 80.
        ([late(199, held=250)], Result(Ending.NOT_COMPLETED, 199, 250, lacks=(Lack.ATTENDANCE,))),
        # Minutes are added over the meetings, whatever their length.
        ([present(240), absent(60)], Result(Ending.FINISHED, 240, 300)),
        ([present(240), absent(61)], Result(Ending.NOT_COMPLETED, 240, 301, lacks=(Lack.ATTENDANCE,))),
        # Excused minutes count as held and not as attended.
        ([present(240), excused(60)], Result(Ending.FINISHED, 240, 300)),
        ([present(), excused()], Result(Ending.NOT_COMPLETED, 180, 360, lacks=(Lack.ATTENDANCE,))),
        # Absent from all is no show; excused from one of them is not.
        ([absent(), absent()], Result(Ending.NO_SHOW, 0, 360)),
        ([absent(), excused()], Result(Ending.NOT_COMPLETED, 0, 360, lacks=(Lack.ATTENDANCE,))),
        ([excused()], Result(Ending.NOT_COMPLETED, 0, 180, lacks=(Lack.ATTENDANCE,))),
    ],
)
def test_rule_23_share_of_minutes(marked, expected):
    assert result_of(marked, None, ATTENDANCE) == expected


@pytest.mark.parametrize(
    ("score", "ending", "lacks"),
    [
        (70, Ending.FINISHED, ()),
        (69, Ending.NOT_COMPLETED, (Lack.SCORE_LOW,)),
        (None, Ending.NOT_COMPLETED, (Lack.SCORE_MISSING,)),
    ],
)
def test_rule_23_an_exam_must_be_passed_too(score, ending, lacks):
    assert result_of([present()], score, EXAM) == Result(ending, 180, 180, score, lacks)


def test_rule_23_a_passed_exam_does_not_stand_in_for_attendance():
    result = result_of([late(100)], 95, EXAM)

    assert (result.ending, result.lacks) == (Ending.NOT_COMPLETED, (Lack.ATTENDANCE,))


def test_rule_23_a_score_is_kept_where_none_is_needed():
    assert result_of([present()], 55, ATTENDANCE) == Result(Ending.FINISHED, 180, 180, 55)


def test_the_reason_names_minutes_and_score():
    reason = result_of([late(199, held=250)], 40, EXAM).reason(EXAM)

    for number in ("199", "250", "79", "80", "40", "70"):
        assert number in reason
    assert result_of([present()], 70, EXAM).reason(EXAM) == ""
