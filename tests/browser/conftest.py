"""A real Chromium against the real site: phones, desktops, with and without JavaScript.

Every page that a test opens is watched: an error in the console (a broken Content-Security-Policy is one), an
uncaught exception, a missing file or an answer of 500 fails the test, whatever else it is about.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connections

from people.models import Employee
from tests.browser.small_centre import TODAY
from tests.browser.visitor import HEIGHTS, Visitor
from tests.conftest import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

# Playwright runs an event loop in this thread, beside which Django would refuse to ask the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page's scripts run once: to compile them well costs more than it saves (axe: 575 ms of CPU a page, now 421).
    "--js-flags=--max-optimized-bytecode-size=0 --no-concurrent-sparkplug --max-lazy",
]
PATIENCE_MS = 15_000
# A folder for pictures of what a failed test had before it.
FAILED = os.environ.get("BROWSER_PICTURES")

Open = Callable[..., Visitor]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The site's clock, the same in every run; a test moves it. It ticks, and the browser keeps its own."""
    with time_machine.travel(TODAY, tick=True) as clock:
        yield clock


@pytest.fixture(autouse=True)
def few_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser keeps many connections to the site; each would keep one to the database."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)


@pytest.fixture
def visit(browser: Browser, live_server) -> Iterator[Open]:
    """Opens the site for one visitor: `visit(width=360, language="en", javascript=False, employee=maria)`.

    With an employee the visitor is signed in already. At the end of the test nothing may have gone wrong in the
    background of any page.
    """
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def open_site(
        *,
        width: int = 1440,
        language: str = "ru",
        javascript: bool = True,
        employee: Employee | None = None,
    ) -> Visitor:
        context = browser.new_context(
            base_url=live_server.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": HEIGHTS[width]},
            has_touch=width < 600,
            locale="ru-RU",  # whoever wants English chooses it
            timezone_id="Europe/Moscow",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        visitor = Visitor(context, language, live_server.url, has_script=javascript)
        visitors.append(visitor)
        if employee is not None:
            visitor.is_signed_in_as(employee)
        return visitor

    yield open_site

    for context in contexts:
        context.close()
    problems = [problem for visitor in visitors for problem in visitor.problems]
    assert problems == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A picture of each open page of a test that failed, for whoever wonders why."""
    report = yield
    if FAILED and report.when == "call" and report.failed:
        for context in item.funcargs["browser"].contexts:
            for page in context.pages:
                name = f"{item.name}-{len(list(Path(FAILED).iterdir()))}.png"
                page.screenshot(path=Path(FAILED) / name, full_page=True)
    return report
