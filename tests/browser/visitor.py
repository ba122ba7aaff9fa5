"""One person at one device, in words that read like what people do.

Playwright is imported where it is used: a machine without a browser collects these tests and leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.utils import translation

from people.models import Employee

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response

# Of phones held upright, the smallest also being a desktop at 400 %, and of a desktop.
HEIGHTS = {320: 640, 360: 740, 1440: 900}
# A new width is laid out, and shown, before the next question.
LAID_OUT = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map((link) => link.href)"
# htmx gives a search up when a newer one is on its way, and says so in the console as if it were an error.
SUPERSEDED = ("htmx:afterRequest", "htmx:sendAbort")


def words_in(language: str) -> Callable[..., str]:
    """The interface's words: `words("Take a seat")` is «Записаться» for a Russian page."""

    def words(msgid: str, context: str | None = None, **values: object) -> str:
        with translation.override(language):
            text = translation.pgettext(context, msgid) if context else translation.gettext(msgid)
        return text % values if values else text

    return words


class Visitor:
    """A browser context with one page. `problems` collects what went wrong in the background."""

    def __init__(self, context: BrowserContext, language: str, site: str, *, has_script: bool = True) -> None:
        self.context, self.language, self.site = context, language, site
        self.has_script = has_script
        self.theme = "light"
        self.words = words_in(language)
        self.problems: list[str] = []
        # The same person without a screen: reads a page before it is worth opening.
        self.ahead = Client()
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.problems.append(f"{self.where}: {error.error}"))
        context.on("response", self._note_response)
        self.page: Page = context.new_page()

    @property
    def where(self) -> str:
        return urlsplit(self.page.url).path

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(SUPERSEDED):
            self.problems.append(f"{self.where}: {message.type} in the console: {message.text}")

    def _note_response(self, response: Response) -> None:
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.problems.append(f"{response.url} answered {response.status}")

    # --- what people do -----------------------------------------------------------------------------

    def sign_in(self, name: str, password: str) -> None:
        """By the form; who reads English chooses it on the page first."""
        self.open("/sign-in/")
        if self.language == "en":
            self.page.get_by_role("button", name="English").click()
        self.fill("Personnel number or e-mail", name)
        self.fill("Password", password)
        self.press("Sign in")
        self.page.wait_for_url(lambda address: "/sign-in/" not in address)

    def is_signed_in_as(self, employee: Employee) -> None:
        """Without the form: for tests that are about something else."""
        self.ahead.force_login(employee)
        self.keep_cookie(settings.SESSION_COOKIE_NAME, self.ahead.cookies[settings.SESSION_COOKIE_NAME].value)
        self.reads(self.language)

    def reads(self, language: str) -> None:
        """Without the button: as if they had chosen the language before."""
        self.keep_cookie(settings.LANGUAGE_COOKIE_NAME, language)

    def keep_cookie(self, name: str, value: str) -> None:
        self.ahead.cookies[name] = value
        self.context.add_cookies([{"name": name, "value": value, "url": self.site}])

    def open(self, path: str) -> Response | None:
        return self.page.goto(path, wait_until="load")

    def reads_ahead(self, path: str) -> str:
        """The page's HTML, without opening it; empty when it is no page."""
        answer = self.ahead.get(path)
        is_page = answer.status_code == HTTPStatus.OK and "text/html" in answer["Content-Type"]
        return answer.content.decode() if is_page else ""

    def links(self) -> list[str]:
        """The paths of the site to which the open page leads."""
        links = self.page.evaluate(LINKS)
        return [link.removeprefix(self.site) for link in links if link.startswith(self.site)]

    @property
    def width(self) -> int:
        return self.page.viewport_size["width"]

    def has_screen(self, width: int) -> None:
        if self.width != width:
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self.page.evaluate(LAID_OUT)

    def has_theme(self, theme: str) -> None:
        """The reader's system turns "dark" or "light" while the page is open."""
        self.theme = theme
        self.page.emulate_media(color_scheme=theme)
        if self.has_script:
            self.page.evaluate(LAID_OUT)

    def press(self, msgid: str, **values: object) -> None:
        self.button(msgid, **values).click()

    def follow(self, msgid: str, **values: object) -> None:
        self.page.get_by_role("link", name=self.words(msgid, **values)).first.click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(self.words(label)).filter(visible=True).first.fill(value)

    def waits_for_what_is_found(self) -> None:
        """Until the search that follows the typing has come too: a press while the list is exchanged goes nowhere."""
        self.page.wait_for_url("**q=**")
        self.page.wait_for_load_state("networkidle")

    def mark(self, name: str, msgid: str) -> Locator:
        """The person's row of the attendance sheet, with this mark chosen."""
        row = self.page.locator("[data-person]", has_text=name)
        label = re.compile(f"^{re.escape(self.words(msgid))}$", re.IGNORECASE)
        row.get_by_label(label).check(force=True)  # the radio itself is covered by its label
        return row

    def button(self, msgid: str, **values: object) -> Locator:
        return self.page.get_by_role("button", name=self.words(msgid, **values)).first

    # --- what they see ------------------------------------------------------------------------------

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def sees(self, text: str) -> None:
        from playwright.sync_api import expect

        expect(self.main).to_contain_text(text, ignore_case=True)

    def sees_words(self, msgid: str, **values: object) -> None:
        self.sees(self.words(msgid, **values))
