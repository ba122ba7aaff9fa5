"""Closing the sheet: rules 20, 21 and 23, promise S4."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enrolment.actions import enrol
from enrolment.attendance import (
    MarkWish,
    ScoreWish,
    Standing,
    close_sheet,
    mark_all_present,
    mark_attendance,
    set_scores,
)
from enrolment.doors.walk_ins import add_walk_in
from enrolment.errors import (
    EnrolmentError,
    NotMarked,
    SheetClosed,
    TooEarly,
)
from enrolment.invariants import booking_faults
from enrolment.models import Ending, Enrolment, Mark, Seat
from notifications.models import Message
from records.models import Completion
from scheduling.models import Booking, Session
from tests.enrolment.sheets import add_meeting, exam, marks, people_of
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    PolicyFactory,
    SessionFactory,
    moscow,
)

pytestmark = pytest.mark.django_db


def close(session, trainer, time_machine):
    time_machine.move_to(Session.objects.get(pk=session.pk).ends_at, tick=False)
    return close_sheet(session, by=trainer.employee)


def test_rule_23_closing_ends_each_enrolment_with_its_result(begun, trainer, time_machine):
    session = begun(people=5, seats=4, course=CourseFactory(repeat_months=12))
    came, late, excused, absent, _waiting = people_of(session)
    mark_attendance(
        session.meetings.get(),
        [
            MarkWish(came.pk, Mark.PRESENT),
            MarkWish(late.pk, Mark.LATE, 143),  # 79 %
            MarkWish(excused.pk, Mark.EXCUSED),
            MarkWish(absent.pk, Mark.ABSENT),
        ],
        by=trainer.employee,
    )

    closed = close(session, trainer, time_machine)

    assert closed.status == Session.Status.CLOSED
    assert [(one.ended_because, one.seat, one.ended_at) for one in people_of(session)] == [
        (Ending.FINISHED, Seat.HELD, session.ends_at),
        (Ending.NOT_COMPLETED, Seat.HELD, session.ends_at),
        (Ending.NOT_COMPLETED, Seat.HELD, session.ends_at),
        (Ending.NO_SHOW, Seat.HELD, session.ends_at),
        (Ending.NOT_REACHED, Seat.GIVEN_UP, session.ends_at),
    ]
    completion = Completion.objects.get()
    assert (completion.trainee, completion.session, completion.minutes_attended, completion.minutes_held) == (
        came.trainee,
        session,
        180,
        180,
    )
    assert (completion.completed_on, completion.valid_until) == (date(2026, 11, 24), date(2027, 11, 24))
    assert "143" in late.entries.last().reason
    assert (late.entries.last().kind, late.entries.last().by) == ("ended", trainer.employee)
    step = session.steps.last()
    assert (step.kind, step.by) == ("closed", trainer.employee)
    assert booking_faults() == []


def test_closing_tells_those_who_completed_and_withdraws_the_rest(begun, trainer, time_machine):
    session = begun(people=2)
    came, absent = people_of(session)
    mark_attendance(session.meetings.get(), [MarkWish(absent.pk, Mark.ABSENT)], by=trainer.employee)
    mark_all_present(session.meetings.get(), by=trainer.employee)

    close(session, trainer, time_machine)

    planned = Message.objects.planned().values_list("recipient", "kind", "subject")
    completion = Completion.objects.get()
    assert list(planned) == [(came.trainee_id, "completion_recorded", f"completion:{completion.pk}")]


def test_rule_23_the_day_of_the_last_meeting_counts(begun, trainer, time_machine):
    session = begun(people=1)
    second = add_meeting(session, days=7)
    mark_all_present(session.meetings.earliest("starts_at"), by=trainer.employee)
    time_machine.move_to(second.starts_at, tick=False)
    mark_all_present(second, by=trainer.employee)
    time_machine.move_to(second.ends_at + timedelta(days=3), tick=False)

    close_sheet(session, by=trainer.employee)

    assert Completion.objects.get().completed_on == date(2026, 12, 1)


def test_rule_23_the_end_of_the_month_is_kept_in_range(begun, trainer, time_machine):
    time_machine.move_to(moscow(2026, 8, 30, 10), tick=False)
    session = SessionFactory(
        starts_at=moscow(2026, 8, 31, 10), trainer=trainer, course=CourseFactory(repeat_months=6)
    )
    enrol(EmployeeFactory(), session)
    time_machine.move_to(session.starts_at, tick=False)
    mark_all_present(session.meetings.get(), by=trainer.employee)

    close(session, trainer, time_machine)

    assert Completion.objects.get().valid_until == date(2027, 2, 28)


def test_rule_23_the_share_is_the_policys(begun, trainer, time_machine):
    PolicyFactory(attended_percent=50)
    session = begun(people=1)
    (enrolment,) = people_of(session)
    mark_attendance(session.meetings.get(), [MarkWish(enrolment.pk, Mark.LATE, 90)], by=trainer.employee)

    close(session, trainer, time_machine)

    assert Completion.objects.get().minutes_attended == 90


def test_rule_23_without_the_exam_there_is_no_completion(begun, trainer, time_machine):
    session = begun(people=3, course=exam())
    passed, failed, _without = people_of(session)
    mark_all_present(session.meetings.get(), by=trainer.employee)
    set_scores(session, [ScoreWish(passed.pk, 70), ScoreWish(failed.pk, 69)], by=trainer.employee)

    close(session, trainer, time_machine)

    assert [one.ended_because for one in people_of(session)] == [
        Ending.FINISHED,
        Ending.NOT_COMPLETED,
        Ending.NOT_COMPLETED,
    ]
    assert Completion.objects.get().score == 70


def test_s4_no_completion_before_the_last_meeting_has_ended(begun, trainer, time_machine):
    session = begun(people=1)
    mark_all_present(session.meetings.get(), by=trainer.employee)
    time_machine.move_to(session.ends_at - timedelta(seconds=1), tick=False)

    with pytest.raises(TooEarly):
        close_sheet(session, by=trainer.employee)

    assert not Completion.objects.exists()


def test_rule_20_a_sheet_with_somebody_not_marked_is_not_closed(begun, trainer, time_machine):
    session = begun(people=8)
    add_meeting(session)
    mark_all_present(session.meetings.earliest("starts_at"), by=trainer.employee)

    with pytest.raises(NotMarked) as refused:
        close(session, trainer, time_machine)

    names = sorted(enrolment.trainee.short_name for enrolment in people_of(session))
    assert all(name in str(refused.value) for name in names[:5])
    assert "3" in str(refused.value).partition(names[4])[2]
    assert Session.objects.get(pk=session.pk).status == Session.Status.OPEN


def test_rule_21_a_closed_sheet_cannot_be_changed(begun, trainer, time_machine):
    session = begun(people=1, course=exam())
    (enrolment,) = people_of(session)
    meeting = session.meetings.get()
    mark_all_present(meeting, by=trainer.employee)
    set_scores(session, [ScoreWish(enrolment.pk, 90)], by=trainer.employee)
    close(session, trainer, time_machine)

    late = MarkWish(enrolment.pk, Mark.LATE, 90, seen=Standing("present", 180))
    for change in (
        lambda: mark_attendance(meeting, [late], by=trainer.employee),
        lambda: mark_all_present(meeting, by=trainer.employee),
        lambda: set_scores(session, [ScoreWish(enrolment.pk, 10, seen=90)], by=trainer.employee),
        lambda: add_walk_in(session, EmployeeFactory(), by=trainer.employee),
    ):
        with pytest.raises(SheetClosed, match=trainer.employee.short_name):
            change()

    enrolment.refresh_from_db()
    assert (marks(session), enrolment.score) == ([(enrolment.pk, "present", 180)], 90)


def test_closing_again_changes_nothing(begun, trainer, time_machine):
    session = begun(people=1)
    mark_all_present(session.meetings.get(), by=trainer.employee)
    close(session, trainer, time_machine)
    before = (Completion.objects.get().pk, Enrolment.objects.get().ended_at, session.steps.count())
    time_machine.shift(timedelta(hours=1))

    close_sheet(session, by=EmployeeFactory())

    assert (Completion.objects.get().pk, Enrolment.objects.get().ended_at, session.steps.count()) == before


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_a_session_that_does_not_take_place_has_no_sheet(status, trainer):
    session = SessionFactory(
        status=status,
        starts_at=timezone.now() - timedelta(hours=5),
        cancelled_because="Болезнь" if status == "cancelled" else "",
    )

    with pytest.raises(EnrolmentError):
        mark_all_present(session.meetings.get(), by=trainer.employee)
    with pytest.raises(EnrolmentError):
        close_sheet(session, by=trainer.employee)


def test_a_person_whose_booking_clashed_is_marked_like_all(begun, trainer, time_machine):
    """Attendance needs no booking: who came is present, whatever the calendar says."""
    session = begun(people=1)
    (enrolment,) = people_of(session)
    Booking.objects.attending().delete()
    Enrolment.objects.update(clash_since=session.starts_at - timedelta(days=1))
    mark_all_present(session.meetings.get(), by=trainer.employee)

    close(session, trainer, time_machine)

    enrolment.refresh_from_db()
    assert enrolment.ended_because == Ending.FINISHED
    assert booking_faults() == []
