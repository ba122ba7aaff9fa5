"""What the verbs of planning refuse, past the pages that would not offer it: rules 1, 3, 4 and 10."""

from datetime import timedelta

import pytest

from centre.models import CalendarDay
from enrolment.actions import enrol
from enrolment.attendance import close_sheet, mark_all_present
from scheduling.actions import (
    cancel_session,
    current_plans,
    plan_session,
    publish_session,
    replan_session,
)
from scheduling.errors import NotPlannable, SchedulingError, WrongState
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    QualificationFactory,
    RoomFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


def meeting(starts_at, *, room=None, trainer=None):
    ends_at = starts_at + timedelta(hours=3)
    return MeetingPlan(starts_at, ends_at, (room or RoomFactory()).pk, ((trainer or TrainerFactory()).pk,))


def close_the_centre(day):
    CalendarDay.objects.create(on=day.date(), kind="centre", name="Учёт", status="decree", is_closed=True)


def codes(refused):
    return [finding.code for finding in refused.value.findings]


def test_rule_3_a_plan_without_the_qualification_is_refused_and_nothing_is_booked():
    course = CourseFactory()
    course.qualifications.add(QualificationFactory())

    with pytest.raises(NotPlannable) as refused:
        plan_session(course, [meeting(in_days(10))], by=None)

    assert codes(refused) == ["qualification_missing"]
    assert not Booking.objects.exists()


def test_rule_4_a_new_plan_is_asked_like_the_first_and_a_refused_one_changes_nothing():
    session = SessionFactory(starts_at=in_days(14))
    close_the_centre(in_days(15))
    (plan,) = current_plans(session)
    moved = MeetingPlan(in_days(15), in_days(15, 13), plan.room_id, plan.trainer_ids)

    with pytest.raises(NotPlannable) as refused:
        replan_session(session, [moved], by=None, version=session.version)

    session.refresh_from_db()
    assert codes(refused) == ["centre_closed"]
    assert (session.starts_at, current_plans(session)) == (in_days(14), [plan])


def test_rule_4_what_changed_since_it_was_planned_is_asked_again_before_publishing():
    draft = plan_session(CourseFactory(), [meeting(in_days(10))], by=None)
    close_the_centre(in_days(10))

    with pytest.raises(NotPlannable) as refused:
        publish_session(draft, by=None)

    draft.refresh_from_db()
    assert codes(refused) == ["centre_closed"]
    assert draft.status == Session.Status.DRAFT


def test_rule_10_the_smallest_of_several_rooms_decides():
    site = SiteFactory()
    rooms = [RoomFactory(site=site, capacity=capacity) for capacity in (12, 8, 15)]
    trainer = TrainerFactory()

    session = plan_session(
        CourseFactory(meetings=3),
        [meeting(in_days(10 + day), room=room, trainer=trainer) for day, room in enumerate(rooms)],
        by=None,
    )

    assert session.seats == 8


def test_a_self_paced_course_has_no_sessions():
    with pytest.raises(SchedulingError, match=r".+"):
        plan_session(SelfPacedCourseFactory(), [meeting(in_days(10))], by=None)

    assert not Session.objects.exists()


def test_a_session_has_a_meeting():
    with pytest.raises(SchedulingError):
        plan_session(CourseFactory(), [], by=None)


def test_rule_1_a_session_is_cancelled_until_its_end_and_not_afterwards(time_machine):
    session = SessionFactory()
    time_machine.move_to(session.ends_at, tick=False)

    with pytest.raises(WrongState):
        cancel_session(session, "Нет света.", by=None)

    time_machine.move_to(session.ends_at - timedelta(minutes=1), tick=False)
    assert cancel_session(session, "Нет света.", by=None).status == Session.Status.CANCELLED


def test_rule_1_a_closed_session_stays_closed(time_machine):
    session = SessionFactory()
    enrol(EmployeeFactory(), session)
    time_machine.move_to(session.ends_at, tick=False)
    mark_all_present(session.meetings.get(), by=EmployeeFactory())
    close_sheet(session, by=EmployeeFactory())
    time_machine.move_to(session.starts_at, tick=False)  # whatever the clock says

    with pytest.raises(WrongState):
        cancel_session(session, "Нет света.", by=None)
