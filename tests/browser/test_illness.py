"""A trainer falls ill with four sessions ahead: recorded and repaired in a browser in under ten clicks (rule 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from scheduling.hurt import without_trainer
from scheduling.models import Session
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.browser.visitor import Visitor
from tests.factories import CourseFactory, TrainerFactory, moscow

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TUESDAY = moscow(2027, 3, 9, 10)
COUNT_CLICKS = """addEventListener("click", (click) => {
  // A press of the keyboard, and what a label passes on to its field, have no place on the screen.
  if (click.isTrusted && click.detail) sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1;
}, true);"""


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


@pytest.fixture
def sessions(centre: Centre) -> list[Session]:
    """Two a day on two days."""
    course = CourseFactory(title="Разговор с недовольным посетителем")
    starts = [TUESDAY + timedelta(days=day, hours=hour) for day in (0, 1) for hour in (0, 4)]
    return [centre.plan(course, start) for start in starts]


def test_rule_7_a_trainer_s_illness_with_four_sessions_is_repaired_in_under_ten_clicks(
    centre: Centre, sessions: list[Session], visit: Open
):
    TrainerFactory(home_site=centre.room.site)
    visitor = visit(employee=centre.centre_admin)
    visitor.page.add_init_script(COUNT_CLICKS)

    visitor.open(reverse("scheduling:trainer", args=[centre.trainer.pk]))
    visitor.follow("Record an absence")
    visitor.page.locator("[name=starts_on]").fill("2027-03-09")
    visitor.page.locator("[name=ends_on]").fill("2027-03-12")
    visitor.page.locator("[name=reason]").select_option("illness")
    for _page in ("the form", "what will happen", "the replacements", "what will happen then"):
        main_button(visitor).click()
    visitor.sees_words("Nothing to repair")

    assert not without_trainer().exists()
    assert int(visitor.page.evaluate("sessionStorage.clicks")) + 1 < 10  # one more to choose the reason


def main_button(visitor: Visitor) -> Locator:
    return visitor.page.locator("main form button.button:not(.button--secondary, .button--quiet)").first
