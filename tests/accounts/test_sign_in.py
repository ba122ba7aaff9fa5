from datetime import date, timedelta
from typing import ClassVar

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.backends import EmployeeBackend, employee_known_as
from people.models import Employee
from tests.factories import PASSWORD, EmployeeFactory, EmploymentFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"
WRONG = "this is not the password"


@pytest.fixture
def maria():
    employee = EmployeeFactory(username="00012345", email="Maria.Ivanova@mfc.example")
    employee.set_password(PASSWORD)
    employee.save()
    EmploymentFactory(employee=employee, personnel_number="00012345")
    EmploymentFactory(employee=employee, personnel_number="А-77/2", is_main=False)
    return employee


def sign_in(client, name, password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"username": name, "password": password, **fields})


@pytest.mark.parametrize(
    "name",
    ["00012345", " 00012345 ", "А-77/2", "maria.ivanova@mfc.example", "MARIA.IVANOVA@MFC.EXAMPLE"],
)
def test_people_sign_in_by_any_number_in_force_or_by_e_mail(client, maria, name):
    response = sign_in(client, name)

    assert response.status_code == 302
    assert get_user(client) == maria


def test_r24_an_e_mail_is_looked_up_by_its_index(maria):
    """However many people there are: the index of unique addresses holds only those who have one."""
    Employee.objects.bulk_create(EmployeeFactory.build_batch(1000))
    with CaptureQueriesContext(connection) as queries:
        employee_known_as("Maria.Ivanova@mfc.example")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_employee")
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "employee_email_unique" in plan


def test_a_number_that_ended_signs_nobody_in(client, maria):
    former = EmploymentFactory(
        employee=maria,
        personnel_number="55",
        is_main=False,
        ended_on=timezone.localdate() - timedelta(days=1),
    )

    assert employee_known_as(former.personnel_number) is None


def test_a_number_in_force_goes_before_an_old_account_name(maria):
    other = EmployeeFactory(username="555")
    EmploymentFactory(employee=maria, personnel_number="555", is_main=False, started_on=date(2025, 1, 1))

    assert employee_known_as("555") == maria != other


def test_s8_the_answer_does_not_tell_who_exists(client, maria):
    closed = EmployeeFactory(username="00099999", is_active=False)
    closed.set_password(PASSWORD)
    closed.save()

    answers = [
        sign_in(Client(), maria.username, WRONG),
        sign_in(Client(), "nobody", WRONG),
        sign_in(Client(), "nobody@mfc.example", WRONG),
        sign_in(Client(), closed.username, PASSWORD),
    ]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert {str(answer.context["form"].non_field_errors()) for answer in answers} == {
        str(answers[0].context["form"].non_field_errors())
    }


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"
    hashed: ClassVar[list[str]] = []

    def encode(self, password, salt):
        self.hashed.append(password)
        return super().encode(password, salt)


def test_s8_an_unknown_name_costs_as_much_hashing_as_a_wrong_password(maria, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_sign_in.CountingHasher"]
    maria.set_password(PASSWORD)
    maria.save()

    CountingHasher.hashed.clear()
    for name in [maria.username, "nobody", "nobody@mfc.example"]:
        EmployeeBackend().authenticate(None, name, WRONG)

    assert CountingHasher.hashed == [WRONG] * 3


def test_s7_the_fifth_wrong_password_pauses_the_account_under_all_its_names(client, maria):
    for name in ["00012345", "А-77/2", "maria.ivanova@mfc.example", "00012345"]:
        assert sign_in(client, name, WRONG).status_code == 200

    fifth = sign_in(client, "А-77/2", WRONG)
    right = sign_in(client, "00012345")

    assert (fifth.status_code, right.status_code) == (429, 429)
    assert fifth["Retry-After"] == "900"
    assert "приостановлен на 15 минут" in fifth.content.decode()
    assert not get_user(client).is_authenticated


def test_s7_a_pause_is_over_in_time_and_hits_nobody_else(client, maria):
    now = timezone.now()
    other = EmployeeFactory(username="00067890")
    other.set_password(PASSWORD)
    other.save()
    with time_machine.travel(now, tick=False):
        for _attempt in range(5):
            sign_in(client, maria.username, WRONG)

        assert sign_in(Client(), other.username).status_code == 302
        assert sign_in(Client(REMOTE_ADDR="10.0.0.7"), maria.username).status_code == 302
        forged = sign_in(Client(HTTP_X_FORWARDED_FOR="10.0.0.9"), maria.username)
        assert forged.status_code == 429

    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        assert sign_in(Client(), maria.username).status_code == 302


def test_s6_signing_in_changes_the_session_id(client, maria):
    client.post(reverse("accounts:choose_language"), {"language": "en"})
    planted = client.session.session_key
    sign_in(client, maria.username)

    assert client.session.session_key != planted


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("/account/?tab=1", "/account/?tab=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_s11_next_stays_on_this_site(client, maria, asked, answered):
    assert sign_in(client, maria.username, next=asked).url == answered


@pytest.mark.parametrize("asked", ["account", "website:home", "%00", "http", "httpaccount"])
def test_s15_a_word_for_the_next_page_is_no_page(client, maria, asked):
    language = client.post("/language/", {"language": "ru", "next": asked})
    client.force_login(maria)
    signed_in = client.get(SIGN_IN, {"next": asked})

    assert (language.url, signed_in.url) == ("/", "/")


def test_a_page_behind_the_door_is_shown_after_signing_in(client, maria):
    asked = client.get("/account/")
    form = client.get(asked.url)

    response = sign_in(client, maria.username, next=form.context["next"])

    assert response.url == "/account/"


@pytest.mark.parametrize(
    "name", ["accounts:sign_in", "accounts:sign_out", "accounts:choose_language", "accounts:change_password"]
)
def test_s5_a_form_without_its_token_changes_nothing(maria, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(maria)

    response = client.post(reverse(name), {"language": "en"})

    assert response.status_code == 403
    assert get_user(client) == maria
    maria.refresh_from_db()
    assert maria.language == "ru"


@pytest.mark.parametrize("name", ["accounts:sign_out", "accounts:choose_language"])
def test_s5_nothing_changes_by_get(client, maria, name):
    client.force_login(maria)

    response = client.get(reverse(name), {"language": "en"})

    assert response.status_code == 405
    assert get_user(client) == maria


def test_signing_out_ends_the_session(client, maria):
    sign_in(client, maria.username)
    session_id = client.session.session_key

    response = client.post("/sign-out/", follow=True)

    assert "Вы вышли." in response.content.decode()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_id
    assert not get_user(client).is_authenticated


def test_nul_in_a_name_is_an_error_in_the_form(client):
    assert sign_in(client, "a\0b").status_code == 200


def test_s6_a_new_password_ends_the_other_sessions(maria):
    here, elsewhere = Client(), Client()
    sign_in(here, maria.username)
    sign_in(elsewhere, maria.username)
    new = "quite another long phrase"

    response = here.post(
        "/account/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    assert response.status_code == 302
    assert get_user(here) == maria
    assert not get_user(elsewhere).is_authenticated


def test_rights_come_from_groups_alone_and_cost_one_query(maria, django_assert_num_queries):
    granted, alone = Permission.objects.all()[:2]
    group = Group.objects.create(name="A role")
    group.permissions.add(granted)
    maria.groups.add(group)
    maria.user_permissions.add(alone)

    with django_assert_num_queries(1):
        permissions = maria.get_all_permissions()
        maria.has_perm("scheduling.plan_session")

    assert permissions == {f"{granted.content_type.app_label}.{granted.codename}"}
