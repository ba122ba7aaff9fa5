"""Who may open what: every address of the site, asked by nobody and by each role (promises S1, S2).

What is meant stands in tests/access.py; what every method answers about whose object, in tests/access_matrix.txt.
"""

import difflib
import os
from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings

from tests.access import CHANGE, CHANGE_WITHOUT_SIGN_IN, CHANGERS, EVERYBODY, PUBLIC, READ, STEPS
from tests.access_matrix import FILE, walk
from tests.addresses import ROUTES, address
from tests.browser.small_centre import TODAY, Centre, small_centre

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def centre(django_db_setup, django_db_blocker) -> Iterator[Centre]:
    """One centre for the whole module: nothing here changes it."""
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
        time_machine.travel(TODAY, tick=True) as clock,
        transaction.atomic(),
    ):
        yield small_centre(clock)
        transaction.set_rollback(True)


def test_each_route_stands_in_the_table():
    assert sorted({*READ, *CHANGE, *PUBLIC, *STEPS}) == ROUTES


@pytest.mark.parametrize("route", ROUTES)
def test_s1_nobody_opens_a_page_without_signing_in(route, centre):
    response = Client().get(address(route, centre))

    if route in PUBLIC:
        assert response.status_code == 200
    elif route in STEPS and not STEPS[route]:
        assert response.status_code in {302, 404, 410}
    elif route in CHANGE:
        assert response.status_code == 405 or response.headers["Location"].startswith("/sign-in/")
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_s1_a_role_opens_its_pages_and_no_other(role, centre):
    client = Client()
    client.force_login(centre.person(role))

    answers = {route: client.get(address(route, centre)).status_code for route in READ}

    assert {route for route, status in answers.items() if status == 200} == {
        route for route in READ if role in READ[route].split()
    }
    assert {status for status in answers.values() if status != 200} <= {403, 404}


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_s5_nothing_changes_by_get(role, centre):
    client = Client()
    client.force_login(centre.person(role))

    answers = {route: client.get(address(route, centre)).status_code for route in CHANGE}

    assert set(answers.values()) <= {403, 405}


def test_each_change_stands_in_the_table_of_who_may():
    assert set(CHANGERS) == CHANGE


@pytest.mark.parametrize("role", EVERYBODY.split())
def test_s1_a_role_sends_no_form_that_it_may_not_open_and_changes_nothing(role, centre):
    """What is not shown is not done either: a form is posted past its page as easily."""
    client = Client()
    client.force_login(centre.person(role))
    closed = [route for route, who in (READ | CHANGERS).items() if role not in who.split()]

    answers = {route: client.post(address(route, centre)).status_code for route in closed}

    assert {route: status for route, status in answers.items() if status not in {403, 404, 405}} == {}


@pytest.mark.parametrize("route", sorted(CHANGE - CHANGE_WITHOUT_SIGN_IN))
def test_nobody_changes_anything_without_signing_in(route, centre):
    response = Client().post(address(route, centre))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_s1_s2_every_answer_is_as_it_was_read(centre):
    """A difference is read first; then WRITE_ACCESS_MATRIX=1 writes it down."""
    with transaction.atomic():
        found = walk(centre)
        transaction.set_rollback(True)
    if os.environ.get("WRITE_ACCESS_MATRIX"):
        FILE.write_text(found, encoding="utf-8")

    known = FILE.read_text(encoding="utf-8")

    assert list(difflib.unified_diff(known.splitlines(), found.splitlines(), lineterm="", n=0)) == []
