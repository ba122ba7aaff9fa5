"""What the trainer's pages cost: the same for 1, 3 and 300 rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from enrolment.attendance import close_sheet, mark_all_present
from scheduling.models import Meeting, Session
from tests.costs import add_meetings, cost
from tests.enrolment.sheets import PAGES, add_people, marks, row, session_with, url
from tests.factories import (
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]


@pytest.mark.rows_of(
    "enrolment:people",
    "enrolment:sheet",
    "enrolment:print_sheet",
    "enrolment:print_order",
    "enrolment:close_sheet",
)
@pytest.mark.parametrize("name", PAGES)
def test_a_sheet_costs_the_same_for_1_3_and_300_people(page, trainer, name):
    session = session_with(1, trainer, seats=300, waiting=1)
    costs = [cost(page, url(name, session))]
    for more in (2, 297):
        add_people(session, more)
        mark_all_present(session.meetings.get(), by=trainer.employee)
        costs.append(cost(page, url(name, session)))

    assert costs == [costs[0]] * 3
    assert costs[0] <= 15  # one of them records who looked


def test_a_closed_sheet_costs_the_same_for_1_and_300_people(page, trainer):
    costs = []
    for people in (1, 300):
        session = session_with(people, trainer, seats=300, starts_at=moscow(2026, 11, 16 + len(costs), 10))
        mark_all_present(session.meetings.get(), by=trainer.employee)
        close_sheet(session, by=trainer.employee)
        costs.append(cost(page, url("sheet", session)))

    assert costs[0] == costs[1]


@pytest.mark.rows_of("enrolment:timetable")
def test_a_timetable_costs_the_same_for_1_3_and_300_meetings(page, trainer):
    address = reverse("enrolment:timetable") + "?week=2026-W50"
    monday = moscow(2026, 12, 7)
    costs = []
    for number in (1, 3):
        while (have := Meeting.objects.count()) < number:
            session_with(1, trainer, starts_at=monday + timedelta(minutes=20 * have), hours=0.1)
        costs.append(cost(page, address))
    add_meetings(Session.objects.latest("starts_at"), 297)
    costs.append(cost(page, address))

    assert costs == [costs[0]] * 3
    assert costs[0] <= 12


def test_saving_costs_the_same_for_3_and_300_people(page, trainer):
    costs = []
    for people in (3, 300):
        session = session_with(
            people, trainer, seats=300, starts_at=timezone.now() - timedelta(hours=4 * (1 + len(costs)))
        )
        sent = {}
        for enrolment in session.enrolments.all():
            sent |= row(enrolment, "present")
        with CaptureQueriesContext(connection) as queries:
            page.post(url("sheet", session), sent)
        costs.append(len(queries))
        assert len(marks(session)) == people

    assert costs[0] == costs[1]
