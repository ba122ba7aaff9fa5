"""By keyboard alone: every step is reached with Tab, is seen to have the focus, and nothing covers it (WCAG 2.4)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from enrolment.models import AttendanceMark, Enrolment, Seat
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD, CourseFactory, EmployeeFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STARTS_AT = moscow(2027, 3, 9, 10)
TITLE = "Разговор с недовольным посетителем"
TABS_AT_MOST = 80

# The name of what has the focus, and what is wrong with it: no ring, outside the screen, or under something else.
FOCUSED = """() => {
  const one = document.activeElement;
  const labels = [...(one.labels || [])].map((label) => label.textContent).join(" ");
  const words = `${one.getAttribute("aria-label") || ""} ${labels} ${one.textContent}`;
  const name = words.replace(/\\u00ad/g, "").replace(/\\s+/g, " ").trim();
  const places = [[one, null], [one, "::after"], ...(one.nextElementSibling ? [[one.nextElementSibling, null]] : [])];
  const ring = places.some(([place, part]) => {
    const style = getComputedStyle(place, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = one.getBoundingClientRect();
  const across = Math.min(box.left + box.width / 2, innerWidth - 1);
  const down = Math.min(Math.max(box.top + Math.min(box.height, 40) / 2, 0), innerHeight - 1);
  const hit = document.elementFromPoint(across, down);
  const mine = [one, ...(one.labels || [])];
  const wrong = [];
  if (!ring) wrong.push("no ring");
  if (box.bottom <= 0 || box.top >= innerHeight) wrong.push("outside the screen");
  if (!hit || !(hit.contains(one) || mine.some((part) => part.contains(hit)))) wrong.push("covered");
  return {name, wrong: one === document.body ? "" : wrong.join(" ")};
}"""


@dataclass
class Keyboard:
    """A visitor without a mouse."""

    visitor: Visitor

    def press(self, key: str) -> None:
        self.visitor.page.keyboard.press(key)

    def focused(self) -> dict[str, str]:
        found = self.visitor.page.evaluate(FOCUSED)
        assert not found["wrong"], found
        return found

    def tab_to(self, words: str, key: str = "Tab") -> None:
        """On with Tab until what has these words in its name has the focus."""
        passed = []
        for _step in range(TABS_AT_MOST):
            self.press(key)
            passed.append(self.focused()["name"])
            if words.casefold() in passed[-1].casefold():
                return
        raise AssertionError(f"{words!r} is not among {passed}")

    def enter(self) -> None:
        """Press Enter, which leads to another page."""
        with self.visitor.page.expect_navigation():
            self.press("Enter")

    def go_to(self, msgid: str) -> None:
        """Reach a link or a button by its words, and press it."""
        self.tab_to(self.visitor.words(msgid))
        self.enter()

    def type_into(self, label: str, text: str) -> None:
        self.tab_to(self.visitor.words(label))
        self.visitor.page.keyboard.type(text)


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


@pytest.mark.parametrize("width", [320, 1440])
def test_an_employee_signs_in_takes_a_seat_and_cancels(width: int, centre: Centre, visit: Open):
    session = centre.plan(CourseFactory(title=TITLE, is_mandatory=True, due_days=30), STARTS_AT)
    visitor = visit(width=width)
    keys = Keyboard(visitor)
    visitor.open("/sign-in/")

    visitor.page.evaluate("document.activeElement.blur()")
    keys.type_into("Personnel number or e-mail", centre.employee.username)
    keys.type_into("Password", PASSWORD)
    keys.enter()
    if width < 960:
        keys.tab_to(visitor.words("Menu"))
        keys.press("Enter")
    keys.go_to("Catalogue")
    keys.type_into("What would you like to learn?", "разговоры")
    keys.press("Enter")
    visitor.waits_for_what_is_found()
    keys.tab_to(TITLE)
    keys.enter()
    keys.go_to("Take a seat")
    visitor.sees_words("You have a seat")
    taken = session.enrolments.get().seat
    keys.go_to("Cancel my enrolment")
    keys.go_to("Give up the seat")
    visitor.sees_words("Done: your enrolment in “%(course)s” is cancelled.", course=TITLE)

    assert (taken, session.enrolments.get().seat) == (Seat.HELD, Seat.GIVEN_UP)


def test_the_skip_link_comes_first_and_leads_past_the_menu(centre: Centre, visit: Open):
    visitor = visit(employee=centre.employee)
    keys = Keyboard(visitor)
    visitor.open("/catalogue/")

    keys.press("Tab")
    assert keys.focused()["name"] == visitor.words("Skip to the content")
    keys.press("Enter")

    assert visitor.page.evaluate("document.activeElement.id") == "content"
    keys.press("Tab")
    assert visitor.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_32_a_refused_form_names_the_error_first_and_leads_to_the_field(centre: Centre, visit: Open):
    visitor = visit()
    keys = Keyboard(visitor)
    visitor.open("/sign-in/")
    visitor.page.evaluate("document.activeElement.blur()")

    keys.go_to("Sign in")

    assert visitor.page.title().startswith(visitor.words("Error:"))
    assert visitor.page.evaluate("document.activeElement.className") == "error-summary"
    keys.press("Tab")
    assert keys.focused()["name"]
    keys.press("Enter")
    assert visitor.page.evaluate("document.activeElement.name") == "username"


def test_rule_20_a_trainer_marks_a_sheet(centre: Centre, visit: Open, clock):
    session = centre.plan(CourseFactory(title=TITLE), STARTS_AT)
    for number in range(12):
        person = EmployeeFactory(last_name=f"Слушатель{number:02}")
        Enrolment.objects.create(trainee=person, session=session, course=session.course, seat=Seat.HELD)
    clock.move_to(STARTS_AT + timedelta(minutes=10))
    visitor = visit(employee=centre.trainer.employee)
    keys = Keyboard(visitor)
    visitor.open(f"/sessions/{session.pk}/sheet/")

    keys.tab_to(visitor.words("All present"))
    keys.press("Enter")
    visitor.page.locator("[data-state-words]", has_text="Всё сохранено").wait_for()
    visitor.page.locator("#content").focus()
    keys.tab_to(visitor.words("present"))  # the first person's, for a group of radio buttons is one stop
    for _person in range(3):
        keys.press("Tab")
        keys.focused()
    keys.press("ArrowLeft")  # from the first mark round to "not marked", and on to the one before it
    keys.press("ArrowLeft")
    visitor.page.locator("[data-state-words]", has_text="Всё сохранено").wait_for()
    visitor.page.wait_for_timeout(500)

    marks = AttendanceMark.objects.order_by("enrolment__trainee__name_key").values_list("mark", flat=True)
    assert marks[3] == visitor.page.evaluate("document.activeElement.value") != "present"
    assert sorted(marks)[1:] == ["present"] * 11


def test_nothing_on_the_pages_of_a_planner_is_covered_when_it_has_the_focus(centre: Centre, visit: Open):
    """The sheet's bar and the note of the session's end stay at the edges of the screen (2.4.11)."""
    session = centre.plan(CourseFactory(title=TITLE), STARTS_AT)
    visitor = visit(width=320, employee=centre.hr_admin)
    keys = Keyboard(visitor)
    for address in ("/planning/", f"/planning/{session.pk}/", "/people/", "/staff/new-course/"):
        visitor.open(address)
        for _step in range(25):
            keys.press("Tab")
            keys.focused()
