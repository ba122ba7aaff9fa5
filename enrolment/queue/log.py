"""What the append-only log of a session's enrolments says of its queue: who stood where at a moment, and why.

Functions over dataclasses; `load` reads them. Nothing of the rows as they are now is asked but the moment of request,
which never changes: the answer is the same years later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypedDict

from django.utils import timezone

from centre.models import Policy
from enrolment.models import SEATS_TAKEN, Enrolment, EnrolmentEntry, Seat
from enrolment.queue.order import Rank, Waiting, queue_key, rank_of
from scheduling.models import Session

Entry = EnrolmentEntry.Kind

JOINED = {Entry.QUEUED, Entry.MERGE_QUEUED, Entry.GRANTED}
# A joining says nothing of the seat itself: who held one, waited or had asked, goes on so in the session they came to.
MERGED = {Entry.MERGED, Entry.MERGE_QUEUED}
GOT = {Entry.PROMOTED, Entry.OFFERED, Entry.SEAT_TAKEN, Entry.TRANSFERRED, Entry.MERGED}
SEAT_AFTER = {
    **dict.fromkeys(JOINED, Seat.WAITING),
    **dict.fromkeys((Entry.ASKED, Entry.DECISION_UNDONE), Seat.NONE),
    **dict.fromkeys((Entry.PROMOTED, Entry.SEAT_TAKEN, Entry.ACCEPTED, Entry.TRANSFERRED), Seat.HELD),
    Entry.OFFERED: Seat.OFFERED,
    **dict.fromkeys(
        (
            Entry.CANCELLED,
            Entry.ENDED,
            Entry.REFUSED,
            Entry.NOT_DECIDED,
            Entry.DECLINED,
            Entry.LAPSED,
            Entry.REPLACED,
            Entry.MERGE_CLASH,
        ),
        Seat.GIVEN_UP,
    ),
}


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
    """Everything the log says of one enrolment in this session, in order."""

    enrolment_id: int
    name: str
    requested_at: datetime
    lines: tuple[Line, ...] = field(default=())
    # What it says of other sessions, from which they came to this one: another queue.
    before: tuple[Line, ...] = field(default=())

    def until(self, moment: "Line") -> list[Line]:
        """The lines before that one of anybody's, as they were written."""
        return [line for line in self.lines if line.pk < moment.pk]

    def waits(self, moment: Line) -> bool:
        """Whether the person stood in the queue just before that line was written."""
        until = self.until(moment)
        return bool(until) and seat_after([*self.before, *until]) == Seat.WAITING

    def standing(self, moment: Line) -> Waiting:
        """What the order asked of the person then; who came by a joining stays pinned, and a new request is not."""
        pinned_at, due_on = None, None
        for line in [*self.before, *self.until(moment)]:
            due_on = line.due_on
            if line.kind == Entry.PINNED:
                pinned_at = line.at
            elif line.kind in {Entry.UNPINNED, Entry.TRANSFERRED}:
                pinned_at = None
        return Waiting(self.enrolment_id, self.requested_at, pinned_at, due_on)

    @property
    def seat(self) -> Line | None:
        """The last time the person got a seat here, or came with one."""
        got = [line for place, line in enumerate(self.lines) if line.kind in GOT and self.gives_seat(place)]
        return got[-1] if got else None

    def gives_seat(self, place: int) -> bool:
        """Whether there was a seat after that line: who comes by a change of date may have asked only, or wait."""
        is_queued = [line.kind for line in self.lines[place + 1 : place + 2]] == [Entry.QUEUED]
        return not is_queued and seat_after([*self.before, *self.lines[: place + 1]]) in SEATS_TAKEN

    @property
    def since_request(self) -> list[Line]:
        """With what a joining brought along; a change of date is a new request."""
        lines = [*self.before, *self.lines]
        changed = [place for place, line in enumerate(lines) if line.kind == Entry.TRANSFERRED]
        return lines[changed[-1] :] if changed else lines

    @property
    def joined(self) -> Line | None:
        """How the person came, when it was with a session that was joined with this one."""
        return self.lines[0] if self.lines and self.lines[0].kind in MERGED else None

    def passed_over(self, moment: Line) -> Line | None:
        """Why they did not get a seat before that line: the last time they were passed over since they joined."""
        found = None
        for line in self.until(moment):
            if line.kind in JOINED:
                found = None
            elif line.kind == Entry.SKIPPED:
                found = line
        return found


def seat_after(lines: Iterable[Line]) -> Seat:
    """What the person had once these lines were written."""
    seat = Seat.NONE
    for line in lines:
        if line.kind != Entry.TRANSFERRED or seat != Seat.NONE:  # a request goes on as a request
            seat = SEAT_AFTER.get(Entry(line.kind), seat)
    return seat


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
        Story(one.pk, one.trainee.short_name, one.requested_at, *here_and_before(lines[one.pk]))
        for one in enrolments
    ]


def here_and_before(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """What was written in this session, from how they came to it; and before that, in other sessions."""
    came = max(
        (place for place, line in enumerate(lines) if line.kind in {Entry.TRANSFERRED, *MERGED}), default=0
    )
    return tuple(lines[came:]), tuple(lines[:came])
