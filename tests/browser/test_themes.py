"""Light, dark and paper (expectation 35): the system decides until the reader does, and paper is black on white."""

import pytest

from centre.theme import THEME_COOKIE
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.browser.visitor import Visitor
from tests.factories import CourseFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOKENS = """() => {
  const style = getComputedStyle(document.documentElement);
  return ["--paper", "--ink", "--accent", "--bad", "color-scheme"].map((name) => style.getPropertyValue(name).trim());
}"""
# What is not black on white on paper, and what should not be there at all.
NOT_FOR_PAPER = """() => {
  const shown = [...document.querySelectorAll("body, body *")].filter((one) => one.checkVisibility());
  const wrong = shown.filter((one) => {
    const style = getComputedStyle(one);
    const paints = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    return (paints && style.color !== "rgb(0, 0, 0)")
      || !["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(style.backgroundColor)
      || one.matches("nav, button, .site-header, .site-footer, .filters, .button, .notice--wait.session-note");
  });
  return wrong.map((one) => `${one.tagName}.${one.className}`).slice(0, 5);
}"""


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


def choose(visitor: Visitor, theme: str) -> None:
    with visitor.page.expect_response("**/theme/"):
        visitor.page.locator(f".theme-switch [value={theme}]").click()


def pressed(visitor: Visitor) -> str:
    return visitor.page.locator(".theme-switch [aria-pressed=true]").get_attribute("value")


def test_35_the_theme_of_the_system_is_the_one_that_may_be_chosen(centre: Centre, visit: Open):
    by_system, by_choice = visit(employee=centre.employee), visit(employee=centre.employee)
    by_system.has_theme("dark")
    by_choice.keep_cookie(THEME_COOKIE, "dark")
    by_system.open("/")
    by_choice.open("/")

    assert by_system.page.evaluate(TOKENS) == by_choice.page.evaluate(TOKENS)
    by_system.has_theme("light")
    assert by_system.page.evaluate(TOKENS)[0] != by_choice.page.evaluate(TOKENS)[0]


@pytest.mark.parametrize("javascript", [True, False])
def test_35_the_choice_is_kept_and_stronger_than_the_system(javascript: bool, centre: Centre, visit: Open):
    visitor = visit(employee=centre.employee, javascript=javascript)
    visitor.has_theme("dark")
    visitor.open("/catalogue/")
    dark = visitor.page.evaluate(TOKENS) if javascript else None

    choose(visitor, "light")
    visitor.page.wait_for_function("document.documentElement.dataset.bsTheme === 'light'")
    assert visitor.page.url.endswith("/catalogue/")
    visitor.open("/completions/")

    assert pressed(visitor) == "light"
    assert visitor.page.evaluate(TOKENS) != dark
    choose(visitor, "system")
    visitor.page.wait_for_function("!document.documentElement.dataset.bsTheme")
    assert pressed(visitor) == "system"


def test_35_what_was_typed_stays_when_the_theme_changes(centre: Centre, visit: Open):
    visitor = visit(employee=centre.hr_admin)
    visitor.open("/staff/new-course/")
    visitor.page.locator("#id_title").fill("Разговор")

    choose(visitor, "dark")

    assert visitor.page.locator("#id_title").input_value() == "Разговор"


@pytest.mark.parametrize("chosen", ["dark", "light"])
def test_paper_is_black_on_white_without_menus(chosen: str, centre: Centre, visit: Open):
    session = centre.plan(CourseFactory(title="Разговор с посетителем"), moscow(2027, 3, 9, 10))
    visitor = visit(employee=centre.hr_admin)
    visitor.keep_cookie(THEME_COOKIE, chosen)
    found = {}
    for address in (
        f"/sessions/{session.pk}/sheet/print/",
        f"/planning/{session.pk}/",
        "/planning/?form=print",
        "/people/?form=print",
        "/offices/",
        f"/people/{centre.employee.pk}/",
        "/calendar/",
        "/completions/",
    ):
        visitor.open(address)
        visitor.page.emulate_media(media="print", color_scheme=chosen)
        found[address] = visitor.page.evaluate(NOT_FOR_PAPER)
        heads = visitor.page.locator("main table thead").evaluate_all(
            "all => all.map((one) => getComputedStyle(one).display)"
        )
        assert set(heads) <= {"table-header-group"}, address
        visitor.page.emulate_media(media="screen")

    assert {address: wrong for address, wrong in found.items() if wrong} == {}
