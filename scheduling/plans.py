"""What planners ask for, as values: pages build them, checks read them, actions write them."""

from dataclasses import dataclass
from datetime import datetime

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

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)
