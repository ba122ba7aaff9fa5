"""Marks, scores and walk-ins: rules 10, 11 and 20, promise R17."""

from datetime import timedelta

import pytest

from accounts.roles import Role
from centre.errors import Refusal
from enrolment.actions import enrol
from enrolment.attendance import (
    MarkWish,
    ScoreWish,
    Standing,
    mark_all_present,
    mark_attendance,
    set_scores,
)
from enrolment.doors.walk_ins import add_walk_in
from enrolment.errors import (
    EnrolmentError,
    InvalidMinutes,
    SessionFull,
    TooEarly,
)
from enrolment.invariants import booking_faults
from enrolment.models import AttendanceMark, Mark, Seat
from scheduling.models import Booking, Session
from tests.enrolment.sheets import add_meeting, exam, marks, people_of
from tests.factories import (
    EmployeeFactory,
    PositionFactory,
    SessionFactory,
)
from tests.rights import in_role

pytestmark = pytest.mark.django_db


def test_rule_20_nobody_is_marked_before_somebody_marks():
    session = SessionFactory()
    enrol(EmployeeFactory(), session)

    assert marks(session) == []


def test_rule_20_all_present_leaves_the_exceptions(begun, trainer):
    session = begun(people=3)
    meeting = session.meetings.get()
    first, second, third = people_of(session)
    mark_attendance(meeting, [MarkWish(second.pk, Mark.LATE, 150)], by=trainer.employee)

    marked = mark_all_present(meeting, by=trainer.employee)

    assert marked == 2
    assert marks(session) == [
        (first.pk, "present", 180),
        (second.pk, "late", 150),
        (third.pk, "present", 180),
    ]
    assert mark_all_present(meeting, by=trainer.employee) == 0


@pytest.mark.parametrize(
    ("mark", "given", "kept"),
    [
        (Mark.PRESENT, None, 180),
        (Mark.PRESENT, 5, 180),
        (Mark.LATE, 1, 1),
        (Mark.LATE, 179, 179),
        (Mark.LEFT_EARLY, 90, 90),
        (Mark.EXCUSED, 90, 0),
        (Mark.ABSENT, None, 0),
    ],
)
def test_rule_20_each_mark_has_its_minutes(begun, trainer, mark, given, kept):
    session = begun(people=1)
    (enrolment,) = people_of(session)

    mark_attendance(session.meetings.get(), [MarkWish(enrolment.pk, mark, given)], by=trainer.employee)

    row = AttendanceMark.objects.get()
    assert (row.mark, row.minutes, row.marked_by, row.marked_at) == (
        mark,
        kept,
        trainer.employee,
        session.starts_at,
    )


@pytest.mark.parametrize("minutes", [None, 0, 180, 200])
@pytest.mark.parametrize("mark", [Mark.LATE, Mark.LEFT_EARLY])
def test_rule_20_late_or_early_needs_some_of_the_minutes(begun, trainer, mark, minutes):
    session = begun(people=1)
    (enrolment,) = people_of(session)

    with pytest.raises(InvalidMinutes, match="179"):
        mark_attendance(session.meetings.get(), [MarkWish(enrolment.pk, mark, minutes)], by=trainer.employee)

    assert marks(session) == []


def test_rule_20_a_mark_may_be_taken_away_again(begun, trainer):
    session = begun(people=1)
    (enrolment,) = people_of(session)
    meeting = session.meetings.get()
    mark_all_present(meeting, by=trainer.employee)

    mark_attendance(meeting, [MarkWish(enrolment.pk, "", seen=Standing("present", 180))], by=trainer.employee)

    assert marks(session) == []


@pytest.mark.parametrize(("minutes_before", "opened"), [(15, True), (16, False)])
def test_rule_20_the_sheet_opens_15_minutes_before(begun, trainer, time_machine, minutes_before, opened):
    session = begun(people=1)
    meeting = session.meetings.get()
    time_machine.move_to(session.starts_at - timedelta(minutes=minutes_before), tick=False)

    if opened:
        assert mark_all_present(meeting, by=trainer.employee) == 1
    else:
        with pytest.raises(TooEarly, match="9:45"):
            mark_all_present(meeting, by=trainer.employee)


def test_rule_20_each_meeting_opens_on_its_own(begun, trainer):
    session = begun(people=1)
    second = add_meeting(session)

    with pytest.raises(TooEarly):
        mark_all_present(second, by=trainer.employee)


def test_rule_20_who_waits_is_not_on_the_sheet(begun, trainer):
    session = begun(people=2, seats=1)
    held, waiting = people_of(session)

    mark_all_present(session.meetings.get(), by=trainer.employee)
    saved = mark_attendance(session.meetings.get(), [MarkWish(waiting.pk, Mark.PRESENT)], by=trainer.employee)

    assert marks(session) == [(held.pk, "present", 180)]
    assert [conflict.enrolment_id for conflict in saved.conflicts] == [waiting.pk]


def test_r17_a_mark_changed_meanwhile_is_not_overwritten(begun, trainer):
    session = begun(people=2)
    meeting = session.meetings.get()
    first, second = people_of(session)
    other = EmployeeFactory(last_name="Петров", first_name="Пётр", middle_name="")
    mark_attendance(meeting, [MarkWish(first.pk, Mark.LATE, 95)], by=other)

    saved = mark_attendance(
        meeting, [MarkWish(first.pk, Mark.ABSENT), MarkWish(second.pk, Mark.PRESENT)], by=trainer.employee
    )

    assert marks(session) == [(first.pk, "late", 95), (second.pk, "present", 180)]
    assert saved.changed == 1
    (conflict,) = saved.conflicts
    assert conflict.enrolment_id == first.pk
    assert "Петров П." in conflict.message
    assert "95" in conflict.message
    assert "10:00" in conflict.message


def test_r17_who_saw_the_change_may_overwrite_it(begun, trainer):
    session = begun(people=1)
    meeting = session.meetings.get()
    (enrolment,) = people_of(session)
    mark_attendance(meeting, [MarkWish(enrolment.pk, Mark.LATE, 95)], by=EmployeeFactory())

    wish = MarkWish(enrolment.pk, Mark.ABSENT, seen=Standing("late", 95))
    saved = mark_attendance(meeting, [wish], by=trainer.employee)

    assert (saved.changed, saved.conflicts) == (1, [])
    assert marks(session) == [(enrolment.pk, "absent", 0)]


def test_r17_a_row_that_nobody_touched_is_left_alone(begun, trainer):
    """A whole page is sent without JavaScript: what is out of date on it but untouched overwrites nothing."""
    session = begun(people=1)
    meeting = session.meetings.get()
    (enrolment,) = people_of(session)
    mark_attendance(meeting, [MarkWish(enrolment.pk, Mark.ABSENT)], by=EmployeeFactory())

    saved = mark_attendance(meeting, [MarkWish(enrolment.pk, "")], by=trainer.employee)

    assert (saved.changed, saved.conflicts) == (0, [])
    assert marks(session) == [(enrolment.pk, "absent", 0)]


def test_r17_saving_the_same_again_is_no_conflict(begun, trainer):
    """An answer may be lost on the way: the page sends its tap once more."""
    session = begun(people=1)
    (enrolment,) = people_of(session)
    wish = MarkWish(enrolment.pk, Mark.LATE, 95)
    mark_attendance(session.meetings.get(), [wish], by=trainer.employee)

    saved = mark_attendance(session.meetings.get(), [wish], by=trainer.employee)

    assert (saved.changed, saved.conflicts) == (0, [])


def test_rule_23_scores_are_kept_beside_the_seat(begun, trainer):
    session = begun(people=2, course=exam())
    first, second = people_of(session)

    set_scores(session, [ScoreWish(first.pk, 85), ScoreWish(second.pk, None)], by=trainer.employee)

    assert [enrolment.score for enrolment in people_of(session)] == [85, None]


def test_r17_a_score_changed_meanwhile_is_not_overwritten(begun, trainer):
    session = begun(people=1, course=exam())
    (enrolment,) = people_of(session)
    set_scores(session, [ScoreWish(enrolment.pk, 85)], by=trainer.employee)

    saved = set_scores(session, [ScoreWish(enrolment.pk, 40)], by=trainer.employee)

    enrolment.refresh_from_db()
    assert enrolment.score == 85
    assert "85" in saved.conflicts[0].message


def test_a_course_without_a_test_has_no_scores(begun, trainer):
    session = begun(people=1)

    with pytest.raises(EnrolmentError):
        set_scores(session, [ScoreWish(people_of(session)[0].pk, 85)], by=trainer.employee)


def test_rule_20_a_walk_in_takes_a_free_seat_with_its_bookings(begun, trainer):
    session = begun(people=1, seats=2)
    add_meeting(session)
    person = EmployeeFactory()

    enrolment = add_walk_in(session, person, by=trainer.employee)
    again = add_walk_in(session, person, by=trainer.employee)

    assert enrolment == again
    assert enrolment.seat == Seat.HELD
    assert enrolment.entries.get().by == trainer.employee
    assert Booking.objects.attending().filter(person=person).count() == 2
    assert booking_faults() == []


def test_rule_10_a_walk_in_never_oversells(begun, trainer):
    session = begun(people=1, seats=1)

    with pytest.raises(SessionFull):
        add_walk_in(session, EmployeeFactory(), by=trainer.employee)

    assert session.enrolments.count() == 1


def test_rule_20_a_walk_in_from_the_queue_takes_the_seat(begun, trainer):
    session = begun(people=2, seats=1)
    _held, waiting = people_of(session)
    Session.objects.update(seats=2)

    enrolment = add_walk_in(session, waiting.trainee, by=trainer.employee)

    assert enrolment == waiting
    assert enrolment.seat == Seat.HELD


def test_rule_2_a_walk_in_booked_elsewhere_is_refused_by_name(begun, trainer, time_machine):
    session = begun(people=0)
    time_machine.move_to(session.starts_at - timedelta(days=1), tick=False)
    person = EmployeeFactory(last_name="Сидоров")
    enrol(person, SessionFactory(starts_at=session.starts_at, course__title="Конфликты"))
    time_machine.move_to(session.starts_at, tick=False)

    with pytest.raises(Refusal, match=r"Сидоров.*Конфликты"):
        add_walk_in(session, person, by=in_role(Role.CENTRE_ADMIN))
    with pytest.raises(Refusal, match=r"^Сидоров.*это время занято в другом месте") as refused:
        add_walk_in(session, person, by=trainer.employee)

    # What it is, a trainer does not see elsewhere either.
    assert "Конфликты" not in str(refused.value)
    assert not session.enrolments.exists()


def test_rule_2_a_trainer_does_not_attend_the_own_session(begun, trainer):
    session = begun(people=0)

    with pytest.raises(Refusal):
        add_walk_in(session, trainer.employee, by=trainer.employee)

    assert not session.enrolments.exists()


def test_rule_11_a_walk_in_belongs_to_the_audience(begun, trainer):
    session = begun(people=0)
    session.course.audience.add(PositionFactory())

    with pytest.raises(EnrolmentError, match="Иванова"):
        add_walk_in(session, EmployeeFactory(), by=trainer.employee)


def test_rule_20_nobody_walks_in_before_the_sheet_opens(begun, trainer, time_machine):
    session = begun(people=0)
    time_machine.move_to(session.starts_at - timedelta(minutes=16), tick=False)

    with pytest.raises(TooEarly):
        add_walk_in(session, EmployeeFactory(), by=trainer.employee)
