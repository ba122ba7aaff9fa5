"""Slots, the meetings of a session, and many sessions: the earliest that can be (rules 2 to 5)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from django.utils import timezone

from scheduling.facts import Busy, Facts, RoomFacts, Span
from scheduling.finder.days import Search, SearchedDay, site_of
from scheduling.finder.wishes import Found, Obstacles, Pattern, Slot, Wish
from scheduling.plans import MeetingPlan


class Holder(NamedTuple):
    """The session that a booking is of."""

    session_id: int
    course_title: str


NOBODY = Holder(0, "")  # of sessions that are only proposed


def find_slots(search: Search, *, count: int) -> Found:
    """The first so many slots, the earliest first, each after the end of the last."""
    rooms = search.fitting_rooms()
    slots: list[Slot] = []
    obstacles: Obstacles = Counter()
    for on in days_of(search.wish):
        day = SearchedDay(search, rooms, on)
        before = len(slots)
        for slot in day.slots():
            slots.append(slot)
            if len(slots) == count:
                return Found(tuple(slots), obstacles)
        if len(slots) == before:
            obstacles[day.obstacle()] += 1
    return Found(tuple(slots), obstacles)


def find_series(search: Search, pattern: Pattern) -> Found:
    """The meetings of one session, each on its own day and as early as can be; fewer when there is no place for all.

    From the second on the same trainers, room and hour are preferred to an earlier one on that day.
    """
    slots: list[Slot] = []
    obstacles: Obstacles = Counter()
    first = search.wish.first
    rooms = search.fitting_rooms()
    for _number in range(pattern.meetings):
        wish = replace(search.wish, first=first)
        slot, on_the_way = first_slot(replace(search, wish=wish), rooms, near=slots[0] if slots else None)
        obstacles += on_the_way
        if slot is None:
            break
        slots.append(slot)
        search = replace(
            search, facts=with_taken(search.facts, [slot.plan], search.policy.changeover_minutes)
        )
        rooms = [search.facts.rooms[room.pk] for room in rooms]
        first = day_of(slot) + timedelta(days=pattern.days_between)
    return Found(tuple(slots), obstacles)


def first_slot(
    search: Search, rooms: Sequence[RoomFacts], *, near: Slot | None
) -> tuple[Slot | None, Obstacles]:
    obstacles: Obstacles = Counter()
    for on in days_of(search.wish):
        day = SearchedDay(search, rooms, on, near)
        if slot := day.nearest():
            return slot, obstacles
        obstacles[day.obstacle()] += 1
    return None, obstacles


@dataclass(frozen=True)
class GroupFound:
    """One of many sessions; without slots when not all its meetings have a place."""

    number: int
    slots: tuple[Slot, ...]
    obstacles: Obstacles

    @property
    def plans(self) -> tuple[MeetingPlan, ...]:
        return tuple(slot.plan for slot in self.slots)


def find_groups(search: Search, pattern: Pattern, *, count: int) -> list[GroupFound]:
    """So many sessions, spread over the days of the wish; each takes what those before it left.

    A session for which there is no place from its day on is looked for from the first day on.
    """
    search = replace(search, spreads_load=True)
    found: list[GroupFound] = []
    for number, first in enumerate(spread_over(search.wish, count), start=1):
        if found and not found[-1].slots:
            # Where one had no place, the next has none: nothing became free meanwhile.
            found.append(replace(found[-1], number=number))
            continue
        series = whole_series(search, pattern, (first, search.wish.first))
        found.append(GroupFound(number, series.slots, series.obstacles))
        search = replace(
            search, facts=with_taken(search.facts, series.plans, search.policy.changeover_minutes)
        )
    return found


def whole_series(search: Search, pattern: Pattern, firsts: Iterable[date]) -> Found:
    """The series from the first of these days from which it is whole, else nothing but what stood in the way."""
    found = Found((), Counter())
    for first in dict.fromkeys(firsts):
        found = find_series(replace(search, wish=replace(search.wish, first=first)), pattern)
        if len(found.slots) == pattern.meetings:
            return found
    return Found((), found.obstacles)


def spread_over(wish: Wish, count: int) -> list[date]:
    """So many days from the wish's first on, evenly over those on which it may lie."""
    days = list(days_of(wish)) or [wish.first]
    return [days[number * len(days) // count] for number in range(count)]


def days_of(wish: Wish) -> Iterator[date]:
    """The days on which the wish may lie."""
    for number in range((wish.last - wish.first).days + 1):
        day = wish.first + timedelta(days=number)
        if day.weekday() in wish.weekdays:
            yield day


def day_of(slot: Slot) -> date:
    return slot.span.local(slot.room.zone).starts_at.date()


def with_taken(
    facts: Facts, plans: Iterable[MeetingPlan], changeover_minutes: int, holder: Holder = NOBODY
) -> Facts:
    """The facts as if these meetings were booked already, by that session."""
    rooms, trainers = dict(facts.rooms), dict(facts.trainers)
    for plan in plans:
        room = rooms.get(plan.room_id or 0)
        if room is not None:
            claimed = plan.span.longer(changeover_minutes)
            busy = busy_of(plan, claimed, site_of(room), room.site_name, holder)
            rooms[room.pk] = replace(room, busy=(*room.busy, busy))
        day = timezone.localdate(plan.starts_at)
        for trainer in (trainers[pk] for pk in plan.trainer_ids if pk in trainers):
            site_id, site_name = (site_of(room), room.site_name) if room else (None, "")
            busy = busy_of(plan, plan.span, site_id, site_name, holder)
            load = {**trainer.load, day: trainer.load.get(day, timedelta()) + plan.span.length}
            trainers[trainer.pk] = replace(trainer, busy=(*trainer.busy, busy), load=load)
    return replace(facts, rooms=rooms, trainers=trainers)


def busy_of(plan: MeetingPlan, claimed: Span, site_id: int | None, site_name: str, holder: Holder) -> Busy:
    return Busy(
        claimed,
        plan.span,
        holder.session_id,
        holder.course_title,
        teaches=True,
        site_id=site_id,
        site_name=site_name,
    )
