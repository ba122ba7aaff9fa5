"""The second factor: required by policy, asked at the door of every page, recovered, reset (promise S10)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actions.access import give_role
from accounts.actions.second_factor import check_code, reset_factor, set_up_factor
from accounts.errors import OwnRights, TooManyCodes, WrongCode
from accounts.middleware import BEFORE_THE_FACTOR, RENEWS_ITSELF
from accounts.models import AccessEntry
from accounts.roles import Role
from accounts.second_factor import Step
from centre.models import Policy
from tests.addresses import ROUTES, address
from tests.browser.small_centre import TODAY, small_centre
from tests.factories import PASSWORD, EmployeeFactory, PolicyFactory
from tests.rights import in_role
from tests.threads import at_once

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef01234567"
ENGLISH = {"accept-language": "en"}


def code_at(moment, key=KEY):
    totp = TOTP(bytes.fromhex(key))
    totp.time = moment.timestamp()
    return f"{totp.token():06d}"


def code_now(key=KEY):
    return code_at(timezone.now(), key)


def code_soon(key=KEY):
    """Of the next half minute, for the present one may have been used."""
    return code_at(timezone.now() + timedelta(seconds=30), key)


@pytest.fixture
def required():
    return PolicyFactory(second_factor=True)


@pytest.fixture
def planner():
    planner = in_role(Role.HR_ADMIN)
    planner.set_password(PASSWORD)
    planner.save()
    return planner


def sign_in(person, client=None):
    client = client or Client()
    client.post("/sign-in/", {"username": person.username, "password": PASSWORD, "next": "/account/"})
    return client


def with_factor(person):
    _device, codes = set_up_factor(person, KEY, code_now(), session_key=None)
    return codes


def test_the_policy_wants_it_in_a_real_installation_and_not_in_the_demo(settings):
    assert not Policy.objects.current().second_factor

    settings.IS_PRODUCTION = True

    assert Policy.objects.current().second_factor


@pytest.mark.parametrize("role", Role)
def test_s10_the_policy_obliges_those_who_see_what_is_other_peoples(required, role):
    person = in_role(role)
    client = Client()
    client.force_login(person)

    answer = client.get("/account/")

    assert answer.status_code == (200 if role == Role.METHODIST else 302)


def test_s10_employees_are_not_obliged_but_may(required):
    client = Client()
    client.force_login(EmployeeFactory())

    assert client.get("/account/").status_code == 200
    assert client.get(reverse("accounts:set_up_factor")).status_code == 200


def test_s10_every_page_is_closed_until_the_factor_is_set_up_or_shown():
    """All addresses of the site, the administration pages and one that leads nowhere, by GET and by POST.

    But for the page at a room's door, which shows everybody the same whether signed in or not.
    """
    with time_machine.travel(TODAY, tick=True) as clock:
        centre = small_centre(clock)
        PolicyFactory(second_factor=True, valid_from=TODAY)
        client = Client()
        for step in (Step.SET_UP, Step.CODE):
            if step == Step.CODE:
                with_factor(centre.hr_admin)
            client.force_login(centre.hr_admin)
            page = reverse("accounts:set_up_factor" if step == Step.SET_UP else "accounts:second_factor_code")
            closed = {
                route: address(route, centre)
                for route in ROUTES
                if route not in BEFORE_THE_FACTOR[step] | RENEWS_ITSELF
            }
            closed |= {"admin": "/admin/", "admin list": "/admin/people/employee/", "nowhere": "/nowhere/"}
            for route, where in closed.items():
                for answer in (client.get(where), client.post(where)):
                    assert answer.status_code == 302, route
                    assert answer["Location"].startswith(f"{page}?next="), route


def test_a_fragment_and_a_head_request_are_closed_too(required, planner):
    client = sign_in(planner)

    assert client.head("/planning/").status_code == 302
    fragment = client.get("/catalogue/", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"].startswith("/account/second-factor/")


def test_s10_setting_up_shows_the_key_and_ten_codes_once(required, planner):
    client = sign_in(planner)
    page = client.get(reverse("accounts:set_up_factor"), headers=ENGLISH)
    key = client.session["second_factor_key"]
    assert "<svg" in page.content.decode()

    done = client.post(reverse("accounts:set_up_factor"), {"code": code_now(key)})

    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", done.content.decode())
    assert len(set(codes)) == 10
    assert "no-store" in done["Cache-Control"]
    assert client.get("/planning/").status_code == 200
    stored = "".join(StaticToken.objects.values_list("token", flat=True))
    assert not any(code.replace("-", "") in stored for code in codes)
    assert planner.access_entries.first().what == "factor_set_up"


def test_a_wrong_code_confirms_nothing(required, planner):
    client = sign_in(planner)
    client.get(reverse("accounts:set_up_factor"))

    client.post(reverse("accounts:set_up_factor"), {"code": "000000"})

    assert not TOTPDevice.objects.exists()
    assert client.get("/planning/").status_code == 302


def test_s10_the_code_is_asked_after_the_password_and_leads_on(planner):
    with_factor(planner)
    client = sign_in(planner)
    before = client.session.session_key

    asked = client.get("/planning/?tab=1")
    answer = client.post(asked.url, {"code": code_soon(), "next": "/planning/?tab=1"})

    assert asked.url == "/sign-in/code/?next=%2Fplanning%2F%3Ftab%3D1"
    assert answer.url == "/planning/?tab=1"
    assert client.get("/planning/").status_code == 200
    assert client.session.session_key != before


def test_s11_the_code_leads_to_no_other_site(planner):
    with_factor(planner)
    client = sign_in(planner)

    assert client.post("/sign-in/code/", {"code": code_soon(), "next": "//evil.example"}).url == "/"


def test_s10_a_code_is_used_once(planner):
    with_factor(planner)
    code = code_soon()
    first, second = sign_in(planner), sign_in(planner)
    first.post("/sign-in/code/", {"code": code})

    answer = second.post("/sign-in/code/", {"code": code})

    assert "Код не подошёл" in answer.content.decode()
    assert second.get("/account/").status_code == 302


def test_s7_wrong_codes_are_slowed_down_for_ever_longer(planner):
    with_factor(planner)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        with pytest.raises(WrongCode):
            check_code(planner, "000000")
        with pytest.raises(TooManyCodes, match="1"):
            check_code(planner, code_soon())
        clock.shift(timedelta(seconds=2))
        with pytest.raises(WrongCode):
            check_code(planner, "000000")
        clock.shift(timedelta(seconds=1))
        with pytest.raises(TooManyCodes):
            check_code(planner, code_soon())
        clock.shift(timedelta(seconds=2))

        assert check_code(planner, code_soon())


def test_s10_a_recovery_code_works_once_however_it_is_typed(planner):
    code = with_factor(planner)[0]

    assert check_code(planner, f" {code.lower().replace('-', ' ')} ")
    with pytest.raises(WrongCode):
        check_code(planner, code)
    assert StaticToken.objects.count() == 9


@pytest.mark.parametrize("code", ["", "  ", "٠٠٠٠٠٠", "0" * 40, "\0", "Ё" * 12, "-1", "1e5"])
def test_s15_odd_codes_are_wrong_codes(planner, code):
    with_factor(planner)
    client = sign_in(planner)

    assert client.post("/sign-in/code/", {"code": code}).status_code == 200


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_recovery_code_are_let_in_once():
    person = EmployeeFactory()
    code = with_factor(person)[0]

    results = at_once([lambda: check_code(person, code)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["StaticDevice", "WrongCode"]


def test_s10_a_lost_phone_is_reset_by_a_system_administrator_with_a_reason(required, planner):
    with_factor(planner)
    client = sign_in(planner)
    admin = in_role(Role.SYSTEM_ADMIN)

    reset_factor(planner, by=admin, reason="потерян телефон, личность проверена")

    assert not get_user(client).is_authenticated
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    entry = AccessEntry.objects.filter(person=planner).first()
    assert (entry.what, entry.by, entry.reason) == (
        "factor_reset",
        admin,
        "потерян телефон, личность проверена",
    )
    again = sign_in(planner)
    assert again.get("/planning/").url.startswith("/account/second-factor/")
    with pytest.raises(OwnRights):
        reset_factor(admin, by=admin, reason="x")


def test_s10_a_required_factor_is_not_switched_off_and_another_is(required, planner):
    person = EmployeeFactory()
    person.set_password(PASSWORD)
    person.save()
    left = []
    for one in (planner, person):
        with_factor(one)
        client = sign_in(one)
        client.post("/sign-in/code/", {"code": code_soon()})
        client.post(reverse("accounts:switch_factor_off"), {"password": PASSWORD})
        left.append(TOTPDevice.objects.filter(user=one).exists())

    assert left == [True, False]
    assert client.get("/account/").status_code == 200


def test_s10_changes_of_the_factor_ask_for_the_password(planner):
    with_factor(planner)
    client = sign_in(planner)
    client.post("/sign-in/code/", {"code": code_soon()})

    client.get(reverse("accounts:set_up_factor"))
    key = client.session["second_factor_key"]
    client.post(reverse("accounts:set_up_factor"), {"code": code_now(key)})
    client.post(reverse("accounts:recovery_codes"), {"password": "wrong"})
    unchanged = TOTPDevice.objects.get().key
    codes = set(StaticToken.objects.values_list("token", flat=True))
    client.post(reverse("accounts:recovery_codes"), {"password": PASSWORD})
    client.post(reverse("accounts:set_up_factor"), {"code": code_now(key), "password": PASSWORD})

    assert unchanged == KEY
    assert not codes & set(StaticToken.objects.values_list("token", flat=True))
    assert TOTPDevice.objects.get().key == key


def test_s10_a_role_that_needs_the_factor_asks_for_it_at_once(required):
    person = EmployeeFactory()
    person.set_password(PASSWORD)
    person.save()
    client = sign_in(person)
    give_role(person, Role.HR_ADMIN, by=in_role(Role.SYSTEM_ADMIN), reason="x")

    assert client.get("/planning/").url == "/sign-in/?next=/planning/"
    assert sign_in(person, client).get("/planning/").url.startswith("/account/second-factor/")


def test_the_administration_pages_show_nobodys_key(client):
    client.force_login(EmployeeFactory(is_staff=True, is_superuser=True))

    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert client.get("/admin/otp_static/staticdevice/").status_code == 404
