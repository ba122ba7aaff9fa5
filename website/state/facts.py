"""What is told of the installation: a fact is a line with how it is, since when, and what to do."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Standing(Enum):
    """How a line is: its word and its tone."""

    GOOD = (_("in order"), "good")
    NOT_YET = (_("not yet"), "neutral")
    UNREADABLE = (_("could not be read"), "neutral")
    NEVER = (_("never recorded"), "wait")
    LOOK = (_("look at it"), "wait")
    BROKEN = (_("broken"), "bad")

    @property
    def words(self) -> Promise:
        return self.value[0]

    @property
    def tone(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class Fact:
    """One line of the page. `since` is the moment that `since_words` speak of; `url` leads to where it is mended."""

    title: Words
    standing: Standing
    words: Words = ""
    since_words: Words = ""
    since: datetime | None = None
    advice: Words = ""
    url: str = ""
    link: Words = ""


@dataclass(frozen=True)
class Shelf:
    """Facts under one heading."""

    title: Words
    facts: list[Fact]


def in_question(shelves: list[Shelf]) -> list[Fact]:
    """Those that are not in order."""
    well = (Standing.GOOD, Standing.NOT_YET)
    return [fact for shelf in shelves for fact in shelf.facts if fact.standing not in well]
