"""Walks the site as a person would who follows every link."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urldefrag, urlsplit

from django.urls import Resolver404, resolve

# So many addresses of one route: a session that is full looks unlike one that is cancelled.
OF_ONE_ROUTE = 2
# More pages than any role has; a walk that gets so far has lost its way, and says so.
PAGES_AT_MOST = 260


def route_of(path: str) -> str | None:
    """The name of the address's route; None when it is no page of ours."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


@dataclass
class Walk:
    """Addresses to visit from `start` on: breadth first, few of each route, none twice, until no link is new.

    The administration is a walk of its own, over its lists and forms as they come, without filters and orders.
    """

    start: Iterable[str] = ("/",)
    of_one_route: int = OF_ONE_ROUTE
    of_the_administration: bool = False
    seen: set[str] = field(default_factory=set)
    met: Counter[str] = field(default_factory=Counter)
    waiting: deque[str] = field(default_factory=deque)
    visited: int = 0

    def addresses(self) -> Iterator[str]:
        """Each address in turn; whoever asks for the next one has told `leads_to` of the last."""
        self.waiting += [address for address in self.start if self.takes(address, most=PAGES_AT_MOST)]
        while self.waiting:
            yield self.waiting.popleft()
            self.visited += 1
            assert self.visited < PAGES_AT_MOST, f"still to visit: {list(self.waiting)}"

    def leads_to(self, links: Iterable[str]) -> None:
        """Links of a page, as paths of the site."""
        self.waiting += [link for link in (urldefrag(link).url for link in links) if self.takes(link)]

    def takes(self, address: str, *, most: int | None = None) -> bool:
        parts = urlsplit(address)
        if address in self.seen or parts.path.startswith("/static/") or not self.is_within(parts):
            return False
        self.seen.add(address)
        asked = {name for name, value in parse_qsl(parts.query) if value}
        if most is None and ("sort" in asked or len(asked) > 1):
            return False  # another order, or filters of filters: the same page once more
        kind = self.kind(parts.path, parts.query)
        self.met[kind] += 1
        return self.met[kind] <= (most or (1 if asked else self.of_one_route))

    def is_within(self, address: SplitResult) -> bool:
        if self.of_the_administration:
            return address.path.startswith("/admin/") and not address.query
        return not address.path.startswith("/admin/")

    @staticmethod
    def kind(path: str, query: str) -> str:
        """The route with the names of its parameters; an address that leads nowhere is a kind of its own."""
        names = sorted(name for name, value in parse_qsl(query) if value)
        return f"{route_of(path) or path}?{'&'.join(names)}"
