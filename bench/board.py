"""The planners' board with 400 meetings in a browser: how soon it is drawn, and whether a card follows the hand.

A Chromium without a window opens the full week of sql/board_week.sql by rooms and by trainers, drags a card
across forty cells, moves one by keyboard, and tells what the browser itself noted: long tasks, the time from a press to
the next picture (Event Timing, of which INP is made), and pictures that did not come in time.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from bench.load import Server, of_three
from bench.pages import cookies_of
from website.demo.staff import demo_accounts

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

MEETINGS = 400
CELLS = 40
CELL_MS = 50
KEYS = 10
# Told by the browser: tasks of 50 ms and more, presses whose picture took 16 ms and more, and the time of each picture.
WATCH = """
window.seen = { tasks: [], presses: [], frames: [] };
new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((one) => one.duration)))
  .observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => seen.presses.push(...list.getEntries()
  .filter((one) => one.interactionId).map((one) => one.duration)))
  .observe({ type: "event", durationThreshold: 16, buffered: true });
(function frame(at) { seen.frames.push(at); requestAnimationFrame(frame); })(performance.now());
"""
TAKE = """() => {
  const { tasks, presses, frames } = window.seen;
  window.seen = { tasks: [], presses: [], frames: [] };
  return [tasks, presses, frames];
}"""
FRAME_MS = 1000 / 60
AFTER_TWO_PICTURES = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"""
# The page's policy runs no text as a script, so that Playwright's own waiting for an expression does not work in it.
ALL_CARDS = f"""() => new Promise((done) => (function look() {{
  document.querySelectorAll("[data-card]").length >= {MEETINGS} ? done() : requestAnimationFrame(look);
}})())"""


@dataclass(frozen=True)
class Opened:
    """One visit; times in ms. `drawn_ms` counts from its beginning to the second picture with all cards."""

    drawn_ms: float
    elements: int
    drawing_task_ms: float
    dragging_task_ms: float
    dragging_press_ms: float
    frames_lost: int
    keyboard_task_ms: float
    keyboard_press_ms: float


@dataclass(frozen=True)
class Noted:
    """What the browser noted since it was asked before: the longest task, the slowest press, and pictures left out."""

    task_ms: float
    press_ms: float
    frames_lost: int


def measure_board(server: Server, *, quick: bool) -> None:
    """Print the table of docs/performance.md."""
    day = timezone.localdate() + timedelta(weeks=27)
    (cookie,) = cookies_of([demo_accounts()["hr_admin"]])
    print(
        "\n| board | drawn, s | elements | longest task, ms: drawing | dragging | by keyboard "
        "| press to picture, ms: dragging | by keyboard | pictures lost in the drag |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    with browser(server, cookie) as context:
        visit(context, "room", day)  # the server and the browser's cache are warm then
        for rows in ("room", "trainer"):
            print_row(f"by {rows}", [visit(context, rows, day) for _ in range(1 if quick else 5)])


@contextmanager
def browser(server: Server, cookie: str) -> Iterator["BrowserContext"]:
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("A Chromium is needed: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        context = opened.new_context(
            base_url=server.url(""), viewport={"width": 1440, "height": 900}, timezone_id="Europe/Moscow"
        )
        value = cookie.partition("=")[2]
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server.url("")}])
        context.add_init_script(WATCH)
        yield context
        opened.close()


def visit(context: "BrowserContext", rows: str, day: date) -> Opened:
    page = context.new_page()
    page.goto(f"{reverse('scheduling:board')}?view=week&rows={rows}&on={day:%Y-%m-%d}", wait_until="commit")
    page.evaluate(ALL_CARDS)
    drawn_ms = page.evaluate(AFTER_TWO_PICTURES)
    page.wait_for_load_state("networkidle")
    elements = page.evaluate("document.querySelectorAll('*').length")
    drawing = noted(page)
    drag(page)
    dragging = noted(page)
    put_away(page)
    noted(page)
    move_by_keyboard(page)
    keyboard = noted(page)
    page.close()
    return Opened(
        drawn_ms,
        elements,
        drawing.task_ms,
        dragging.task_ms,
        dragging.press_ms,
        dragging.frames_lost,
        keyboard.task_ms,
        keyboard.press_ms,
    )


def noted(page: "Page") -> Noted:
    page.wait_for_timeout(300)  # what the browser notes comes a little later
    tasks, presses, frames = page.evaluate(TAKE)
    gaps = [later - earlier for earlier, later in pairwise(frames)]
    lost = sum(max(0, round(gap / FRAME_MS) - 1) for gap in gaps)
    return Noted(max(tasks, default=0), max(presses, default=0), lost)


def drag(page: "Page") -> None:
    """A card of the first cells goes through all that are in view, to and fro, and is put down."""
    card = page.locator("[data-card]").first
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    assert box
    x, y = box["x"] + 20, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    with page.expect_response("**/allowed/**"):
        page.mouse.move(x + 12, y + 8, steps=3)
    page.locator(".board-lit, .board-lit--soft, .board-lit--no").first.wait_for()
    for to_x, to_y in cells_in_view(page):
        page.mouse.move(to_x, to_y, steps=2)
        page.wait_for_timeout(CELL_MS)
    page.mouse.up()


def cells_in_view(page: "Page") -> list[tuple[float, float]]:
    """The middles of forty cells, one beside the other: row by row to and fro, and again from the first."""
    found = page.evaluate(
        """() => [...document.querySelectorAll(".ec-body .ec-day")].map((one) => one.getBoundingClientRect())
          .map((box) => [box.x + box.width / 2, box.y + box.height / 2])
          .filter(([x, y]) => document.elementFromPoint(x, y)?.closest(".ec-body"))"""
    )
    rows: dict[float, list[tuple[float, float]]] = {}
    for x, y in found:
        rows.setdefault(y, []).append((x, y))
    way = [
        cell for number, y in enumerate(sorted(rows)) for cell in sorted(rows[y], reverse=bool(number % 2))
    ]
    return (way * CELLS)[:CELLS]


def put_away(page: "Page") -> None:
    """The card was put down where the server refuses it, or asks first: nothing is to be changed."""
    answer = page.locator("dialog[open], [data-status][data-tone]:not([data-tone=''])").first
    answer.wait_for()
    if page.locator("dialog[open]").count():
        page.keyboard.press("Escape")


def move_by_keyboard(page: "Page") -> None:
    card = page.locator("[data-card]").first
    card.focus()
    with page.expect_response("**/allowed/**"):
        page.keyboard.press("Space")
    for key in ["ArrowRight", "ArrowDown"] * (KEYS // 2):
        page.keyboard.press(key)
        page.evaluate(AFTER_TWO_PICTURES)
    page.keyboard.press("Escape")


def print_row(name: str, visits: list[Opened]) -> None:
    of = {one.name: [getattr(visit, one.name) for visit in visits] for one in fields(Opened)}
    seconds = of_three([ms / 1000 for ms in of["drawn_ms"]])
    print(f"| {name} | {seconds} | {max(of['elements'])} |", end="")
    for figure in (
        "drawing_task_ms",
        "dragging_task_ms",
        "keyboard_task_ms",
        "dragging_press_ms",
        "keyboard_press_ms",
        "frames_lost",
    ):
        print(f" {min(of[figure]):.0f}–{max(of[figure]):.0f} |", end="")
    print(flush=True)
