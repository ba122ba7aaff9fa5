"""What planning must know of courses, rooms and trainers, as dataclasses: checks and choices need no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Span:
    """A half-open time: a meeting may start at the minute another ends."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def widened(self, minutes: int) -> "Span":
        """The time with so many minutes more on either side."""
        return Span(self.starts_at - timedelta(minutes=minutes), self.ends_at + timedelta(minutes=minutes))

    def longer(self, minutes: int) -> "Span":
        """The time that a room is taken for: with its changeover (rule 2)."""
        return Span(self.starts_at, self.ends_at + timedelta(minutes=minutes))

    def local(self, zone: tzinfo) -> "Span":
        return Span(self.starts_at.astimezone(zone), self.ends_at.astimezone(zone))

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


@dataclass(frozen=True)
class CourseNeeds:
    """What a course asks of rooms and trainers; equipment and qualifications by key, with their titles."""

    is_online: bool
    group_min: int
    group_max: int
    equipment: dict[int, str] = field(default_factory=dict)
    qualifications: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DayFacts:
    """What the calendar says of a day that is not an ordinary one; `closed` names why the centre is closed.

    `is_working_day` is the law's word for those who work five days a week, None when it has none.
    """

    closed: str = ""
    is_working_day: bool | None = None


@dataclass(frozen=True)
class Closure:
    """Time during which a room cannot be used."""

    span: Span
    reason: str


@dataclass(frozen=True)
class Busy:
    """A booking that stands already, with what people call it by; the site is None for a meeting online.

    `span` is the time claimed, which for a room has the changeover; `meeting` is the time people know.
    """

    span: Span
    meeting: Span
    session_id: int
    course_title: str
    teaches: bool
    site_id: int | None
    site_name: str = ""


@dataclass(frozen=True)
class RoomFacts:
    """A room with what decides whether a meeting may take place in it."""

    pk: int
    name: str
    site_id: int
    site_name: str
    zone: ZoneInfo
    opens_at: time
    closes_at: time
    is_online: bool
    capacity: int
    is_step_free: bool
    is_active: bool
    equipment: frozenset[int] = frozenset()
    closures: tuple[Closure, ...] = ()
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True)
class TrainerAbsence:
    """Days on which a trainer is away, both included; the reason is for HR and the centre only."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True)
class Shift:
    """On which days somebody works: five days a week by the law's calendar, or two of four from a first day on."""

    name: str
    two_two_from: date | None = None

    def works_on(self, day: date, calendar: Mapping[date, DayFacts]) -> bool:
        if self.two_two_from is not None:
            return (day - self.two_two_from).days % 4 < 2
        facts = calendar.get(day)
        return facts.is_working_day if facts and facts.is_working_day is not None else day.weekday() < 5


@dataclass(frozen=True)
class WeeklyHours:
    """Hours of a weekday (Monday is 0) in which a trainer cannot teach, or would rather not, from a day on."""

    weekday: int
    begins_at: time
    ends_at: time
    first: date
    last: date | None = None
    is_impossible: bool = True

    def meet(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the local time has a part in them; a meeting is over on the day on which it begins."""
        day = starts_at.date()
        return (
            day.weekday() == self.weekday
            and self.first <= day
            and (self.last is None or day <= self.last)
            and starts_at.time() < self.ends_at
            and (ends_at.date() > day or self.begins_at < ends_at.time())
        )


@dataclass(frozen=True)
class TrainerFacts:
    """A trainer; `qualifications` gives the last valid day of each by key, None for without limit.

    `load` is how long the person teaches already on each day, sessions that are planned anew left out. No limit of
    hours and no shift: nothing is known of them.
    """

    pk: int
    person_id: int
    name: str
    is_active: bool
    qualifications: dict[int, date | None] = field(default_factory=dict)
    absences: tuple[TrainerAbsence, ...] = ()
    busy: tuple[Busy, ...] = ()
    hours_a_day: int | None = None
    hours_a_week: int | None = None
    shift: Shift | None = None
    unavailable: tuple[WeeklyHours, ...] = ()
    load: dict[date, timedelta] = field(default_factory=dict)
    site_id: int | None = None

    def load_of_week(self, monday: date) -> timedelta:
        """How long the person teaches already in the week from that Monday."""
        days = (self.load.get(monday + timedelta(days=number)) for number in range(7))
        return sum(filter(None, days), timedelta())

    def holds(self, qualification: int, day: date) -> bool:
        until = self.qualifications.get(qualification, date.min)
        return until is None or until >= day


T = TypeVar("T")


def with_facts(one: T, **others: Any) -> T:
    """As `dataclasses.replace`, which takes seven times as long: a full week has a thousand rooms and trainers."""
    copy = object.__new__(type(one))
    vars(copy).update(vars(one), **others)
    return copy


@dataclass(frozen=True)
class Facts:
    """Everything that the checks ask about one plan."""

    needs: CourseNeeds
    rooms: dict[int, RoomFacts]
    trainers: dict[int, TrainerFacts]
    calendar: dict[date, DayFacts] = field(default_factory=dict)
