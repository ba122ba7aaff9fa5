"""What the append-only log of a session's enrolments says of its queue: who stood where at a moment, and why.

Functions over dataclasses; `load` reads them. Nothing of the rows as they are now is asked but the moment of request,
which never changes: the answer is the same years later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypedDict

from django.utils import timezone

from centre.models import Policy
from enrolment.models import Enrolment, EnrolmentEntry
from enrolment.queue.order import Rank, Waiting, queue_key, rank_of
from scheduling.models import Session

Entry = EnrolmentEntry.Kind

JOINED = {Entry.QUEUED, Entry.MERGE_QUEUED, Entry.GRANTED}
GOT = {Entry.PROMOTED, Entry.OFFERED, Entry.SEAT_TAKEN, Entry.TRANSFERRED}
LEFT = {
    Entry.CANCELLED,
    Entry.ENDED,
    Entry.REFUSED,
    Entry.NOT_DECIDED,
    Entry.DECLINED,
    Entry.LAPSED,
    Entry.REPLACED,
    Entry.MERGE_CLASH,
    Entry.DECISION_UNDONE,
}
# Says nothing of the queue: who held a seat, waited or had asked, goes on so in the session they came to. An accepted
# offer was a seat before, and says nothing either.


@dataclass(frozen=True)
class Line:
    """One entry of the log."""

    pk: int
    at: datetime
    kind: str
    reason: str = ""
    due_on: date | None = None
    by: str = ""


@dataclass(frozen=True)
class Story:
    """Everything the log says of one enrolment, in order."""

    enrolment_id: int
    name: str
    requested_at: datetime
    lines: tuple[Line, ...] = field(default=())

    def until(self, moment: "Line") -> list[Line]:
        """The lines before that one of anybody's, as they were written."""
        return [line for line in self.lines if line.pk < moment.pk]

    def waits(self, moment: Line) -> bool:
        """Whether the person stood in the queue just before that line was written."""
        state = False
        for line in self.until(moment):
            if line.kind in JOINED:
                state = True
            elif line.kind in GOT or line.kind in LEFT:
                state = False
        return state

    def standing(self, moment: Line) -> Waiting:
        """What the order asked of the person then."""
        pinned_at, due_on = None, None
        for line in self.until(moment):
            due_on = line.due_on
            if line.kind == Entry.PINNED:
                pinned_at = line.at
            elif line.kind == Entry.UNPINNED:
                pinned_at = None
        return Waiting(self.enrolment_id, self.requested_at, pinned_at, due_on)

    @property
    def seat(self) -> Line | None:
        """The last time the person got a seat."""
        got = [
            line
            for line in self.lines
            if line.kind in GOT or (line.kind == Entry.MERGED and self.came_with_a_seat(line))
        ]
        return got[-1] if got else None

    def came_with_a_seat(self, moment: Line) -> bool:
        """Whether it was a seat that they had in the session they came from."""
        before = [line.kind for line in self.until(moment) if line.kind in GOT or line.kind in JOINED]
        return bool(before) and before[-1] in GOT

    def passed_over(self, moment: Line) -> Line | None:
        """Why they did not get a seat before that line: the last time they were passed over since they joined."""
        found = None
        for line in self.until(moment):
            if line.kind in JOINED:
                found = None
            elif line.kind == Entry.SKIPPED:
                found = line
        return found


def rank_then(story: Story, moment: Line) -> Rank:
    """The person's rank when that line was written, by the policy of that moment."""
    standing = story.standing(moment)
    return rank_of(standing.pinned_at, standing.due_on, **day_and_policy(moment))


def queue_then(stories: Sequence[Story], moment: Line) -> list[Story]:
    """Who waited when that line was written, in the order of the queue."""
    how = day_and_policy(moment)
    waiting = [story for story in stories if story.waits(moment)]
    return sorted(waiting, key=lambda story: queue_key(story.standing(moment), **how))


class DayAndPolicy(TypedDict):
    """What ranks go by, as the functions of `order` take it."""

    today: date
    soon_days: int


def day_and_policy(moment: Line) -> DayAndPolicy:
    return {
        "today": timezone.localdate(moment.at),
        "soon_days": Policy.objects.current(moment.at).due_soon_days,
    }


def load(session: Session) -> list[Story]:
    """The stories of everybody who ever asked for a seat in the session, by the moment of request; two queries."""
    enrolments = list(
        Enrolment.objects.filter(session=session).select_related("trainee").order_by("requested_at", "pk")
    )
    lines: dict[int, list[Line]] = {one.pk: [] for one in enrolments}
    entries = EnrolmentEntry.objects.filter(enrolment__session=session).select_related("by").order_by("pk")
    for entry in entries:
        by = entry.by.short_name if entry.by else ""
        lines[entry.enrolment_id].append(Line(entry.pk, entry.at, entry.kind, entry.reason, entry.due_on, by))
    return [
        Story(one.pk, one.trainee.short_name, one.requested_at, of_this_date(lines[one.pk]))
        for one in enrolments
    ]


def of_this_date(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Without what happened before a change to this date: that was another queue."""
    changed = [place for place, line in enumerate(lines) if line.kind == Entry.TRANSFERRED]
    return tuple(lines[changed[-1] :] if changed else lines)
