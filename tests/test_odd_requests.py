"""Nothing typed into an address or a form makes a fault: it is not found, refused, or left out (S15, S30)."""

import re
from itertools import product
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client

from accounts.actions.access import give_role
from accounts.roles import Role
from tests.access import CHANGE, READ
from tests.addresses import ROUTES, address
from tests.browser.small_centre import centre_of_a_module
from tests.costs import cost

pytestmark = pytest.mark.django_db

HUGE = str(10**30)
# Each of another kind: nothing, signs that a database, a number, a date, a template or a path stumbles over.
IN_ADDRESSES = [
    "a\0b",
    "'; DROP TABLE people_employee; --",
    HUGE,
    "²",
    "2026-02-30",
]
IN_FORMS = ["a\0b", HUGE, "²"]
# The words that pages ask their addresses for.
WORDS = (
    *(
        "page",
        "sort",
        "columns",
        "form",
        "q",
        "week",
        "month",
        "year",
        "on",
        "day",
        "since",
        "until",
        "office",
    ),
    *(
        "position",
        "course",
        "block",
        "topic",
        "site",
        "meeting",
        "room",
        "trainer",
        "kind",
        "state",
        "person",
    ),
    *("step", "next", "status", "starts_on", "free", "mine", "by", "object", "language"),
)


@pytest.fixture(scope="module")
def centre(django_db_setup, django_db_blocker):
    with centre_of_a_module(django_db_blocker) as made:
        for role in Role:  # so that every page opens
            give_role(made.employee, role, by=None, reason="проба")
        yield made


@pytest.fixture
def client(centre, settings):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, (10**6, 3600))
    client = Client()
    client.force_login(centre.employee)
    client.raise_request_exception = False
    return client


@pytest.fixture(scope="module")
def forms(centre) -> dict[str, list[str]]:
    """The address of each page and change, with the names of the fields that its forms have."""
    client = Client()
    client.force_login(centre.employee)
    found = {}
    for route in sorted({*READ, *CHANGE}):
        where = address(route, centre)
        with transaction.atomic():
            page = client.get(where)
            transaction.set_rollback(True)
        names = [] if page.streaming else re.findall(rb'name="([^"]+)"', page.content)
        found[where] = [name.decode() for name in names if name != b"csrfmiddlewaretoken"]
    return found


def asked(call, *args, **kwargs) -> int:
    with transaction.atomic():
        status = call(*args, **kwargs).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("odd", IN_ADDRESSES, ids=ascii)
def test_s15_an_odd_word_in_an_address_is_left_out(centre, client, odd):
    """All words of a page at once, and each page once: what one of them would break, the others do not hide."""
    query = urlencode(dict.fromkeys(WORDS, odd))

    answers = {route: asked(client.get, f"{address(route, centre)}?{query}") for route in READ}

    assert {route: status for route, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("odd", IN_FORMS, ids=lambda odd: ascii(odd[:20]))
def test_s15_an_odd_word_in_a_form_is_refused(client, forms, odd):
    """Every field that a page's form has, and every one that an address asks for."""
    faults = {}
    for where, names in forms.items():
        if (status := asked(client.post, where, dict.fromkeys((*names, *WORDS), odd))) >= 500:
            faults[where] = status

    assert faults == {}


def test_s15_a_number_of_nothing_is_not_found(centre, client):
    faults = {}
    for route, method in product(ROUTES, ("get", "post")):
        where = re.sub(r"/\d+(?=/)", f"/{HUGE}", address(route, centre))
        if where != address(route, centre):
            status = asked(getattr(client, method), where)
            if status not in {403, 404, 405}:
                faults[route, method] = status

    assert faults == {("learning:material", "get"): 302}  # to what is read next


@pytest.mark.parametrize(
    "path", ["/catalogue/%00/", "/catalogue/%ff/", "/people/%D9%A1/", "/%2e%2e/etc/", "/" + "a" * 9000]
)
def test_s15_an_odd_path_is_not_found(client, path):
    assert asked(client.get, path) in {400, 404}


@pytest.mark.parametrize(
    "route", ["website:catalogue", "website:person_list", "website:changes", "notifications:message_list"]
)
def test_s30_a_page_far_beyond_the_last_costs_no_more_than_the_first(centre, client, route):
    where = address(route, centre)
    first = cost(client, where)

    for page in (HUGE, "-5", "0", "last"):
        assert cost(client, f"{where}?page={page}") <= first
