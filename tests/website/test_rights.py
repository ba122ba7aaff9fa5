"""Every page of the trainee asks for a sign-in, every change for a token (promises S1, S5)."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import EmploymentFactory

PAGES = [
    reverse("website:home"),
    reverse("website:catalogue"),
    reverse("website:course", args=["IP-001"]),
    reverse("website:session", args=[1]),
    reverse("website:completions"),
    reverse("enrolment:enrolment", args=[1]),
    reverse("enrolment:cancel", args=[1]),
    reverse("learning:study", args=["DL-001"]),
    reverse("learning:material", args=["DL-001", 1]),
    reverse("learning:test", args=["DL-001"]),
]
CHANGES = [
    reverse("enrolment:enrol_in_session", args=[1]),
    reverse("enrolment:cancel", args=[1]),
    reverse("learning:start", args=["DL-001"]),
    reverse("learning:read", args=["DL-001", 1]),
    reverse("learning:test", args=["DL-001"]),
    reverse("learning:finish", args=["DL-001"]),
]


@pytest.mark.parametrize("page", PAGES)
def test_s1_a_page_asks_for_a_sign_in(client, db, page):
    assert client.get(page).url == f"{reverse('accounts:sign_in')}?next={page}"


@pytest.mark.parametrize("change", CHANGES)
def test_s1_a_change_asks_for_a_sign_in(client, db, change):
    assert client.post(change).url == f"{reverse('accounts:sign_in')}?next={change}"


@pytest.mark.parametrize("change", CHANGES)
def test_s5_a_change_without_its_token_is_refused(db, change):
    client = Client(enforce_csrf_checks=True)
    client.force_login(EmploymentFactory().employee)

    assert client.post(change).status_code == 403
