"""What a planner wishes for, and what is found: plain data."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from scheduling.checks import Finding
from scheduling.facts import RoomFacts, Span, TrainerFacts
from scheduling.plans import MeetingPlan

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Wish:
    """One meeting as a planner wishes it; what the course asks for stands in the facts.

    It lies on a day from `first` to `last` and begins after `not_before`. `weekdays` count from Monday, 0.
    Nothing of a site, room or trainer: any. `keeps_limits`: nobody teaches beyond their hours or off their shift.
    """

    length: timedelta
    people: int
    first: date
    last: date
    not_before: datetime
    site_id: int | None = None
    room_id: int | None = None
    trainer_id: int | None = None
    needs_step_free: bool = False
    weekdays: frozenset[int] = EVERY_DAY
    begins_from: time | None = None
    ends_by: time | None = None
    keeps_limits: bool = True


@dataclass(frozen=True)
class Pattern:
    """How the meetings of a session follow each other: so many, each so many days after the last at least."""

    meetings: int = 1
    days_between: int = 1


class Obstacle(StrEnum):
    """What stood in the way on one day; the last thing that would have been needed, in this order."""

    CLOSED = "closed"
    TOO_LONG = "too_long"
    NO_ROOM = "no_room"
    ROOMS_TAKEN = "rooms_taken"
    UNQUALIFIED = "unqualified"
    AWAY = "away"
    BUSY = "busy"
    LIMITS = "limits"


Obstacles = Counter[Obstacle]


@dataclass(frozen=True)
class Slot:
    """A meeting that can take place: `reasons` speak for it, `warnings` are soft findings (rule 3).

    `other_rooms` are free at the same time.
    """

    span: Span
    room: RoomFacts
    trainers: tuple[TrainerFacts, ...]
    reasons: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()
    other_rooms: tuple[RoomFacts, ...] = ()

    @property
    def plan(self) -> MeetingPlan:
        keys = tuple(sorted(trainer.pk for trainer in self.trainers))
        return MeetingPlan(self.span.starts_at, self.span.ends_at, self.room.pk, keys)


@dataclass(frozen=True)
class Found:
    """Slots in the order of time, and on how many days what stood in the way."""

    slots: tuple[Slot, ...]
    obstacles: Obstacles

    @property
    def plans(self) -> tuple[MeetingPlan, ...]:
        return tuple(slot.plan for slot in self.slots)
