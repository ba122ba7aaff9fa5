"""Rule 3: hours a day and a week, and shifts: breaking them needs a written reason and stays flagged."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from centre.models import CalendarDay, Policy
from people.models import Employment
from scheduling.actions import current_plan, plan_session, publish_session, replan_session
from scheduling.checks import findings_against
from scheduling.errors import NeedsReason, NotPlannable
from scheduling.models import Session, Waiver
from scheduling.plans import MeetingPlan
from scheduling.problems import problems_of
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    PolicyFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    moscow,
)
from tests.rights import planner, sign_in

pytestmark = pytest.mark.django_db

MONDAY = 7  # of December 2026
FIRST_OF_TWO = date(2026, 12, 7)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(moscow(2026, 11, 24, 9))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def trainer(hours_a_day=8, hours_a_week=40, **job):
    found = TrainerFactory(academic_hours_a_day=hours_a_day, academic_hours_a_week=hours_a_week)
    if job:
        EmploymentFactory(employee=found.employee, **job)
    return found


def meeting(day, who, *, start=10, academic_hours=4):
    starts_at = moscow(2026, 12, day, start)
    return MeetingPlan(
        starts_at, starts_at + academic_hours * timedelta(minutes=45), RoomFactory().pk, (who.pk,)
    )


def found(*meetings, besides=()):
    findings = findings_against(
        CourseFactory(), meetings, needs_step_free=False, policy=PolicyFactory(), besides=besides
    )
    assert all(finding.is_soft for finding in findings)
    return [finding.key.partition("/")[0] + " " + str(finding.on) for finding in findings]


def codes(session):
    sessions = [Session.objects.with_course().get(pk=session.pk)]
    rows = problems_of(sessions, policy=Policy.objects.current()).values()
    return [problem.finding.code for row in rows for problem in row.problems]


def test_rule_3_the_hours_of_a_day_are_counted_with_what_is_taught_already():
    who = trainer(hours_a_day=6)
    SessionFactory(starts_at=moscow(2026, 12, MONDAY, 9), hours=1.5, trainer=who)  # two academic hours

    assert found(meeting(MONDAY, who, start=14, academic_hours=4)) == []
    assert found(meeting(MONDAY, who, start=14, academic_hours=5)) == ["trainer_day_hours 2026-12-07"]
    assert found(meeting(MONDAY + 1, who, academic_hours=6)) == []


def test_rule_3_the_hours_of_a_week_begin_on_monday():
    who = trainer(hours_a_week=10)
    SessionFactory(starts_at=moscow(2026, 12, MONDAY - 1), hours=4.5, trainer=who)  # Sunday: another week
    SessionFactory(starts_at=moscow(2026, 12, MONDAY + 6), hours=4.5, trainer=who)  # Sunday of this one

    assert found(meeting(MONDAY, who, academic_hours=4)) == []
    assert found(meeting(MONDAY, who, academic_hours=5)) == ["trainer_week_hours 2026-12-07"]
    assert found(meeting(MONDAY, who), meeting(MONDAY + 1, who, academic_hours=1)) == [
        "trainer_week_hours 2026-12-07"
    ]


def test_rule_3_the_session_that_is_planned_anew_does_not_count_twice():
    who = trainer(hours_a_day=4)
    session = SessionFactory(starts_at=moscow(2026, 12, MONDAY), hours=3, trainer=who)

    assert found(meeting(MONDAY, who), besides=[session.pk]) == []


def begun_on_monday(who, *, hours):
    """A session with a meeting on Monday at nine and another on Tuesday, and a meeting of Tuesday's."""
    session = SessionFactory(starts_at=moscow(2026, 12, MONDAY, 9), hours=hours, trainer=who)
    (first,) = current_plan(session).meetings
    second = meeting(MONDAY + 1, who, academic_hours=4)
    return replan_session(session, [first, second], by=None, version=session.version), first, second


def test_rule_3_what_was_taught_in_the_session_before_counts_for_its_meetings_ahead(time_machine):
    who = trainer(hours_a_week=10)
    session, first, second = begun_on_monday(who, hours=4.5)  # six academic hours
    longer = replace(second, ends_at=second.ends_at + timedelta(minutes=45))

    time_machine.move_to(moscow(2026, 12, MONDAY, 18))

    with pytest.raises(NeedsReason):
        replan_session(session, [first, longer], by=None, version=session.version)
    replan_session(session, [first, longer], by=None, version=session.version, despite="Замены нет")
    assert codes(session) == ["trainer_week_hours"]


def test_rule_3_the_board_counts_what_was_taught_in_the_session_before_once(time_machine, client):
    who = trainer(hours_a_week=10)
    session, _first, _second = begun_on_monday(who, hours=4.5)
    time_machine.move_to(moscow(2026, 12, MONDAY, 18))
    sign_in(client, planner())
    address = reverse("scheduling:board_allowed", args=[session.meetings.last().pk])

    def codes_of_the_trainers_row():
        found = client.get(address, {"on": "2026-12-08", "rows": "trainer"}).json()
        return {one["code"] for one in found[f"trainer-{who.pk}"]}

    assert "trainer_week_hours" not in codes_of_the_trainers_row()
    who.academic_hours_a_week = 9
    who.save()
    assert "trainer_week_hours" in codes_of_the_trainers_row()


def test_rule_2_the_group_comes_from_where_its_meeting_has_begun(time_machine):
    session, first, _second = begun_on_monday(trainer(), hours=4.5)
    elsewhere = meeting(MONDAY, trainer(), start=14, academic_hours=1)

    time_machine.move_to(moscow(2026, 12, MONDAY, 13))

    with pytest.raises(NotPlannable, match="the way from"):
        replan_session(session, [first, elsewhere], by=None, version=session.version)


def test_rule_4_what_the_group_was_taught_that_day_before_counts(time_machine):
    who = trainer(hours_a_day=20)
    session, first, _second = begun_on_monday(who, hours=4.5)
    evening = meeting(MONDAY, who, start=15, academic_hours=3)  # nine academic hours that day

    time_machine.move_to(moscow(2026, 12, MONDAY, 14))

    with pytest.raises(NotPlannable, match="8 at most"):
        replan_session(session, [first, evening], by=None, version=session.version)


@pytest.mark.parametrize(
    ("day", "works"),
    [(7, True), (8, True), (9, False), (10, False), (11, True), (12, True), (13, False), (31, True)],
)
def test_rule_3_shifts_of_two_and_two_follow_their_first_day_whatever_the_week(day, works):
    who = trainer(work_pattern=Employment.WorkPattern.TWO_TWO, pattern_starts_on=FIRST_OF_TWO)

    assert found(meeting(day, who)) == ([] if works else [f"trainer_off_shift 2026-12-{day:02}"])


def test_rule_5_five_days_a_week_follow_the_laws_calendar():
    who = trainer(work_pattern=Employment.WorkPattern.FIVE_TWO)
    for day, kind in ((8, "holiday"), (9, "transferred_day_off"), (10, "short_day"), (12, "working_weekend")):
        CalendarDay.objects.create(on=date(2026, 12, day), kind=kind, name="День", status="decree")

    off = [day for day in range(MONDAY, MONDAY + 7) if found(meeting(day, who))]

    assert off == [8, 9, 13]


def test_rule_3_a_broken_limit_is_said_in_words():
    who = trainer(hours_a_day=4)

    with pytest.raises(NeedsReason) as refused:
        plan_session(CourseFactory(), [meeting(MONDAY, who, academic_hours=5)], by=None)

    assert str(refused.value) == (
        f"{who.employee.short_name}: 5 academic hours on 7 December, the limit a day is 4. "
        "Write why it has to be so, or plan it differently."
    )
    assert not Session.objects.exists()


def test_rule_3_with_a_reason_it_is_planned_published_and_stays_flagged():
    planner, who = EmployeeFactory(), trainer(hours_a_day=4)

    session = plan_session(
        CourseFactory(), [meeting(MONDAY, who, academic_hours=5)], by=planner, despite="Экзамен всей группы"
    )
    publish_session(session, by=planner)

    (waiver,) = Waiver.objects.all()
    assert (waiver.session, waiver.by, waiver.reason) == (session, planner, "Экзамен всей группы")
    assert waiver.key == f"trainer_day_hours/trainer:{who.pk}/2026-12-07"


def test_rule_3_another_limit_wants_its_own_reason():
    who = trainer(hours_a_day=4, hours_a_week=8)
    session = plan_session(
        CourseFactory(), [meeting(MONDAY, who, academic_hours=5)], by=None, despite="Экзамен всей группы"
    )
    longer = [meeting(MONDAY, who, academic_hours=5), meeting(MONDAY + 1, who, academic_hours=4)]

    with pytest.raises(NeedsReason) as refused:
        replan_session(session, longer, by=None, version=session.version)

    assert [finding.code for finding in refused.value.findings] == ["trainer_week_hours"]
    assert len(current_plan(session).meetings) == 1


def test_rule_3_a_limit_that_was_broken_since_is_asked_for_when_publishing():
    who = trainer(hours_a_day=4)
    session = plan_session(CourseFactory(), [meeting(MONDAY, who)], by=None)
    SessionFactory(starts_at=moscow(2026, 12, MONDAY, 16), hours=1, trainer=who)

    with pytest.raises(NeedsReason):
        publish_session(session, by=None)
    publish_session(session, by=None, despite="Замены нет")

    assert Waiver.objects.get().reason == "Замены нет"
