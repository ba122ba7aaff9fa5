"""Parts of a page that are rendered once for each set of facts, for rendering costs a hot page more than its rows.

    CARD = Fragment("website/_card.html", kept=4000)
    html = CARD(CardFacts(title="…", seats_left=3))

A fragment's template sees its facts and nothing else: no request, no user, no row of the database. So what was kept
is right as long as the facts are the same, and nobody has to say when it is out of date. Language, day and the
reader's own clocks, on which words and times depend, belong to every set of facts. What differs from page to page and
is only copied, such as a token or what somebody searched for, is a hole: it is filled at each use, and escaped.
"""

import re
import secrets
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from centre.zones import own_zone

# Where a hole is: another word in each process, so that no text of a page can name one.
SECRET = secrets.token_hex(8)


class Facts(Protocol):
    """A named tuple of what can be compared: words, numbers, moments, and tuples of these."""

    def __hash__(self) -> int: ...

    def _asdict(self) -> dict[str, Any]: ...


class Reader(NamedTuple):
    """On what words and times of every fragment depend."""

    language: str | None
    today: date
    own_zone: ZoneInfo | None

    @classmethod
    def now(cls) -> "Reader":
        return cls(get_language(), timezone.localdate(), own_zone())


class Fragment:
    """A template of facts, rendered once for each set of them that is met; the last `kept` sets stay in memory."""

    def __init__(self, template: str, *, holes: Iterable[str] = (), kept: int = 500) -> None:
        self.template = template
        self.marks = {hole: f"{SECRET}-{hole}-" for hole in holes}
        self.mark = re.compile(f"{SECRET}-({'|'.join(self.marks)})-")
        self._kept = lru_cache(kept)(self._render)

    def __call__(self, facts: "Facts", **filled: str) -> SafeString:
        """The fragment of these facts, with each hole filled.

        Raises:
            KeyError: a hole of the template was not filled.
        """
        # While somebody works on a template, the page shows what it says now.
        render = self._render if settings.DEBUG else self._kept
        texts, holes = render(facts, Reader.now())
        parts = [texts[0]]
        for hole, text in zip(holes, texts[1:], strict=True):
            parts += (conditional_escape(filled[hole]), text)
        # The texts are a template's, and what fills the holes is escaped.
        return mark_safe("".join(parts))  # noqa: S308

    def _render(self, facts: "Facts", reader: Reader) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The texts between the holes, and the holes' names."""
        html = render_to_string(self.template, {**facts._asdict(), **self.marks})
        parts = self.mark.split(html) if self.marks else [html]
        return tuple(parts[::2]), tuple(parts[1::2])
