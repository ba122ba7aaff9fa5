"""What planners ask for, as values: pages build them, checks read them, actions write them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from scheduling.facts import Span


@dataclass(frozen=True)
class MeetingPlan:
    """One meeting as planned; without a room or trainers it is a gap that publishing refuses.

    `trainer_ids` are keys of `trainers.Trainer`; times are aware.
    """

    starts_at: datetime
    ends_at: datetime
    room_id: int | None = None
    trainer_ids: tuple[int, ...] = ()

    @cached_property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Details:
    """What a session has beside its meetings; see the fields of `scheduling.Session`."""

    limit: int | None = None
    needs_step_free: bool = False
    online_link: str = ""
    note: str = ""


@dataclass(frozen=True)
class SessionPlan:
    """A whole session as a planner wants it, or as it stands: its meetings in the order of time, and its details."""

    meetings: tuple[MeetingPlan, ...]
    details: Details = Details()

    def with_meeting(self, number: int, **changes: Any) -> "SessionPlan":
        """The plan with the meeting of that number, from 0, changed."""
        meetings = list(self.meetings)
        meetings[number] = replace(meetings[number], **changes)
        return replace(self, meetings=tuple(meetings))

    def is_same(self, other: "SessionPlan") -> bool:
        """Whether both say the same, in whatever order they name the trainers."""
        return self._sorted() == other._sorted()

    def _sorted(self) -> "SessionPlan":
        meetings = (replace(one, trainer_ids=tuple(sorted(one.trainer_ids))) for one in self.meetings)
        return replace(self, meetings=tuple(meetings))

    def as_json(self) -> dict[str, Any]:
        """For keeping in the session's story; `of_json` reads it."""
        meetings = [
            [one.starts_at.isoformat(), one.ends_at.isoformat(), one.room_id, list(one.trainer_ids)]
            for one in self.meetings
        ]
        return {"meetings": meetings, **asdict(self.details)}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "SessionPlan":
        details = {name: value for name, value in kept.items() if name != "meetings"}
        return cls(
            tuple(
                MeetingPlan(datetime.fromisoformat(start), datetime.fromisoformat(end), room, tuple(trainers))
                for start, end, room, trainers in kept["meetings"]
            ),
            Details(**details),
        )
