"""Expectation 7: how many were found is announced, by a region that was on the page before its words changed."""

import pytest

from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.factories import CourseFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


def test_expectation_7_the_number_of_courses_is_announced_while_one_types(centre: Centre, visit: Open):
    from playwright.sync_api import expect

    for title in ("Медиация", "Этикет"):
        CourseFactory(title=title)
    reader = visit(width=360, employee=centre.employee)
    reader.open("/catalogue/")
    region = reader.page.get_by_role("status").and_(reader.page.locator("#result-count"))
    # A screen reader hears a change of a region that it knows; a new one in its place is silent.
    region.evaluate("one => { window.knownRegion = one; }")

    reader.fill("What would you like to learn?", "медиация")

    expect(region).to_contain_text("Найден 1 курс")
    assert region.evaluate("one => one === window.knownRegion")
