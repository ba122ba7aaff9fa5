"""What a page is made of, without its words: of pages with equal skeletons only the first is looked at closely."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

# What these hold is looked at by styles and rules; of other attributes only whether they hold anything.
TOLD_BY_VALUE = {"class", "type", "role", "hidden", "disabled", "tabindex", "colspan", "rowspan"}
LEFT_OUT = {"aria-current"}  # the page's own place in the menu
WITHOUT_END = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
WORDS = "…"
# One row and several differ, for ids that are doubled show in the second; three rows and thirty do not.
EQUALS_AT_MOST = 2


@dataclass
class Element:
    """A tag with what stands in it, written down as it closes."""

    tag: str
    opening: str
    children: list[str] = field(default_factory=list)

    def add(self, written: str) -> None:
        if self.children.count(written) < EQUALS_AT_MOST:
            self.children.append(written)

    def written(self) -> str:
        return f"<{self.opening}>{''.join(self.children)}</>"


class Skeleton(HTMLParser):
    """Takes the middle, `main`, apart from the frame around it."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", "")]
        self.middle = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open.append(Element(tag, f"{tag} {told(attributes)}"))
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


def told(attributes: list[tuple[str, str | None]]) -> str:
    kept = {name: value for name, value in attributes if name not in LEFT_OUT}
    words = {name: value if name in TOLD_BY_VALUE else value and WORDS for name, value in kept.items()}
    return " ".join(f"{name}={value}" for name, value in sorted(words.items()))


def skeletons(html: str) -> tuple[str, str]:
    """The page's frame and its middle: tags, classes and roles, and where words stand."""
    page = Skeleton()
    page.feed(html)
    page.close()
    while len(page.open) > 1:
        page.close_last()
    return "".join(page.open[0].children), page.middle
