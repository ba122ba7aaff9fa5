"""Setting a second factor up on a phone, and a session that ends while somebody types (S10, expectation 36)."""

import base64
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django_otp.oath import TOTP

from tests.browser.checks import axe_violations, wider_than_the_screen
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, small_centre
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD, PolicyFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def centre(clock: time_machine.Traveller, transactional_db) -> Centre:
    return small_centre(clock)


def code_of(key: str) -> str:
    totp = TOTP(base64.b32decode(key))
    totp.time = time.time()
    return f"{totp.token():06d}"


def looks_right(visitor: Visitor) -> None:
    assert wider_than_the_screen(visitor.page) == []
    assert axe_violations(visitor.page) == []


def test_s10_a_second_factor_is_set_up_on_a_phone_and_asked_at_the_next_sign_in(centre: Centre, visit: Open):
    PolicyFactory(second_factor=True)
    hr = visit(width=360)
    hr.sign_in(centre.hr_admin.username, PASSWORD)
    hr.page.get_by_text(hr.words("Cannot scan? Type the key")).click()
    key = hr.page.locator("code").first.inner_text().replace(" ", "")
    looks_right(hr)

    hr.fill("Six figures that the app shows now", code_of(key))
    hr.press("Confirm")
    hr.sees_words("The second factor is set up.")
    looks_right(hr)
    recovery = hr.page.locator("li code").first.inner_text()

    again = visit()
    again.page.goto("/sign-in/?next=/planning/")
    again.fill("Personnel number or e-mail", centre.hr_admin.username)
    again.fill("Password", PASSWORD)
    again.press("Sign in")
    again.page.wait_for_url("**/sign-in/code/**")
    looks_right(again)
    again.fill("Code of the app, or a recovery code", recovery)
    again.press("Sign in")
    again.page.wait_for_url("**/planning/")


@pytest.mark.parametrize("javascript", [True, False])
def test_36_what_was_typed_is_offered_after_signing_in_again(
    javascript: bool, centre: Centre, visit: Open, clock: time_machine.Traveller
):
    planner = visit(javascript=javascript)
    planner.sign_in(centre.hr_admin.username, PASSWORD)
    planner.open(f"/planning/{centre.sessions['open'].pk}/cancellation/")
    planner.page.locator("#id_reason").fill("Заболел тренер, замены нет")
    clock.move_to(timezone.now() + timedelta(hours=3))

    planner.press("Cancel the session")
    planner.sees_words("Your session has ended. What you typed is kept: sign in, and send it then.")
    planner.fill("Personnel number or e-mail", centre.hr_admin.username)
    planner.fill("Password", PASSWORD)
    planner.press("Sign in")
    planner.sees("Заболел тренер, замены нет")
    planner.press("Send it now")

    planner.sees_words("The session is cancelled.")


def test_36_the_reader_is_warned_before_the_session_ends_and_stays(centre: Centre, visit: Open):
    PolicyFactory(idle_minutes=4)
    reader = visit(employee=centre.employee)
    reader.open("/account/")
    note = reader.page.locator("[data-session-seconds]")
    assert note.is_visible()
    looks_right(reader)

    PolicyFactory(idle_minutes=60, valid_from=timezone.now())
    reader.press("Stay signed in")

    note.wait_for(state="hidden")
