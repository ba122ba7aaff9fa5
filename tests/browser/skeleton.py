"""What a page is made of, without its words: of pages with equal skeletons only the first is looked at closely.

Of pages that say the very same, but for numbers, only the first is opened: staff of several roles share most of theirs.
Colours are looked at where some element stands in others as none has before: what an element looks like follows from
its tag, its classes and those around it, and from being the first of its like or a later one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

# What these hold is looked at by styles and rules; of other attributes only whether they hold anything.
TOLD_BY_VALUE = {"class", "type", "role", "hidden", "disabled", "tabindex", "colspan", "rowspan"}
LEFT_OUT = {"aria-current"}  # the page's own place in the menu
# What our styles ask for, but for texts of their own; a focused or hovered element is looked at nowhere here.
TOLD_BY_STYLES = {
    "class",
    "type",
    "hidden",
    "disabled",
    "aria-disabled",
    "aria-pressed",
    "readonly",
    "multiple",
}
TOLD_BY_STYLES |= {"open", "popover", "colspan", "data-tone", "data-state", "data-bs-theme", "aria-current"}
WITHOUT_END = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
WORDS = "…"
# Of Django's administration: names of tables and fields, which no style of ours or of Django's forms asks for.
NAMES_OF_TABLES = re.compile(r"(?<![\w-])(?:app|model|field|column)-[\w-]+")
# One row and several differ, for ids that are doubled show in the second; three rows and thirty do not.
EQUALS_AT_MOST = 2

# The own place in the menu, where links lead, what a form carries along and numbers change no page's looks.
UNSEEN = re.compile(
    r"""\saria-current="page"|<input [^>]*type="hidden"[^>]*>|\s(?:href|action|hx-\w+)="/[^"]*"|\snonce="[^"]*\""""
)
NUMBER = re.compile(r"\d+")
MIDDLE = re.compile(r"<title>.*?</title>|<main\b.*</main>", re.DOTALL)


@dataclass
class Element:
    """A tag with what stands in it, written down as it closes."""

    tag: str
    opening: str
    chain: int = 0
    children: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)

    def add(self, written: str) -> None:
        if self.children.count(written) < EQUALS_AT_MOST:
            self.children.append(written)

    def written(self) -> str:
        return f"<{self.opening}>{''.join(self.children)}</>"


class Skeleton(HTMLParser):
    """Takes the middle, `main`, apart from the frame around it, and notes in what each element stands."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", "")]
        self.middle = ""
        self.chains: set[int] = set()
        self.chains_around: set[int] = set()  # of the frame
        self.links: list[str] = []

    @property
    def frame(self) -> str:
        return "".join(self.open[0].children)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attributes = [
            (name, without_tables(value) if name == "class" else value) for name, value in attributes
        ]
        around, opening = self.open[-1], f"{tag} {told(attributes)}"
        look = (tag, *sorted((name, value) for name, value in attributes if name in TOLD_BY_STYLES))
        chain = hash((around.chain, look, min(around.met[opening], EQUALS_AT_MOST - 1)))
        around.met[opening] += 1
        self.chains.add(chain)
        self.open.append(Element(tag, opening, chain))
        if not any(one.tag == "main" for one in self.open):
            self.chains_around.add(chain)
        if tag == "a" and "download" not in (values := dict(attributes)) and values.get("href"):
            self.links.append(values["href"])
        if tag in WITHOUT_END:
            self.close_last()

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self.open):
            while self.open[-1].tag != tag:  # </li> and </p> may be left out
                self.close_last()
            self.close_last()

    def handle_data(self, text: str) -> None:
        if text.strip():
            self.open[-1].add(WORDS)

    def close_last(self) -> None:
        last = self.open.pop()
        if last.tag == "main":
            self.middle = last.written()
        else:
            self.open[-1].add(last.written())


def without_tables(classes: str | None) -> str:
    return " ".join(NAMES_OF_TABLES.sub("", classes or "").split())


def told(attributes: list[tuple[str, str | None]]) -> str:
    kept = {name: value for name, value in attributes if name not in LEFT_OUT}
    words = {name: value if name in TOLD_BY_VALUE else value and WORDS for name, value in kept.items()}
    return " ".join(f"{name}={value}" for name, value in sorted(words.items()))


def skeleton(html: str) -> Skeleton:
    """The page's frame and middle: tags, classes and roles, and where words stand; and what each element stands in."""
    page = Skeleton()
    page.feed(html)
    page.close()
    while len(page.open) > 1:
        page.close_last()
    return page


def sayings(html: str) -> list[str]:
    """What the page's frame and its middle say and are made of, without what nobody sees and with 0 for each number."""
    plain = NUMBER.sub("0", UNSEEN.sub("", html))
    return [MIDDLE.sub("", plain), "".join(MIDDLE.findall(plain))]


def links_in(html: str, address: str) -> list[str]:
    """The paths to which a page of this address leads, but for downloads."""
    return [
        link for link in (urljoin(address, link) for link in skeleton(html).links) if link.startswith("/")
    ]
