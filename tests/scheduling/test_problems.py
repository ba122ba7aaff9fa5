"""The list of problems: what became wrong with sessions that are planned (rules 3, 4, 7 and 8)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from centre.models import CalendarDay, Policy
from enrolment.actions import enrol
from scheduling.actions import current_plan, plan_session, publish_session, replan_session
from scheduling.models import RoomClosure, Session
from scheduling.plans import MeetingPlan
from scheduling.problems import problems_of
from tests.costs import cost
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
)
from trainers.models import Absence

pytestmark = pytest.mark.django_db


def codes(session):
    found = problems_of([Session.objects.with_course().get(pk=session.pk)], policy=Policy.objects.current())
    return [problem.finding.code for row in found.values() for problem in row.problems]


def room_of(session):
    return session.meetings.get().bookings.get(room__isnull=False).room


def trainer_of(session):
    return session.meetings.get().bookings.get(role="teaches").person.trainer


def fall_ill(session):
    day = session.starts_at.date()
    Absence.objects.create(trainer=trainer_of(session), starts_on=day, ends_on=day, reason="illness")


def close_room(session):
    RoomClosure.objects.create(
        room=room_of(session), starts_at=session.starts_at, ends_at=session.ends_at, reason="потоп"
    )


def close_centre(session):
    CalendarDay.objects.create(
        on=session.starts_at.date(), kind="centre", name="Учёт", status="decree", is_closed=True
    )


def ask_for_a_qualification(session):
    session.course.qualifications.add(QualificationFactory())


def shrink(session):
    room = room_of(session)
    room.capacity = 2
    room.save()


def lower_the_limit(session):
    trainer = trainer_of(session)
    trainer.academic_hours_a_day = 3
    trainer.save()


def lose_the_trainer(session):
    session.meetings.get().bookings.filter(role="teaches").delete()


def lose_the_room(session):
    session.meetings.get().bookings.filter(room__isnull=False).delete()


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (fall_ill, "trainer_absent"),
        (close_room, "room_closed"),
        (close_centre, "centre_closed"),
        (ask_for_a_qualification, "qualification_missing"),
        (shrink, "room_too_small"),
        (lower_the_limit, "trainer_day_hours"),
        (lose_the_trainer, "needs_trainer"),
        (lose_the_room, "needs_room"),
    ],
)
def test_rule_7_what_becomes_wrong_later_is_found(happens, code):
    session = SessionFactory(course__group_min=4)
    assert codes(session) == []

    happens(session)

    assert codes(session) == [code]


def test_rule_8_too_few_people_shortly_before_the_start():
    near = SessionFactory(starts_at=in_days(5), course__group_min=2)
    far = SessionFactory(starts_at=in_days(15), course__group_min=2)
    enrol(EmployeeFactory(), near)

    assert (codes(near), codes(far)) == (["too_few"], [])


def test_people_whom_a_move_brought_into_a_clash_are_counted():
    session, other = SessionFactory(), SessionFactory(starts_at=in_days(15))
    both = EmployeeFactory()
    enrol(both, session)
    enrol(both, other)
    plan = current_plan(session).with_meeting(0, starts_at=in_days(15), ends_at=in_days(15, 13))

    replan_session(session, plan.meetings, by=None, version=session.version)

    assert codes(session) == ["people_clash"]


def test_rule_2_a_move_elsewhere_brings_travel_into_the_list():
    trainer = TrainerFactory()
    session = SessionFactory(starts_at=in_days(14, 9), trainer=trainer)
    SessionFactory(
        starts_at=in_days(14, 13), trainer=trainer, room=RoomFactory()
    )  # at another site, an hour later

    assert codes(session) == ["trainer_travels"]


def test_rule_3_hours_are_counted_in_every_week_of_the_list():
    trainer = TrainerFactory(academic_hours_a_week=6)
    room = RoomFactory()
    near, far = (SessionFactory(starts_at=in_days(day), trainer=trainer, room=room) for day in (8, 36))
    SessionFactory(starts_at=in_days(36, 14), trainer=trainer, room=room)
    sessions = Session.objects.with_course().filter(pk__in=[near.pk, far.pk])

    found = problems_of(list(sessions), policy=Policy.objects.current())

    assert [[problem.finding.code for problem in row.problems] for row in found.values()] == [
        ["trainer_week_hours"]
    ]


def test_over_cancelled_and_closed_sessions_have_no_problems():
    sessions = [
        SessionFactory(starts_at=in_days(-3)),
        SessionFactory(status="cancelled", cancelled_because="Нет света"),
    ]
    for session in sessions:
        lose_the_trainer(session)

    assert [codes(session) for session in sessions] == [[], []]


def test_rule_3_what_was_allowed_is_listed_apart_with_who_and_why(hr):
    trainer, room = TrainerFactory(academic_hours_a_day=2), RoomFactory()
    starts_at = in_days(14)
    allowed = plan_session(
        CourseFactory(),
        [MeetingPlan(starts_at, starts_at + timedelta(hours=3), room.pk, (trainer.pk,))],
        by=EmployeeFactory(last_name="Волкова"),
        despite="Экзамен",
    )
    publish_session(allowed, by=None)
    url = reverse("scheduling:problems")

    open_ones = hr.get(url)
    all_of_them = hr.get(url, {"show": "allowed"})

    assert open_ones.context["listing"].count == 0
    (line,) = all_of_them.context["listing"].lines
    assert (line.head.row.session, line.head.row.is_open) == (allowed, False)
    assert "Волкова" in all_of_them.content.decode()
    assert "Экзамен" in all_of_them.content.decode()


@pytest.mark.rows_of("scheduling:problems")
def test_the_list_costs_the_same_for_any_number_of_sessions(hr):
    costs = []
    for more in (1, 2, 40):
        for _session in range(more):
            lose_the_trainer(SessionFactory())
        costs.append(cost(hr, reverse("scheduling:problems")))

    assert costs == [costs[0]] * 3
