"""What checks say against a plan."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

# Nothing but a booking of somebody else stands in the way, which may go.
CLASHES = {"room_taken", "room_changeover", "trainer_busy"}


class About(NamedTuple):
    """An object that a finding is about: its kind ("room", "trainer", "session"), and its key."""

    kind: str
    pk: int


@dataclass(frozen=True)
class Finding:
    """Something against a plan: a stable code, a sentence for people, and the objects involved.

    `on` is the day it is about, where there is one; of a week its Monday.
    """

    code: str
    message: str
    about: tuple[About, ...] = ()
    on: date | None = None
    is_soft: bool = False

    @property
    def is_clash(self) -> bool:
        return self.code in CLASHES

    @property
    def key(self) -> str:
        """What makes it the same finding tomorrow, whatever its words: "trainer_day_hours/trainer:7/2026-12-04"."""
        about = (f"{kind}:{pk}" for kind, pk in self.about)
        return "/".join([self.code, *about, *([self.on.isoformat()] if self.on else [])])
