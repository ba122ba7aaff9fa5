"""Take the pictures of the documentation from a running demo centre.

python -m tools.screenshots http://127.0.0.1:8000 --employee NUMBER --planner NUMBER --trainer NUMBER --password WORDS

Needs requirements-e2e.txt and a Chromium. Each page is taken on a phone (360 px) and on a desktop (1440 px), from
its top as far as a reader scrolls once, into docs/screenshots.
"""

import argparse
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Width and height of the screen, and how far down the picture reaches at most.
SCREENS = {360: (740, 1400), 1440: (900, 1300)}
BYTES_AT_MOST = 200_000


def catalogue(page: Page) -> None:
    page.goto("/catalogue/?free=1")


def course(page: Page) -> None:
    """The first course in which the employee may take a seat."""
    page.goto("/catalogue/?free=1&mine=1&delivery=in_person")
    links = page.locator("main .card__title a").all()
    for address in [link.get_attribute("href") or "" for link in links]:
        page.goto(address)
        if page.locator("main form[action$='/enrolment/']").count():
            return


def session(page: Page) -> None:
    """A planner's page of a session with people in it; the list has their number."""
    page.goto("/planning/")
    rows = page.locator("main tbody tr").all()
    fullest = max(rows, key=lambda row: seats_taken(row.locator("td.number").first.inner_text()))
    fullest.locator("th a").click()


def seats_taken(words: str) -> float:
    """ "11 of 12" as a share; how many wait may follow."""
    taken, seats = [int(word) for word in words.split() if word.isdecimal()][:2]
    return taken / seats


def timetable(page: Page) -> None:
    page.goto("/timetable/")


def attendance(page: Page) -> None:
    """The first sheet that the timetable offers."""
    timetable(page)
    page.locator("main a[href*='/sheet/']:visible").first.click()


PAGES: dict[str, tuple[str, Callable[[Page], object]]] = {
    "home": ("employee", lambda page: page.goto("/")),
    "catalogue": ("employee", catalogue),
    "course": ("employee", course),
    "session": ("planner", session),
    "timetable": ("trainer", timetable),
    "attendance": ("trainer", attendance),
}


def main() -> None:
    arguments = parser().parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--no-sandbox", "--disable-gpu"])
        for width in SCREENS:
            for role in ("employee", "planner", "trainer"):
                page = signed_in(browser, arguments, getattr(arguments, role), width)
                for name in (name for name, (whose, _open) in PAGES.items() if whose == role):
                    PAGES[name][1](page)
                    take(page, arguments.folder / f"{name}-{width}.png", width)
        browser.close()


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address")
    for role in ("employee", "planner", "trainer"):
        parser.add_argument(f"--{role}", required=True, metavar="NUMBER")
    parser.add_argument("--password", required=True)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    return parser


def signed_in(browser: Browser, arguments: argparse.Namespace, name: str, width: int) -> Page:
    context = browser.new_context(
        base_url=arguments.address,
        viewport={"width": width, "height": SCREENS[width][0]},
        locale="ru-RU",
        timezone_id="Europe/Moscow",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(arguments.password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    return page


def take(page: Page, file: Path, width: int) -> None:
    """From the top as far as the page or the limit goes; less when the file grows too heavy.

    The screen grows to the picture's height, so that a bar at its lower edge is not in the middle.
    """
    page.wait_for_load_state("networkidle")
    height = min(SCREENS[width][1], page.evaluate("document.documentElement.scrollHeight"))
    while True:
        page.set_viewport_size({"width": width, "height": height})
        picture = page.screenshot(animations="disabled")
        if len(picture) <= BYTES_AT_MOST:
            break
        height -= 100
    file.write_bytes(picture)
    page.set_viewport_size({"width": width, "height": SCREENS[width][0]})
    print(f"{file.name}: {width} × {height}, {len(picture) // 1024} kB")


if __name__ == "__main__":
    main()
