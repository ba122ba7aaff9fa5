"""Finds time, room and trainers for the demo's sessions, one after another: functions over dataclasses."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations

from scheduling.plans import MeetingPlan
from website.demo.calendar import at

ACADEMIC_HOUR = timedelta(minutes=45)
LATEST_END = time(18)
STARTS = (time(9), time(10), time(13), time(14), time(15), time(9, 30), time(11), time(16))


@dataclass(frozen=True)
class CourseNeeds:
    pk: int
    academic_hours: int
    meetings: int
    group_min: int
    group_max: int
    is_online: bool
    qualifications: frozenset[int]
    equipment: frozenset[int]

    @property
    def meeting_length(self) -> timedelta:
        return ACADEMIC_HOUR * self.academic_hours / self.meetings

    @property
    def meeting_hours(self) -> float:
        return self.academic_hours / self.meetings


@dataclass(frozen=True)
class UsableRoom:
    pk: int
    site_id: int
    is_online: bool
    capacity: int
    equipment: frozenset[int]
    closed_on: frozenset[date] = frozenset()


@dataclass(frozen=True)
class BookableTrainer:
    pk: int
    site_id: int
    hours_a_day: int
    hours_a_week: int
    valid_until: dict[int, date | None]
    works_on: dict[date, bool]

    def may_teach(self, qualification: int, day: date) -> bool:
        until = self.valid_until.get(qualification, date.min)
        return until is None or until >= day


@dataclass
class Timetable:
    """Rooms and trainers with what is booked so far; `place` books more where all rules are kept."""

    rooms: Sequence[UsableRoom]
    trainers: Sequence[BookableTrainer]
    days: Sequence[date]
    changeover: timedelta
    rng: random.Random
    room_busy: dict[tuple[int, date], list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    trainer_busy: dict[tuple[int, date], list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    trainer_site: dict[tuple[int, date], int] = field(default_factory=dict)
    taught: dict[tuple[int, date | tuple[int, int]], float] = field(
        default_factory=lambda: defaultdict(float)
    )

    def place(
        self,
        course: CourseNeeds,
        day: date,
        *,
        teaches: int | None = None,
        at_times: Sequence[time] = STARTS,
    ) -> list[MeetingPlan] | None:
        """The course's meetings from that day on, on working days one after another, or None when nothing fits.

        `teaches` names a trainer who must be among those who teach.
        """
        days = self.days_for(course, day)
        starts = list(at_times)
        self.rng.shuffle(starts)
        for room in self.fitting_rooms(course):
            for team in self.teams(course, days, room):
                if teaches is not None and teaches not in {trainer.pk for trainer in team}:
                    continue
                for start in starts:
                    if self.is_free(course, days, room, team, start):
                        return self.book(course, days, room, team, start)
        return None

    def days_for(self, course: CourseNeeds, day: date) -> Sequence[date]:
        """The working days of the course's meetings from that day on."""
        first = self.days.index(day)
        return self.days[first : first + course.meetings]

    def fitting_rooms(self, course: CourseNeeds) -> list[UsableRoom]:
        """Rooms for the whole group first, the smallest of them first; then smaller ones, the largest first."""
        rooms = [
            room
            for room in self.rooms
            if room.is_online == course.is_online
            and room.capacity >= course.group_min
            and room.equipment >= course.equipment
        ]
        self.rng.shuffle(rooms)
        return sorted(
            rooms,
            key=lambda room: (0, room.capacity) if room.capacity >= course.group_max else (1, -room.capacity),
        )

    def teams(
        self, course: CourseNeeds, days: Sequence[date], room: UsableRoom
    ) -> Iterator[tuple[BookableTrainer, ...]]:
        """One trainer, or two, who together may teach the course on all the days."""
        present = [
            trainer
            for trainer in self.trainers
            if all(
                trainer.works_on[day]
                and (room.is_online or self.trainer_site.get((trainer.pk, day), room.site_id) == room.site_id)
                for day in days
            )
        ]
        self.rng.shuffle(present)
        present.sort(key=lambda trainer: (trainer.site_id != room.site_id, self.load(trainer, days[0])))
        singles = [trainer for trainer in present if may_teach_together([trainer], course, days[-1])]
        yield from ((trainer,) for trainer in singles)
        for pair in combinations(present, 2):
            if not set_of(pair) & set_of(singles) and may_teach_together(pair, course, days[-1]):
                yield pair

    def load(self, trainer: BookableTrainer, day: date) -> float:
        return self.taught[trainer.pk, week_of(day)]

    def is_free(
        self,
        course: CourseNeeds,
        days: Sequence[date],
        room: UsableRoom,
        team: Sequence[BookableTrainer],
        start: time,
    ) -> bool:
        for day in days:
            starts_at = at(day, start)
            ends_at = starts_at + course.meeting_length
            if ends_at > at(day, LATEST_END) or day in room.closed_on:
                return False
            if overlaps(self.room_busy[room.pk, day], starts_at, ends_at + self.changeover):
                return False
            for trainer in team:
                if overlaps(self.trainer_busy[trainer.pk, day], starts_at, ends_at):
                    return False
                if self.taught[trainer.pk, day] + course.meeting_hours > trainer.hours_a_day:
                    return False
                if self.load(trainer, day) + course.academic_hours > trainer.hours_a_week:
                    return False
        return True

    def book(
        self,
        course: CourseNeeds,
        days: Sequence[date],
        room: UsableRoom,
        team: Sequence[BookableTrainer],
        start: time,
    ) -> list[MeetingPlan]:
        plans = []
        for day in days:
            starts_at = at(day, start)
            ends_at = starts_at + course.meeting_length
            self.room_busy[room.pk, day].append((starts_at, ends_at + self.changeover))
            for trainer in team:
                self.trainer_busy[trainer.pk, day].append((starts_at, ends_at))
                self.taught[trainer.pk, day] += course.meeting_hours
                self.taught[trainer.pk, week_of(day)] += course.meeting_hours
                if not room.is_online:
                    self.trainer_site[trainer.pk, day] = room.site_id
            plans.append(MeetingPlan(starts_at, ends_at, room.pk, tuple(trainer.pk for trainer in team)))
        return plans


def may_teach_together(team: Sequence[BookableTrainer], course: CourseNeeds, day: date) -> bool:
    return all(any(trainer.may_teach(needed, day) for trainer in team) for needed in course.qualifications)


def set_of(team: Sequence[BookableTrainer]) -> set[int]:
    return {trainer.pk for trainer in team}


def overlaps(busy: Sequence[tuple[datetime, datetime]], starts_at: datetime, ends_at: datetime) -> bool:
    return any(start < ends_at and starts_at < end for start, end in busy)


def week_of(day: date) -> tuple[int, int]:
    year, week, _weekday = day.isocalendar()
    return year, week
