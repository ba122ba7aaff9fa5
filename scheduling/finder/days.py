"""One day of a search: which rooms and trainers are free for so long, and whom to choose."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain

from django.utils import timezone

from centre.models import Policy
from scheduling.checks import (
    Finding,
    load_findings,
    local_day,
    room_findings,
    shift_findings,
    unavailable_findings,
)
from scheduling.facts import Busy, Facts, RoomFacts, Span, TrainerFacts
from scheduling.finder.free import Timetables, fits, room_gaps, starts_in, trainer_gaps
from scheduling.finder.wishes import Obstacle, Slot, Wish
from scheduling.finder.words import slot_reasons
from scheduling.models import ACADEMIC_HOUR
from scheduling.replacement import load_of_week

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Search:
    """A wish with the facts it is looked up in.

    `spreads_load`: of several trainers the one with the fewest hours in all comes first, else who is least disturbed.
    """

    wish: Wish
    facts: Facts
    policy: Policy
    spreads_load: bool = False
    timetables: Timetables = field(default_factory=Timetables)

    def near(self, subject: RoomFacts | TrainerFacts, day: date) -> list[Busy]:
        """The bookings that matter on that day."""
        reach = max(self.policy.travel_minutes, self.policy.changeover_minutes)
        return self.timetables.near(subject, day, reach_minutes=reach)

    @property
    def people(self) -> int:
        return max(self.wish.people, self.facts.needs.group_min)

    @property
    def is_too_long(self) -> bool:
        return self.wish.length > self.policy.academic_hours_a_day * ACADEMIC_HOUR

    def fitting_rooms(self) -> list[RoomFacts]:
        """Rooms in which such a group may meet at all, those with the fewest seats to spare first."""
        fitting = [room for room in self.facts.rooms.values() if self.is_wished(room) and self.suits(room)]
        return sorted(fitting, key=lambda room: (room.capacity, room.site_name, room.name, room.pk))

    def unfit_rooms(self) -> list[Finding]:
        """What the wished rooms lack, whatever the time; of the other kind of room nothing is said."""
        kind = self.facts.needs.is_online
        rooms = [
            room for room in self.facts.rooms.values() if self.is_wished(room) and room.is_online == kind
        ]
        return [lack for room in sorted(rooms, key=lambda room: room.name) for lack in self.lacks(room)]

    def is_wished(self, room: RoomFacts) -> bool:
        return self.wish.site_id in (None, room.site_id) and self.wish.room_id in (None, room.pk)

    def suits(self, room: RoomFacts) -> bool:
        return next(self.lacks(room), None) is None

    def lacks(self, room: RoomFacts) -> Iterator[Finding]:
        return room_findings(room, self.facts.needs, group=self.people, step_free=self.wish.needs_step_free)


@dataclass(frozen=True)
class Option:
    """A beginning in a room with those who would teach."""

    span: Span
    room: RoomFacts
    trainers: tuple[TrainerFacts, ...]


class SearchedDay:
    """What a search finds on one day; everything is worked out once, when it is first asked for."""

    def __init__(
        self, search: Search, rooms: Sequence[RoomFacts], on: date, near: Slot | None = None
    ) -> None:
        self.search, self.wish, self.facts = search, search.wish, search.facts
        self.on, self.near = on, near
        self.all_rooms = rooms
        self._gaps: dict[tuple[int, int | None], list[Span]] = {}
        self._within_limits: dict[date, list[TrainerFacts]] = {}
        self._soft: dict[tuple[int, date], tuple[Finding, ...]] = {}

    # --- rooms ------------------------------------------------------------------------------------

    @cached_property
    def rooms(self) -> list[tuple[RoomFacts, list[Span]]]:
        """Rooms with a gap that is long enough, with their gaps."""
        found = []
        for room in self.all_rooms:
            gaps = room_gaps(
                room,
                self.search.near(room, self.on),
                self.on,
                changeover_minutes=self.search.policy.changeover_minutes,
                begins_from=self.wish.begins_from,
                ends_by=self.wish.ends_by,
            )
            gaps = [gap for gap in gaps if any(True for _start in starts_in(gap, self.wish.length))]
            if gaps:
                found.append((room, gaps))
        return found

    @cached_property
    def starts(self) -> dict[datetime, list[RoomFacts]]:
        """Every possible beginning in order, with the rooms that are free from it on."""
        found: dict[datetime, list[RoomFacts]] = {}
        for room, gaps in self.rooms:
            for gap in gaps:
                for start in starts_in(gap, self.wish.length):
                    if start > self.wish.not_before:
                        found.setdefault(start, []).append(room)
        return dict(sorted(found.items()))

    # --- trainers ---------------------------------------------------------------------------------

    @cached_property
    def qualified(self) -> list[TrainerFacts]:
        """Who teaches at all and is of use to the course on that day."""
        needed = self.facts.needs.qualifications
        return [
            trainer
            for trainer in self.facts.trainers.values()
            if trainer.is_active and (not needed or any(trainer.holds(pk, self.on) for pk in needed))
        ]

    @cached_property
    def present(self) -> list[TrainerFacts]:
        return [
            trainer
            for trainer in self.qualified
            if not any(absence.first <= self.on <= absence.last for absence in trainer.absences)
        ]

    def soft(self, trainer: TrainerFacts, span: Span) -> tuple[Finding, ...]:
        """Limits that the trainer would break by this meeting, hours without teaching too."""
        hours = unavailable_findings(trainer, [span]) if trainer.unavailable else ()
        return (*self.of_day(trainer, span), *hours)

    def of_day(self, trainer: TrainerFacts, span: Span) -> tuple[Finding, ...]:
        """Those that depend on the meeting's day and length alone."""
        key = (trainer.pk, local_day(span))
        if key not in self._soft:
            self._soft[key] = tuple(
                chain(shift_findings(trainer, [span], self.facts.calendar), load_findings(trainer, [span]))
            )
        return self._soft[key]

    def is_free(self, trainer: TrainerFacts, span: Span, site_id: int | None) -> bool:
        key = (trainer.pk, site_id)
        if key not in self._gaps:
            midnight = datetime.combine(self.on, time(), tzinfo=timezone.get_default_timezone())
            # A day more on either side: a site may keep another time than the centre.
            whole = Span(midnight - DAY, midnight + 2 * DAY)
            travel = self.search.policy.travel_minutes
            self._gaps[key] = trainer_gaps(
                self.search.near(trainer, self.on), whole, site_id, travel_minutes=travel
            )
        return fits(span, self._gaps[key])

    def free_trainers(self, span: Span, site_id: int | None, *, keeps_limits: bool) -> list[TrainerFacts]:
        able = self.within_limits(span) if keeps_limits else self.present
        return [trainer for trainer in able if self.is_free(trainer, span, site_id)]

    def within_limits(self, span: Span) -> list[TrainerFacts]:
        """Who may teach at that time without a reason."""
        day = local_day(span)
        if day not in self._within_limits:
            self._within_limits[day] = [one for one in self.present if not self.of_day(one, span)]
        return [one for one in self._within_limits[day] if not (one.unavailable and self.soft(one, span))]

    def covers(self, trainers: Sequence[TrainerFacts]) -> bool:
        """Whether they could teach the course together, the wished one among them."""
        wished = self.wish.trainer_id
        if not trainers or (wished is not None and wished not in {trainer.pk for trainer in trainers}):
            return False
        needed = self.facts.needs.qualifications
        return all(any(trainer.holds(pk, self.on) for trainer in trainers) for pk in needed)

    def team(self, span: Span, site_id: int | None) -> tuple[TrainerFacts, ...]:
        """Few who hold every qualification together, the best first; nobody when there are none."""
        free = self.free_trainers(span, site_id, keeps_limits=self.wish.keeps_limits)
        if not self.covers(free):
            return ()
        ranked = sorted(free, key=self.rank(span, site_id))
        chosen = [trainer for trainer in ranked if trainer.pk == self.wish.trainer_id] or ranked[:0]
        missing = {
            pk
            for pk in self.facts.needs.qualifications
            if not any(trainer.holds(pk, self.on) for trainer in chosen)
        }
        while missing or not chosen:
            best = max(ranked, key=lambda trainer: sum(trainer.holds(pk, self.on) for pk in missing))
            chosen.append(best)
            missing = {pk for pk in missing if not best.holds(pk, self.on)}
        return tuple(chosen)

    def rank(self, span: Span, site_id: int | None) -> Callable[[TrainerFacts], tuple[object, ...]]:
        """Who keeps the limits, teaches the session already, has the least to do, has the shortest way."""
        near = {trainer.pk for trainer in self.near.trainers} if self.near else set()

        def key(trainer: TrainerFacts) -> tuple[object, ...]:
            way = (not self.is_there(trainer, site_id), trainer.site_id != site_id)
            load = (
                sum(trainer.load.values(), timedelta())
                if self.search.spreads_load
                else load_of_week(trainer, span)
            )
            order = (load, *way) if self.search.spreads_load else (*way, load)
            return (len(self.soft(trainer, span)), trainer.pk not in near, *order, trainer.name, trainer.pk)

        return key

    def is_there(self, trainer: TrainerFacts, site_id: int | None) -> bool:
        """Whether the trainer has something to do at the site that day anyway."""
        return any(
            busy.site_id == site_id is not None and local_day(busy.meeting) == self.on
            for busy in self.search.near(trainer, self.on)
        )

    # --- what is found ----------------------------------------------------------------------------

    def options(self) -> Iterator[Option]:
        """Every beginning in every free room for which there is somebody to teach, in the order of time."""
        if self.is_closed or self.search.is_too_long or not self.covers(self.present):
            return
        for start, rooms in self.starts.items():
            span = Span(start, start + self.wish.length)
            if self.wish.keeps_limits and not self.covers(self.within_limits(span)):
                continue
            teams: dict[int | None, tuple[TrainerFacts, ...]] = {}
            for room in rooms:
                site = site_of(room)
                if site not in teams:
                    teams[site] = self.team(span, site)
                if teams[site]:
                    yield Option(span, room, teams[site])

    def slots(self) -> Iterator[Slot]:
        """One for each beginning that has a room and trainers, in the order of time; each after the end of the last."""
        last: Slot | None = None
        together: list[Option] = []
        for option in chain(self.options(), [None]):
            if together and (option is None or option.span != together[0].span):
                if last is None or together[0].span.starts_at >= last.span.ends_at:
                    last = self.slot(together)
                    yield last
                together = []
            if option is not None:
                together.append(option)

    def nearest(self) -> Slot | None:
        """The slot most like the one it should be near: the same room, people and hour; else the earliest."""
        if self.near is None:
            return next(self.slots(), None)
        near, keys = self.near, {trainer.pk for trainer in self.near.trainers}
        hour = near.span.local(near.room.zone).starts_at.time()

        def distance(option: Option) -> tuple[object, ...]:
            return (
                {trainer.pk for trainer in option.trainers} != keys,
                option.room.pk != near.room.pk,
                option.room.site_id != near.room.site_id,
                option.span.local(option.room.zone).starts_at.time() != hour,
                option.span.starts_at,
            )

        best = min(self.options(), key=distance, default=None)
        return self.slot([best]) if best else None

    def slot(self, options: Sequence[Option]) -> Slot:
        first = options[0]
        warnings = chain.from_iterable(self.soft(trainer, first.span) for trainer in first.trainers)
        return Slot(
            first.span,
            first.room,
            first.trainers,
            tuple(slot_reasons(self, first, people=self.search.people)),
            tuple(warnings),
            tuple(option.room for option in options[1:]),
        )

    # --- what is not ------------------------------------------------------------------------------

    @property
    def is_closed(self) -> bool:
        return bool((what := self.facts.calendar.get(self.on)) and what.closed)

    def obstacle(self) -> Obstacle:
        """What stood in the way on a day without slots."""
        if self.is_closed:
            return Obstacle.CLOSED
        if self.search.is_too_long:
            return Obstacle.TOO_LONG
        if not self.all_rooms:
            return Obstacle.NO_ROOM
        if not self.starts:
            return Obstacle.ROOMS_TAKEN
        if not self.covers(self.qualified):
            return Obstacle.UNQUALIFIED
        if not self.covers(self.present):
            return Obstacle.AWAY
        return Obstacle.LIMITS if self.wish.keeps_limits and self.would_do_beyond_limits() else Obstacle.BUSY

    def would_do_beyond_limits(self) -> bool:
        length = self.wish.length
        return any(
            self.covers(self.free_trainers(Span(start, start + length), site, keeps_limits=False))
            for start, rooms in self.starts.items()
            for site in {site_of(room) for room in rooms}
        )


def site_of(room: RoomFacts) -> int | None:
    """Where people have to go; nowhere for a meeting online."""
    return None if room.is_online else room.site_id
