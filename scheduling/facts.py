"""What planning must know of courses, rooms and trainers, as dataclasses: checks and choices need no database."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
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
class TrainerFacts:
    """A trainer; `qualifications` gives the last valid day of each by key, None for without limit."""

    pk: int
    person_id: int
    name: str
    is_active: bool
    qualifications: dict[int, date | None] = field(default_factory=dict)
    absences: tuple[TrainerAbsence, ...] = ()
    busy: tuple[Busy, ...] = ()

    def holds(self, qualification: int, day: date) -> bool:
        until = self.qualifications.get(qualification, date.min)
        return until is None or until >= day


@dataclass(frozen=True)
class Facts:
    """Everything that the checks ask about one plan."""

    needs: CourseNeeds
    rooms: dict[int, RoomFacts]
    trainers: dict[int, TrainerFacts]
    closed: dict[date, str] = field(default_factory=dict)
