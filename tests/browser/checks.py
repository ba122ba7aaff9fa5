"""What must hold on every page, asked of the page as the browser shows it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.messages import CATALOGUE

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent.parent
NODES_AT_MOST = 1500

# All rules of WCAG 2.2 A and AA, and axe's good practice, but for those of colour.
RUN_AXE = """async (colours) => {
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const rules = Object.fromEntries(colours.map((rule) => [rule, {enabled: false}]));
  const found = await axe.run(document, {runOnly, rules, resultTypes: ["violations"], preload: false});
  return found.violations.map((one) =>
    `${one.id}: ${one.help}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
}"""

# Asked apart, light and dark: only colours differ between the two (static/css/dark.css).
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
RUN_RULES_OF_AXE = """async ([rules, within]) => {
  const runOnly = {type: "rule", values: rules};
  const found = await axe.run(within || document, {runOnly, resultTypes: ["violations"], preload: false});
  const place = (node) => `${node.target.join(" ")} ${node.any.map((why) => why.message)}`;
  return found.violations.map((one) => `${one.id}: ${one.nodes.map(place).slice(0, 3).join(", ")}`);
}"""

# Everything that is pressed and is smaller than a fingertip. What a finger hits is the thing itself, its labels, and
# the card that a link lays itself over. Links inside sentences may be as high as a line (WCAG 2.5.8); on a page for
# phones a link that is all of its line is none of them.
SMALL_TARGETS = """([least, byThumb]) => {
  const holderOf = (one) => {
    while (one.parentElement && getComputedStyle(one).position === "static") one = one.parentElement;
    return one;
  };
  const sizeOf = (one) => {
    const parts = [one, ...(["checkbox", "radio"].includes(one.type) ? one.labels : [])];
    const over = getComputedStyle(one, "::after");
    if (over.content !== "none" && over.position === "absolute") parts.push(holderOf(one));
    const boxes = parts.map((part) => part.getBoundingClientRect());
    return [
      Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left)),
      Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top)),
    ];
  };
  const isInSentence = (one) => {
    if (one.tagName !== "A" || getComputedStyle(one).display !== "inline") return false;
    if (!byThumb) return true;
    let line = one.parentElement;
    while (getComputedStyle(line).display === "inline") line = line.parentElement;
    const words = line.cloneNode(true);
    words.querySelectorAll("a, button, .visually-hidden").forEach((link) => link.remove());
    return /[\\p{L}\\p{N}]/u.test(words.textContent);
  };
  return [...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")]
    .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest(".skip-link, .visually-hidden"))
    .filter((one) => !isInSentence(one))
    .map((one) => [one, ...sizeOf(one)])
    .filter(([, width, height]) => width > 1 && Math.min(width, height) < least - 0.5)
    .map(([one, width, height]) => `${one.tagName}.${one.className} «${one.textContent.trim().slice(0, 30)}» ` +
      `${Math.round(width)} × ${Math.round(height)} px`);
}"""
TARGET_MIN_PX = 24
# Of who comes with a phone: an employee, a head and a trainer, on every page of theirs.
THUMB_MIN_PX = 44

WIDER_THAN_THE_SCREEN = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .map((one) => `${one.tagName}.${one.className} reaches ${Math.round(one.getBoundingClientRect().right)}`)
    .slice(-3);
}"""

# Every piece of text a person may read or hear, one by one.
TEXTS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!["SCRIPT", "STYLE"].includes(parent.tagName) && !parent.closest("[lang]:not(html), [translate=no]")) {
      texts.push(walker.currentNode.textContent);
    }
  }
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], [alt], [data-label]")) {
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-label"]) {
      if (one.hasAttribute(name)) texts.push(one.getAttribute(name));
    }
  }
  return texts.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""

FACTS = """() => ({
  lang: document.documentElement.lang,
  headings: document.querySelectorAll("h1").length,
  title: document.title,
  nodes: document.querySelectorAll("*").length,
  emptyLinks: [...document.querySelectorAll("a:not([href]), a[href='']")].length,
})"""

# Latin letters that a Russian page may show: addresses, codes and names of things.
NOT_ENGLISH = re.compile(
    r"\S+@\S+|https?://\S+|\S+\.(?:csv|xlsx|example|ru)\b|\b[A-Z]{1,12}(?:[-_][\w-]*\d[\w-]*)\b|\b[A-Z]+\b|"
    r"\bUTF-8\b|\bWindows-1251\b|\bEnglish\b|\bMarkdown\b|\bExcel\b|\bEurope/\w+"
)
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


@cache
def axe_source() -> str:
    return next((ROOT / "tests" / "vendor").glob("axe-core-*/axe.min.js")).read_text()


def asked(page: Page, question: str, about: object = None) -> Any:
    """The page's answer once it has come: a press is over when the next page begins, before its first line."""
    page.wait_for_load_state()
    return page.evaluate(question, about)


def axe_violations(page: Page) -> list[str]:
    """By all rules, in the theme that the page has."""
    return [*axe_structure(page), *axe_colours(page)]


def axe_structure(page: Page) -> list[str]:
    """By all rules but those of colour."""
    load_axe(page)
    return asked(page, RUN_AXE, RULES_OF_COLOUR)


def axe_colours(page: Page, *, within: str | None = None) -> list[str]:
    """By the rules of colour, in the theme that the page has; on the whole page or within a part of it."""
    load_axe(page)
    return asked(page, RUN_RULES_OF_AXE, [RULES_OF_COLOUR, within])


def load_axe(page: Page) -> None:
    """A page that was asked before has it still."""
    if not asked(page, "() => 'axe' in window"):
        # Read by the browser outside the page's Content-Security-Policy, which stays in force for the page.
        page.evaluate(axe_source())


def small_targets(page: Page, *, by_thumb: bool = False) -> list[str]:
    """What is too small to be pressed: by a mouse, or by a thumb where the page is for phones."""
    return asked(page, SMALL_TARGETS, [THUMB_MIN_PX if by_thumb else TARGET_MIN_PX, by_thumb])


def faults(page: Page, html: str, language: str) -> list[str]:
    """What is wrong with the page apart from what axe finds."""
    facts = asked(page, FACTS)
    found = []
    if facts["lang"] != language:
        found.append(f"lang is {facts['lang']!r}")
    if facts["headings"] != 1:
        found.append(f"{facts['headings']} headings h1")
    if not facts["title"].strip(" –"):
        found.append("no title")
    if facts["nodes"] > NODES_AT_MOST and "form=print" not in page.url:  # paper shows the whole list
        found.append(f"{facts['nodes']} nodes")
    if facts["emptyLinks"]:
        found.append(f"{facts['emptyLinks']} links lead nowhere")
    texts = asked(page, TEXTS)
    found += [f"inline style or script: {bad}" for bad in inline(html)]
    found += [f"a doubled percent sign: {text}" for text in texts if "%%" in text]
    found += [f"not {language}: {text}" for text in foreign_words(texts, language)]
    return found


def inline(html: str) -> list[str]:
    """Styles and scripts in the HTML itself, which the Content-Security-Policy would refuse."""
    return re.findall(
        r"<style\b[^>]*>|<script\b(?![^>]*\bsrc=)[^>]*>|<[^>]*\s(?:style|on[a-z]+)=[^>]*>|href=\"javascript:",
        html,
    )


def foreign_words(texts: list[str], language: str) -> list[str]:
    """What a translation forgot: Latin words on a Russian page, Russian phrases of the catalogue on an English one.

    Names and course texts are Russian on both.
    """
    if language == "ru":
        return [text for text in texts if LATIN_WORD.search(NOT_ENGLISH.sub(" ", text))]
    return [text for text in texts if text in russian_phrases()]


@cache
def russian_phrases() -> frozenset[str]:
    """The catalogue's Russian texts that are more than a word and have no blanks to fill."""
    text = (ROOT / CATALOGUE).read_text()
    phrases = re.findall(r'^msgstr "(.+)"$', text, re.MULTILINE)
    return frozenset(phrase for phrase in phrases if " " in phrase and "%(" not in phrase)


def wider_than_the_screen(page: Page) -> list[str]:
    """What makes the page scroll sideways; asked again, for a table is laid out anew a moment after the screen is."""
    if asked(page, WIDER_THAN_THE_SCREEN):
        page.wait_for_timeout(300)
    return asked(page, WIDER_THAN_THE_SCREEN)
