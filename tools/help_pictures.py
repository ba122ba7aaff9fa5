"""Take the pictures of the help pages from a running demo centre, on a phone and in each language.

python -m tools.help_pictures http://127.0.0.1:8000 --employee NUMBER --trainer NUMBER --head NUMBER --planner NUMBER
    --administrator NUMBER --password WORDS

Needs requirements-e2e.txt and a Chromium. One picture for each topic of website/help.py, into static/help.
"""

import argparse
import base64
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tools.screenshots import CHROMIUM_NAMES, timetable

FOLDER = Path(__file__).resolve().parent.parent / "static" / "help"
LANGUAGES = {"ru": "ru-RU", "en": "en-GB"}
ROLES = ("employee", "trainer", "head", "planner", "administrator")
# As website/help.py says it.
WIDTH, HEIGHT = 360, 600
BYTES_AT_MOST = 40_000
# The browser packs the picture: a page of text is a third of its PNG, and stays readable.
TO_WEBP = """async picture => {
    const image = new Image();
    image.src = picture;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({type: "image/webp", quality: 0.75});
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}"""


def team(page: Page) -> None:
    """The team of the head's first office."""
    page.goto("/offices/")
    links = page.locator("main a").evaluate_all("links => links.map(link => link.pathname)")
    office = next(path for path in (*links, urlsplit(page.url).path) if re.match(r"/offices/\d+/", path))
    page.goto(f"/offices/{office.split('/')[2]}/team/")


TOPICS: dict[str, tuple[str, Callable[[Page], object]]] = {
    "signing-in": ("", lambda page: page.goto("/sign-in/")),
    "learning": ("employee", lambda page: page.goto("/")),
    "teaching": ("trainer", timetable),
    "leading": ("head", team),
    "planning": ("planner", lambda page: page.goto("/planning/board/")),
    "centre": ("planner", lambda page: page.goto("/centre/")),
    "access": ("administrator", lambda page: page.goto("/roles/")),
}


def main() -> None:
    arguments = parser().parse_args()
    FOLDER.mkdir(exist_ok=True)
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=["--no-sandbox", "--disable-gpu"])
        packer = browser.new_page()
        for language in LANGUAGES:
            for role in ("", *ROLES):
                page = signed_in(browser, arguments, role, language)
                for key in (key for key, (whose, _open) in TOPICS.items() if whose == role):
                    TOPICS[key][1](page)
                    take(page, packer, FOLDER / f"{key}-{language}.webp")
                page.context.close()
        browser.close()


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address")
    for role in ROLES:
        parser.add_argument(f"--{role}", required=True, metavar="NUMBER")
    parser.add_argument("--password", required=True)
    return parser


def signed_in(browser: Browser, arguments: argparse.Namespace, role: str, language: str) -> Page:
    """A phone's page in the language, signed in unless the role is empty."""
    context = browser.new_context(
        base_url=arguments.address,
        viewport={"width": WIDTH, "height": HEIGHT},
        locale=LANGUAGES[language],
        timezone_id="Europe/Moscow",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    if role:
        page.locator("[name=username]").fill(getattr(arguments, role))
        page.locator("[name=password]").fill(arguments.password)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda address: "/sign-in/" not in address)
    switch = page.locator(f"button[name=language][value={language}]")
    if switch.count():
        page.evaluate("button => button.click()", switch.element_handle())
        page.wait_for_load_state("networkidle")
    return page


def take(page: Page, packer: Page, file: Path) -> None:
    page.wait_for_load_state("networkidle")
    png = base64.b64encode(page.screenshot(animations="disabled")).decode()
    webp = base64.b64decode(packer.evaluate(TO_WEBP, f"data:image/png;base64,{png}"))
    if len(webp) > BYTES_AT_MOST:
        raise SystemExit(f"{file.name} has {len(webp)} bytes")
    file.write_bytes(webp)
    print(f"{file.name}: {len(webp) // 1024} kB")


if __name__ == "__main__":
    main()
