"""The planners' board in a browser: a week planned by mouse, and by keyboard alone; a refusal puts the card back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from courses.models import Course
from scheduling.actions import current_plan
from scheduling.models import Booking, Room, Session
from scheduling.publication.actions import prepare_cancellation
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.browser.test_keyboard import TABS_AT_MOST, Keyboard
from tests.browser.visitor import Visitor
from tests.factories import MOSCOW, CourseFactory, RoomFactory, moscow

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TUESDAY = moscow(2027, 3, 9, 10)
TITLE = "Разговор с недовольным посетителем"


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


@pytest.fixture
def other_room(centre: Centre) -> Room:
    return RoomFactory(name="Ягодный зал", site=centre.room.site)


@pytest.fixture
def draft(centre: Centre) -> Session:
    return centre.plan(CourseFactory(title=TITLE), TUESDAY, publish=False)


def where(session: Session) -> tuple[str, str, int | None]:
    """Its beginning and end, and the key of its room."""
    (plan,) = current_plan(session).meetings
    local = plan.span.local(MOSCOW)
    return f"{local.starts_at:%d.%m %H:%M}", f"{local.ends_at:%H:%M}", plan.room_id


def open_board(visitor: Visitor, view: str, on: datetime = TUESDAY) -> None:
    visitor.open(f"/planning/board/?view={view}&on={on:%Y-%m-%d}")
    card_of(visitor, TITLE).first.wait_for()


def card_of(visitor: Visitor, title: str) -> Locator:
    return visitor.page.locator(".board-card:not(.ec-preview, .ec-ghost)", has_text=title)


def row_of(visitor: Visitor, room: Room) -> Locator:
    return visitor.page.locator(".ec-row-head", has_text=room.name)


def drag(
    visitor: Visitor, what: Locator, *, to_y: float | None = None, by_x: float = 0, at: float = 0.3
) -> None:
    """From that share of its width on: as far to the right, and to that height."""
    mouse, box = visitor.page.mouse, what.bounding_box()
    x, y = box["x"] + box["width"] * at, box["y"] + min(box["height"] / 2, 20)
    mouse.move(x, y)
    mouse.down()
    with visitor.page.expect_response("**/allowed/**"):
        mouse.move(x + by_x / 2 + 8, y + 6)
        mouse.move(x + by_x, to_y or y, steps=4)
    visitor.page.locator(".board-lit, .board-lit--no").first.wait_for()
    mouse.up()


def middle(box: dict[str, float]) -> float:
    return box["y"] + box["height"] / 2


def hour(visitor: Visitor) -> float:
    """How wide an hour is on the board of a day."""
    first, second = (slot.bounding_box()["x"] for slot in visitor.page.locator(".ec-slot").all()[:2])
    return second - first


def hears(visitor: Visitor, words: str) -> None:
    visitor.page.locator("[data-status]", has_text=words).wait_for()


def test_expectation_23_a_planner_plans_a_week_by_mouse(
    centre: Centre, other_room: Room, draft: Session, visit: Open
):
    planner = visit(employee=centre.hr_admin)

    open_board(planner, "week")
    thursday = planner.page.locator(".ec-col-head").nth(3).bounding_box()
    card = card_of(planner, TITLE)
    two_days = thursday["x"] - planner.page.locator(".ec-col-head").nth(1).bounding_box()["x"]
    drag(planner, card, by_x=two_days)
    hears(planner, "Сохранено")
    moved = where(draft)

    open_board(planner, "day", TUESDAY + timedelta(days=2))
    drag(
        planner,
        card_of(planner, TITLE),
        to_y=middle(row_of(planner, other_room).bounding_box()),
        by_x=hour(planner),
    )
    hears(planner, other_room.name)
    in_other_room = where(draft)
    planner.page.locator("[data-status]").evaluate("one => one.textContent = ''")
    drag(planner, card_of(planner, TITLE), by_x=hour(planner) / 2, at=0.99)
    hears(planner, "Сохранено")
    longer = where(draft)
    planner.page.locator("[data-status]").evaluate("one => one.textContent = ''")
    planner.press("Take back")
    hears(planner, "14:00")

    assert moved == ("11.03 10:00", "13:00", centre.room.pk)
    assert in_other_room == ("11.03 11:00", "14:00", other_room.pk)
    assert longer == ("11.03 11:00", "14:30", other_room.pk)
    assert where(draft) == in_other_room


def test_what_the_board_shows_is_asked_for_once(centre: Centre, draft: Session, visit: Open):
    """The page asks early, and the script takes that answer."""
    planner = visit(employee=centre.hr_admin)
    asked = []
    planner.page.on("request", lambda request: asked.append(request.url))

    open_board(planner, "week")

    assert len([url for url in asked if "/board/feed/" in url]) == 1


def test_a_refusal_puts_the_card_back_with_its_sentence(
    centre: Centre, other_room: Room, draft: Session, visit: Open
):
    own = centre.room
    centre.room = other_room
    taken = centre.plan(Course.objects.get(), TUESDAY + timedelta(hours=4))
    planner = visit(employee=centre.hr_admin)
    open_board(planner, "day")
    card = planner.page.locator(".board-card", has_text="10:00–13:00")
    before = card.bounding_box()

    drag(
        planner,
        card,
        to_y=middle(row_of(planner, other_room).bounding_box()),
        by_x=hour(planner) * 4,
    )
    hears(planner, "Выберите другую аудиторию или время")
    planner.page.locator('[data-status][data-tone="bad"]').wait_for()

    assert card.bounding_box() == before
    assert where(draft) == ("09.03 10:00", "13:00", own.pk)
    assert where(taken)[2] == other_room.pk


def test_a_draft_without_a_room_is_dragged_from_the_list_onto_one(
    centre: Centre, other_room: Room, draft: Session, visit: Open
):
    Booking.objects.of_rooms().delete()
    planner = visit(employee=centre.hr_admin)
    open_board(planner, "week")
    thursday = planner.page.locator(".ec-col-head").nth(3).bounding_box()
    waiting = planner.page.locator("[data-draft]", has_text=TITLE)

    drag(
        planner,
        waiting,
        to_y=middle(row_of(planner, other_room).bounding_box()),
        by_x=thursday["x"] - waiting.bounding_box()["x"],
    )
    hears(planner, other_room.name)

    assert where(draft) == ("11.03 10:00", "13:00", other_room.pk)
    planner.sees_words("Every draft has its room and its trainers.")


def test_expectation_23_a_planner_plans_by_keyboard(
    centre: Centre, other_room: Room, draft: Session, visit: Open
):
    planner = visit(employee=centre.hr_admin)
    keys = Keyboard(planner)
    open_board(planner, "day")

    planner.page.locator(".ec-main").focus()
    keys.tab_to(TITLE)
    keys.press("Space")
    hears(planner, "Карточка взята")
    keys.press("ArrowDown")
    hears(planner, other_room.name)
    for _quarter in range(4):
        keys.press("ArrowRight")
    hears(planner, "11:00–14:00")
    keys.press("Shift+ArrowRight")
    hears(planner, "11:00–14:15")
    unsaved = where(draft)
    keys.press("Enter")
    hears(planner, "Сохранено")
    saved = where(draft)

    planner.page.locator("[data-card]:focus").wait_for()
    keys.press("Space")
    hears(planner, "Карточка взята")
    keys.press("ArrowRight")
    hears(planner, "11:15–14:30")
    keys.press("Escape")
    hears(planner, "возвращена на место")
    put_back = where(draft)

    planner.page.locator("[data-card]:focus").wait_for()
    keys.press("Enter")
    planner.page.locator("dialog[open]").wait_for()
    for _stop in range(TABS_AT_MOST):  # the parts of a date have a ring of the browser's own
        keys.press("Tab")
        if planner.page.evaluate("document.activeElement.name") == "start":
            break
    planner.page.keyboard.type("0930")
    keys.press("Enter")
    hears(planner, "09:30–14:15")

    assert unsaved == ("09.03 10:00", "13:00", centre.room.pk)
    assert saved == put_back == ("09.03 11:00", "14:15", other_room.pk)
    assert where(draft) == ("09.03 09:30", "14:15", other_room.pk)


def test_rule_9_what_waits_for_the_publication_stands_on_the_card_and_leads_there(
    centre: Centre, visit: Open
):
    session = centre.plan(CourseFactory(title=TITLE), TUESDAY)
    prepare_cancellation(session, "Нет группы", by=None, version=session.version)
    planner = visit(employee=centre.hr_admin)
    open_board(planner, "week")
    card = card_of(planner, TITLE)

    card.get_by_text(planner.words("cancellation prepared"), exact=True).wait_for()
    said = card.get_attribute("title")
    card.click()
    planner.page.locator("dialog[open]").get_by_role("link", name=planner.words("To the publication")).click()
    planner.page.wait_for_url("**/planning/publish/?month=2027-03")

    assert "Нет группы" in said
    planner.sees(TITLE)


@pytest.mark.parametrize("view", ["week", "month"])
def test_where_a_column_is_a_day_a_meeting_is_lengthened_by_keyboard_and_by_its_form(
    centre: Centre, draft: Session, visit: Open, view: str
):
    planner = visit(employee=centre.hr_admin)
    keys = Keyboard(planner)
    open_board(planner, view)

    planner.page.locator(".ec-main").focus()
    keys.tab_to(TITLE)
    keys.press("Space")
    hears(planner, "Карточка взята")
    keys.press("Shift+ArrowRight")
    hears(planner, "10:00–13:15")
    keys.press("Shift+ArrowRight")
    hears(planner, "10:00–13:30")
    keys.press("Enter")
    hears(planner, "Сохранено")
    longer = where(draft)
    planner.page.locator("[data-card]:focus").wait_for()
    keys.press("Enter")
    planner.page.locator("dialog[open] [name=end]").fill("14:00")
    planner.page.locator("dialog[open] [name=end]").press("Enter")
    hears(planner, "10:00–14:00")

    assert longer == ("09.03 10:00", "13:30", centre.room.pk)
    assert where(draft) == ("09.03 10:00", "14:00", centre.room.pk)


def hold(visitor: Visitor, what: Locator, *, by_x: float) -> tuple[float, float]:
    """Pressed, carried that far to the right, and not let go; where it was pressed."""
    mouse, box = visitor.page.mouse, what.bounding_box()
    x, y = box["x"] + 20, box["y"] + 12
    mouse.move(x, y)
    mouse.down()
    with visitor.page.expect_response("**/allowed/**"):
        mouse.move(x + by_x / 2 + 8, y)
        mouse.move(x + by_x, y)
    return x, y


def test_a_card_in_the_hand_stands_where_it_would_go_and_its_own_place_asks_nothing(
    centre: Centre, draft: Session, visit: Open
):
    from playwright.sync_api import expect

    planner = visit(employee=centre.hr_admin)
    open_board(planner, "week")
    card = card_of(planner, TITLE)
    before, days = card.bounding_box(), planner.page.locator(".ec-col-head")
    two_days = days.nth(3).bounding_box()["x"] - days.nth(1).bounding_box()["x"]
    sent = []
    planner.page.on("request", lambda request: sent.append(request.method))

    x, y = hold(planner, card, by_x=two_days)
    planner.page.locator(".board__tip", has_text="11").wait_for()
    carried = card.bounding_box()
    planner.page.mouse.move(x, y)
    planner.page.mouse.up()
    planner.page.locator(".board-card--taken").wait_for(state="detached")
    expect(planner.page.locator(".board-lit, .board-lit--no")).to_have_count(0)

    assert carried["x"] - before["x"] == pytest.approx(two_days, abs=1.5)
    assert card.bounding_box() == before
    assert "POST" not in sent
    assert planner.page.locator("dialog[open]").count() == 0
    assert where(draft) == ("09.03 10:00", "13:00", centre.room.pk)


def test_a_finger_takes_a_card_by_a_long_press(centre: Centre, draft: Session, visit: Open):
    planner = visit(employee=centre.hr_admin)
    open_board(planner, "week")
    days = planner.page.locator(".ec-col-head")
    by_x = days.nth(3).bounding_box()["x"] - days.nth(1).bounding_box()["x"]
    box = card_of(planner, TITLE).bounding_box()
    x, y = box["x"] + 20, box["y"] + 12
    browser = planner.page.context.new_cdp_session(planner.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": left, "y": top} for left, top in points]
        browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    browser.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    touch("touchStart", (x, y))
    planner.page.locator(".board-card--taken").wait_for()
    touch("touchMove", (x + by_x / 2, y))
    touch("touchMove", (x + by_x, y))
    touch("touchEnd")
    hears(planner, "Сохранено")

    assert where(draft) == ("11.03 10:00", "13:00", centre.room.pk)


def test_after_a_change_only_its_own_card_is_made_anew(
    centre: Centre, other_room: Room, draft: Session, visit: Open
):
    own, centre.room = centre.room, other_room
    centre.plan(CourseFactory(title="Другой курс"), TUESDAY + timedelta(days=3), publish=False)
    planner = visit(employee=centre.hr_admin)
    open_board(planner, "week")
    other, moved = card_of(planner, "Другой курс"), card_of(planner, TITLE)
    for card in (other, moved):
        card.evaluate("one => { one.isOld = true; }")

    hold(planner, moved, by_x=planner.page.locator(".ec-col-head").nth(1).bounding_box()["width"])
    planner.page.mouse.up()
    hears(planner, "Сохранено")

    assert where(draft) == ("10.03 10:00", "13:00", own.pk)
    assert other.evaluate("one => one.isOld") is True
    assert moved.evaluate("one => one.isOld === undefined") is True
    assert moved.evaluate("one => one.style.translate") == ""
