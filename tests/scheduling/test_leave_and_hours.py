"""Requests for leave (rules 6 and 7), weekly hours without teaching and workload (rule 3)."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.roles import Role
from notifications.kinds import render
from notifications.models import Message
from scheduling.actions import plan_session
from scheduling.checks import unavailable_findings
from scheduling.errors import NeedsReason
from scheduling.facts import DayFacts, Span, TrainerFacts, WeeklyHours
from scheduling.plans import MeetingPlan
from scheduling.workload import Load, month_limit, months_of, weeks_of_trainer
from tests.costs import cost
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
    moscow,
)
from tests.rights import in_role, sign_in
from trainers.actions import ask_for_leave, grant_leave, refuse_leave, withdraw_leave
from trainers.errors import LeaveError
from trainers.models import Absence, LeaveRequest

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 12, 7)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def asked(trainer=None, **fields):
    trainer = trainer or TrainerFactory()
    day = in_days(14).date()
    return ask_for_leave(trainer, day, day, kind="vacation", note="Море", by=trainer.employee, **fields)


# --- leave ----------------------------------------------------------------------------------------


def test_rule_7_granting_records_the_absence_even_when_sessions_stand_in_the_way_and_tells_the_trainer():
    trainer = TrainerFactory()
    SessionFactory(trainer=trainer)
    request = asked(trainer)

    grant_leave(request, by=EmployeeFactory())

    absence = Absence.objects.get()
    assert (absence.trainer, absence.starts_on, absence.reason) == (trainer, request.starts_on, "vacation")
    assert "Your leave is granted." in render(Message.objects.get(kind="leave_decided")).as_text()
    with pytest.raises(LeaveError, match="has decided this request already"):
        refuse_leave(request, "Поздно", by=EmployeeFactory())


def test_18_a_refusal_of_leave_needs_a_reason_and_records_nothing():
    request = asked()

    with pytest.raises(LeaveError, match="Say why"):
        refuse_leave(request, " ", by=EmployeeFactory())
    refuse_leave(request, "Некому заменить", by=EmployeeFactory())

    assert not Absence.objects.exists()
    assert "Reason: Некому заменить" in render(Message.objects.get()).as_text()


def test_18_leave_is_withdrawn_while_nobody_has_decided():
    request = asked()
    withdraw_leave(request, by=request.trainer.employee)

    with pytest.raises(LeaveError, match="has withdrawn"):
        grant_leave(request, by=EmployeeFactory())
    assert LeaveRequest.objects.get().state == "withdrawn"


def test_rule_6_a_trainer_sees_the_sessions_in_the_way_before_asking(client):
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer, course__title="Трудный разговор")
    SessionFactory(trainer=trainer, starts_at=in_days(14, hour=15), course__title="Тайный", status="draft")
    day = session.starts_at.date().isoformat()
    data = {"starts_on": day, "ends_on": day, "kind": "vacation"}
    sign_in(client, trainer.employee)

    preview = client.post(reverse("scheduling:leave_new"), data).content.decode()

    assert ("Трудный разговор" in preview, "Тайный" in preview) == (True, False)
    assert not LeaveRequest.objects.exists()
    client.post(reverse("scheduling:leave_new"), data | {"despite": "1"})
    assert LeaveRequest.objects.get().trainer == trainer


def test_18_hr_grants_leave_from_the_queue_and_goes_on_to_the_repair(client):
    trainer = TrainerFactory()
    SessionFactory(trainer=trainer)
    page = reverse("scheduling:leave_request", args=[asked(trainer).pk])
    sign_in(client, in_role(Role.HR_ADMIN))

    answer = client.post(page, {"decision": "grant"})

    assert answer.url == f"{reverse('scheduling:repair')}?trainer={trainer.pk}"
    assert Absence.objects.get().trainer == trainer


@pytest.mark.rows_of("scheduling:leave_list", "scheduling:leave_request", "scheduling:workload")
def test_queue_and_workload_cost_the_same_for_any_number(client):
    sign_in(client, in_role(Role.HR_ADMIN))
    trainer = TrainerFactory()
    request = asked(trainer)
    costs = []
    for more in (1, 2, 297):
        for other in TrainerFactory.create_batch(more, home_site=trainer.home_site):
            asked(other)
        pages = [
            reverse("scheduling:leave_list"),
            reverse("scheduling:leave_request", args=[request.pk]),
            reverse("scheduling:workload"),
        ]
        SessionFactory(trainer=trainer, starts_at=in_days(14, hour=8 + len(costs)), hours=1)
        costs.append([cost(client, page) for page in pages])

    assert costs == [costs[0]] * 3


# --- hours without teaching -----------------------------------------------------------------------


def span(day, begin, end):
    return Span(moscow(2026, 12, day, begin), moscow(2026, 12, day, end))


@pytest.mark.parametrize(
    ("meeting", "is_met"),
    [
        (span(7, 9, 12), True),
        (span(7, 8, 10), False),
        (span(7, 12, 14), False),
        (span(8, 10, 12), False),
        (span(14, 10, 12), True),
        (span(21, 10, 12), False),
    ],
)
def test_rule_3_weekly_hours_meet_a_meeting_on_their_day_and_in_their_time_alone(meeting, is_met):
    hours = WeeklyHours(0, time(10), time(12), MONDAY, date(2026, 12, 20))
    trainer = TrainerFacts(7, 8, "Иванова А.", is_active=True, unavailable=(hours,))

    found = list(unavailable_findings(trainer, [meeting]))

    assert [(one.code, one.is_soft) for one in found] == ([("trainer_unavailable", True)] if is_met else [])


def test_rule_3_planning_into_hours_without_teaching_needs_a_reason_and_says_how_firm_they_are():
    trainer = TrainerFactory()
    trainer.unavailabilities.create(
        weekday=0, begins_at=time(9), ends_at=time(18), starts_on=MONDAY, kind="rather_not"
    )
    begins = moscow(2026, 12, 7, 10)
    plan = [MeetingPlan(begins, begins + timedelta(hours=1), RoomFactory().pk, (trainer.pk,))]

    with pytest.raises(NeedsReason) as refused:
        plan_session(CourseFactory(), plan, by=None)

    assert str(refused.value).startswith(
        f"{trainer.employee.short_name}: would rather not teach on 7 December from 09:00 to 18:00."
    )
    plan_session(CourseFactory(), plan, by=None, despite="Иначе никак")


def test_18_a_trainer_keeps_the_own_hours_and_nobody_elses(client):
    trainer, other = TrainerFactory.create_batch(2)
    data = {
        "weekday": 0,
        "begins_at": "9:00",
        "ends_at": "12:00",
        "kind": "cannot",
        "starts_on": "2026-12-07",
    }
    sign_in(client, trainer.employee)

    own = client.post(reverse("scheduling:hours_new", args=[trainer.pk]), data)
    others = client.post(reverse("scheduling:hours_new", args=[other.pk]), data)

    assert (own.url, others.status_code) == (reverse("enrolment:desk"), 403)
    assert trainer.unavailabilities.get().begins_at == time(9)
    assert not other.unavailabilities.exists()


# --- workload -------------------------------------------------------------------------------------


def test_rule_3_the_limit_of_a_month_follows_from_its_working_days_by_the_laws_calendar():
    holiday = {date(2026, 12, 31): DayFacts(is_working_day=False)}

    assert month_limit(40, date(2026, 12, 1), {}) == 184  # 23 working days
    assert month_limit(40, date(2026, 12, 1), holiday) == 176


def test_rule_3_a_load_is_said_in_words_and_numbers():
    load = Load(MONDAY, MONDAY + timedelta(days=6), timedelta(hours=9), 10)

    assert (load.words, load.is_over, load.bar) == ("12 of 10 academic hours, 120%", True, 100)


def test_rule_3_a_week_holds_the_published_sessions_of_the_trainer_and_the_staff_sees_drafts_too():
    trainer = TrainerFactory()
    week = in_days(7)
    published = SessionFactory(trainer=trainer, starts_at=week)
    SessionFactory(trainer=trainer, starts_at=week + timedelta(hours=5), status="draft")

    loads = weeks_of_trainer(trainer)
    [row] = months_of([trainer], week.date().replace(day=1))

    assert len(loads) == 12
    assert [(load.hours, load.sessions) for load in loads if load.sessions] == [("4", (published,))]
    assert (row.month.hours, row.fullest.hours) == ("8", "8")
