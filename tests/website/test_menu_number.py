"""The number beside "For your decision" in the menu: the requests that stand on the page, at one small price."""

import pytest
from django.urls import reverse

from enrolment.approvals.rows import requests_of
from people.models import Employment
from tests.enrolment.approvals import asking, goes_on_leave, hr_admin, led_office
from tests.factories import EmployeeFactory
from website.menu import menu
from website.parts import parts_of

pytestmark = pytest.mark.django_db
DECISIONS = reverse("enrolment:decisions")


def fresh(person):
    return type(person).objects.get(pk=person.pk)


def number(person):
    [entry] = [one for one in menu(fresh(person), "/") if one.url == DECISIONS]
    return entry.number


def test_expectation_13_head_and_deputy_read_the_same_number_whoever_is_on_leave():
    office = led_office(deputy=True)
    leaders = (office.head, office.deputy)
    asking(office)
    asking(led_office())

    before = [number(one) for one in leaders]
    for leader in leaders:
        goes_on_leave(leader)
        assert [number(one) for one in leaders] == [len(requests_of(fresh(one)).rows) for one in leaders]

    assert before == [1, 1]


def test_expectation_13_nobody_counts_their_own_request_and_a_former_head_none():
    office = led_office(deputy=True)
    asking(office)
    former = office.head
    office.head = EmployeeFactory()
    office.save()

    assert [parts_of(fresh(one)).decisions for one in (former, office.head, office.deputy)] == [0, 1, 1]


def test_rule_19_the_number_follows_a_transfer_at_once():
    office, other = led_office(), led_office()
    request = asking(office)

    Employment.objects.filter(employee=request.trainee).update(office=other)

    assert [number(office.head), number(other.head)] == [0, 1]


def test_expectation_13_whoever_leads_an_office_and_decides_for_hr_reads_both():
    hr, office = hr_admin(), led_office()
    office.head = hr
    office.save()
    asking(office)
    without_leader = led_office()
    asking(without_leader)
    goes_on_leave(without_leader.head)

    assert number(hr) == len(requests_of(fresh(hr)).rows) == 2


@pytest.mark.parametrize("requests", [1, 3, 30])
def test_the_number_costs_one_statement_for_any_number_of_requests(requests, django_assert_num_queries):
    office = led_office()
    for _number in range(requests):
        asking(office)
    head = fresh(office.head)
    parts_of(fresh(office.deputy or office.head))

    with django_assert_num_queries(1):  # beside the rights, which the page has loaded with its reader
        assert parts_of(head).decisions == requests
