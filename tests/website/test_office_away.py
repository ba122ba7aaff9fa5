"""The month of an office as its head sees it: who is away for training when (rule 16)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from enrolment.actions import Terms, enrol
from enrolment.models import Approval
from scheduling.models import Booking
from tests.costs import cost
from tests.factories import (
    EmployeeFactory,
    EmploymentFactory,
    OfficeFactory,
    SessionFactory,
    in_days,
    moscow,
)
from tests.rights import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return OfficeFactory(head=EmployeeFactory())


@pytest.fixture
def head(client, office):
    return sign_in(client, office.head)


def wednesday(weeks=1):
    day = timezone.localdate() + timedelta(weeks=weeks)
    return in_days(7 * weeks + (2 - day.weekday()) % 7)


def page(office, at):
    return f"{reverse('website:office_away', args=[office.pk])}?month={timezone.localdate(at):%Y-%m}"


def people(office, number, **fields):
    return [job.employee for job in EmploymentFactory.create_batch(number, office=office, **fields)]


def test_rule_16_the_head_sees_who_is_away_who_asks_and_how_many_may_be(head, office):
    away, asks, on_leave, _at_work = people(office, 4)
    on_leave.employments.update(leave="vacation")
    (elsewhere,) = people(OfficeFactory(), 1)
    at = wednesday()
    for person in (away, on_leave, elsewhere):
        enrol(person, SessionFactory(starts_at=at))
    enrol(asks, SessionFactory(starts_at=at), terms=Terms(approval=Approval.ASKED, approval_until=in_days(3)))

    (day,) = head.get(page(office, at)).context["days"]

    assert (day.on, day.at_work, day.away, day.away_most) == (timezone.localdate(at), 3, 1, 1)
    assert (day.is_full, day.is_over) == (True, False)
    assert [(one.person, one.works, one.is_asked) for one in day.training] == sorted(
        [(away, True, False), (on_leave, False, False), (asks, True, True)],
        key=lambda one: (one[2], one[0].name_key),
    )


def test_rule_16_more_than_may_be_away_are_said_in_words(head, office):
    at = wednesday()
    for person in people(office, 2):
        enrol(person, SessionFactory(starts_at=at))

    shown = head.get(page(office, at))

    assert shown.context["days"][0].is_over
    assert "больше, чем можно" in shown.content.decode()


def test_the_month_begins_with_today_and_keeps_the_days_that_are_over_below(client, office, time_machine):
    time_machine.move_to(moscow(2026, 11, 2, 9))
    days = [moscow(2026, 11, 11, 10), moscow(2026, 11, 18, 10)]
    for at, person in zip(days, people(office, 2), strict=True):
        enrol(person, SessionFactory(starts_at=at))

    def shown(now):
        time_machine.move_to(now)
        client.force_login(office.head)
        context = client.get(page(office, days[0])).context
        return [[day.on.day for day in context[part]] for part in ("days", "over")]

    assert shown(moscow(2026, 11, 11, 20)) == [[11, 18], []]
    assert shown(moscow(2026, 11, 12, 9)) == [[18], [11]]
    assert shown(moscow(2026, 12, 3, 9)) == [[11, 18], []]


def test_rights_the_month_of_another_office_is_not_shown(head):
    other = OfficeFactory()

    assert head.get(page(other, wednesday())).status_code == 404


@pytest.mark.rows_of("website:office_away")
def test_the_month_costs_the_same_for_any_number_of_people(head, office):
    at = wednesday()
    costs = []
    for more in (1, 2, 297):
        meeting = SessionFactory(starts_at=at).meetings.get()
        Booking.objects.bulk_create(
            Booking(
                meeting=meeting, person=person, role="attends", period=(meeting.starts_at, meeting.ends_at)
            )
            for person in people(office, more)
        )
        costs.append(cost(head, page(office, at)))

    assert costs == [costs[0]] * 3
