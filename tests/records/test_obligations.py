"""Who owes which mandatory course (rule 25): functions over dataclasses, and how they are loaded."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from records.models import Completion
from records.obligations import Mandatory, Obligation, ObligationState, obligations_of, shown_obligations
from records.readiness import readiness_by_course, readiness_of
from tests.factories import CourseFactory, EmploymentFactory, OfficeFactory, PositionFactory

TODAY, SOON = date(2026, 11, 24), date(2027, 2, 22)
COURSE = Mandatory(1, "OT-001", "Охрана труда", due_days=30)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"due_on": date(2026, 11, 24)}, ObligationState.DUE),
        ({"due_on": date(2026, 11, 23)}, ObligationState.OVERDUE),
        ({"due_on": date(2026, 11, 24), "is_planned": True}, ObligationState.PLANNED),
        # A seat does not bring back the time: it stays overdue until it is done.
        ({"due_on": date(2026, 11, 23), "is_planned": True}, ObligationState.OVERDUE),
        ({"due_on": date(2026, 11, 23), "is_paused": True}, ObligationState.PAUSED),
        ({"due_on": date(2020, 1, 1), "completed_on": date(2019, 1, 1)}, ObligationState.DONE),
        ({"valid_until": date(2027, 2, 23)}, ObligationState.DONE),
        ({"valid_until": date(2027, 2, 22)}, ObligationState.EXPIRES),
        ({"valid_until": date(2026, 11, 24)}, ObligationState.EXPIRES),
        ({"valid_until": date(2026, 11, 24), "is_planned": True}, ObligationState.PLANNED),
        ({"valid_until": date(2026, 11, 23)}, ObligationState.OVERDUE),
        ({"valid_until": date(2026, 11, 24), "is_paused": True}, ObligationState.PAUSED),
        ({"valid_until": date(2027, 2, 23), "is_paused": True}, ObligationState.DONE),
    ],
)
def test_rule_25_the_state_of_an_obligation(fields, state):
    if until := fields.get("valid_until"):
        fields = {"due_on": until, "completed_on": date(2025, 1, 1)} | fields

    assert Obligation(COURSE, **fields).state(TODAY, SOON) == state


def test_what_presses_most_stands_first():
    obligations = [
        Obligation(COURSE, due_on=TODAY, completed_on=date(2025, 1, 1)),
        Obligation(COURSE, due_on=TODAY - timedelta(days=1)),
        Obligation(COURSE, due_on=TODAY + timedelta(days=1)),
        Obligation(COURSE, due_on=TODAY - timedelta(days=9)),
    ]

    assert [obligations.index(one.obligation) for one in shown_obligations(obligations, TODAY, SOON)] == [
        3,
        1,
        2,
        0,
    ]


@pytest.mark.django_db
def test_rule_25_an_audience_a_new_completion_and_leave_decide():
    today = timezone.localdate()
    window, hall = PositionFactory(), PositionFactory()
    for_all = CourseFactory(code="A", is_mandatory=True, due_days=30)
    for_window = CourseFactory(code="B", is_mandatory=True, due_days=10)
    for_window.audience.add(window)
    CourseFactory(code="C")
    CourseFactory(code="D", is_mandatory=True, due_days=10, is_archived=True)
    job = EmploymentFactory(position=window, started_on=today)
    other = EmploymentFactory(position=hall, started_on=today, leave="parental")
    for days, until in ((-400, -35), (-10, 355)):
        Completion.objects.create(
            trainee=job.employee,
            course=for_all,
            completed_on=today + timedelta(days=days),
            valid_until=today + timedelta(days=until),
        )

    found = obligations_of([job, other], planned={(job.employee_id, for_window.pk)})

    mine, theirs = found[job.employee_id], found[other.employee_id]
    assert [(one.course.code, one.due_on, one.is_planned) for one in mine] == [
        ("A", today + timedelta(days=355), False),
        ("B", today + timedelta(days=10), True),
    ]
    assert [(one.course.code, one.is_paused) for one in theirs] == [("A", True)]


@pytest.mark.django_db
def test_rule_25_the_readiness_of_offices():
    today = timezone.localdate()
    office, empty = OfficeFactory(), OfficeFactory()
    window = PositionFactory()
    for_all = CourseFactory(code="A", is_mandatory=True, due_days=30)
    for_window = CourseFactory(code="B", is_mandatory=True, due_days=30)
    for_window.audience.add(window)
    first = EmploymentFactory(office=office, position=window).employee
    second = EmploymentFactory(office=office).employee
    EmploymentFactory(office=office, leave="parental")
    EmploymentFactory(office=office, ended_on=today - timedelta(days=1))
    for person, course, until in (
        (first, for_all, None),
        (first, for_window, today - timedelta(days=1)),
        (second, for_window, None),  # nobody asked them to
    ):
        for day in (2, 1):
            Completion.objects.create(
                trainee=person, course=course, completed_on=today - timedelta(days=day), valid_until=until
            )

    ready = readiness_of([office.pk, empty.pk], today)

    assert (ready[office.pk].due, ready[office.pk].done, ready[office.pk].percent) == (3, 1, 33)
    assert (ready[empty.pk].due, ready[empty.pk].percent) == (0, None)
    assert [
        (course.code, one.due, one.done, one.missing) for course, one in readiness_by_course(office.pk, today)
    ] == [("B", 1, 0, 1), ("A", 2, 1, 1)]
