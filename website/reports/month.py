"""Plan against fact of a month: what was planned, what took place, who came, how many hours; numbers that add up.

What counts:

- A **session** belongs to the month in which it begins by its present dates. It is *planned* once it was published:
  a draft is not, nor is a draft that was thrown away; a session that was cancelled after it was published is.
  Planned = held + cancelled + still to come, and a session that runs is still to come.
- **Seats and people** are those of sessions that were not cancelled; who came, did not come, was excused or was not
  marked is asked of held sessions alone. Everybody who holds a seat there is exactly one of the four: who attended a
  part of one meeting came.
- **Hours** are academic (45 minutes) and counted by the meeting's own day, so that a session over the turn of the month
  gives each month its part. Planned hours include those of cancelled sessions, held ones only meetings that are over.
- **Rooms, sites and trainers** are those booked for the session's meetings. A cancelled session has no bookings any
  more: those it lost when it was cancelled are read from the record of changes. Whoever shares a session counts it
  whole, so a line of its own takes off what stands in several rows, and the total counts each session once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Change
from centre.models import Site
from centre.tables.records import fold
from courses.models import Course
from enrolment.models import SEATS_TAKEN, AttendanceMark, Enrolment, Mark
from people.models import Employee
from scheduling.forms.sessions import midnight, next_month
from scheduling.models import Booking, Meeting, Room, Session, SessionStep
from website.reports.figures import FIGURES, HOURS, Figure, hours_of

BY = ("course", "trainer", "room", "site")
CAME = (Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY)
# The bookings that a cancellation took away were recorded by one statement, row by row.
ONE_STATEMENT = timedelta(seconds=1)
Key = int | None


@dataclass(frozen=True)
class Month:
    """A month of the centre's calendar, as a half-open time."""

    first: date

    @property
    def begin(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        return midnight(next_month(self.first))

    @property
    def days(self) -> list[date]:
        length = (next_month(self.first) - self.first).days
        return [self.first + timedelta(days=n) for n in range(length)]


@dataclass
class SessionFact:
    """What the report knows of a session that was published; minutes are those of the month."""

    pk: int
    course_id: int
    state: str  # held, cancelled or to_come
    begins_here: bool
    was_moved: bool
    seats: int
    taken: int = 0
    came: int = 0
    absent: int = 0
    excused: int = 0
    unmarked: int = 0


@dataclass
class Entry:
    """A session in one row, with the minutes of those of its meetings that belong to the row."""

    session: SessionFact
    minutes_planned: int = 0
    minutes_held: int = 0


@dataclass
class Row:
    """A line of the report: a course, a trainer, a room or a site, and its sessions. `key` None: there is none."""

    key: Key
    title: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The row in an address."""
        return "none" if self.key is None else str(self.key)

    def count(self, figure: Figure) -> float | None:
        return figure.of(self.entries)

    def sessions_of(self, figure: Figure) -> list[int]:
        """The sessions behind a number."""
        return [one.session.pk for one in self.entries if figure.of([one])]


@dataclass
class Report:
    """Rows by title, what is taken off because it stands in several of them, and the total of each session once."""

    rows: list[Row]
    whole: Row
    totals: dict[str, float | None] = field(default_factory=dict)
    shared: dict[str, float] = field(default_factory=dict)

    @property
    def is_shared(self) -> bool:
        return any(self.shared.values())

    def row(self, word: str) -> Row | None:
        return self.whole if word == "all" else next((one for one in self.rows if one.word == word), None)


def month_report(month: Month, by: str, now: datetime | None = None) -> Report:
    """The report; the same number of statements however many sessions the month has."""
    now = now or timezone.now()
    facts = session_facts(month, now)
    add_people(facts)
    meetings = meetings_of(facts)
    keys = KEYS[by](facts, meetings)
    rows: dict[Key, dict[int, Entry]] = defaultdict(dict)
    whole = {pk: Entry(fact) for pk, fact in facts.items()}
    by_course: dict[int, Entry] = defaultdict(lambda: Entry(SessionFact(0, 0, "", False, False, 0)))
    for fact in facts.values():
        of_session = [keys.get(pk, set()) for pk, *_times in meetings[fact.pk]]
        for key in set().union(*of_session) or {None}:
            rows[key][fact.pk] = Entry(fact)
    for fact in facts.values():
        for pk, starts_at, ends_at in meetings[fact.pk]:
            if not month.begin <= starts_at < month.end:
                continue
            minutes = int((ends_at - starts_at).total_seconds() // 60)
            held = minutes if fact.state != "cancelled" and ends_at <= now else 0
            entries = [rows[key][fact.pk] for key in keys.get(pk) or fallback(rows, fact.pk)]
            for entry in (whole[fact.pk], by_course[fact.course_id], *entries):
                entry.minutes_planned += minutes
                entry.minutes_held += held
    titles = TITLES[by](rows)
    found = [
        Row(key, titles.get(key, ""), list(entries.values()))
        for key, entries in rows.items()
        if any(one.session.begins_here or one.minutes_planned for one in entries.values())
    ]
    found.sort(key=lambda row: (row.key is None, fold(row.title), row.word))
    report = Report(found, Row(None, _("Total"), list(whole.values())))
    add_totals(report, by_course.values())
    return report


def fallback(rows: dict[Key, dict[int, Entry]], session: int) -> list[Key]:
    """A meeting with nothing booked, in a session whose other meetings may have it: the line of what has none."""
    if session not in rows[None]:
        rows[None][session] = Entry(
            next(entries[session] for entries in rows.values() if session in entries).session
        )
    return [None]


def add_totals(report: Report, by_course: Iterable[Entry]) -> None:
    """Totals of each session once; hours add up as they are shown, rounded by course, whatever the rows are."""
    courses = list(by_course)
    for figure in FIGURES:
        total: float | None
        if figure.name in HOURS:
            total = round(sum(hours_of(getattr(one, HOURS[figure.name])) for one in courses), 1)
        else:
            total = report.whole.count(figure)
        report.totals[figure.name] = total
        if figure.adds_up:
            shown = sum(row.count(figure) or 0 for row in report.rows)
            off = round((total or 0) - shown, 1)
            report.shared[figure.name] = off if off else 0.0 if figure.name in HOURS else 0


# --- what is loaded -------------------------------------------------------------------------------


def session_facts(month: Month, now: datetime) -> dict[int, SessionFact]:
    """Published sessions with a part in the month; one statement."""
    steps = SessionStep.objects.filter(session=OuterRef("pk"))
    published = steps.filter(kind=SessionStep.Kind.PUBLISHED)
    published_before = SessionStep.objects.filter(
        session=OuterRef("session"), kind=SessionStep.Kind.PUBLISHED, at__lt=OuterRef("at")
    )
    moved = steps.filter(Exists(published_before), kind=SessionStep.Kind.MOVED)
    rows = (
        Session.objects.published()
        .during(month.begin, month.end)
        .filter(~Q(status=Session.Status.CANCELLED) | Exists(published))
        .annotate(was_moved=Exists(moved))
        .order_by("starts_at", "pk")
        .values_list("pk", "course", "status", "starts_at", "ends_at", "seats", "was_moved")
    )
    facts = {}
    for pk, course, status, starts_at, ends_at, seats, was_moved in rows:
        over = "held" if ends_at <= now else "to_come"
        state = "cancelled" if status == Session.Status.CANCELLED else over
        facts[pk] = SessionFact(pk, course, state, month.begin <= starts_at < month.end, was_moved, seats)
    return facts


def add_people(facts: dict[int, SessionFact]) -> None:
    """Who holds a seat, and what stands on the sheets; one statement."""
    marks = AttendanceMark.objects.filter(enrolment=OuterRef("pk"))
    came = Exists(marks.filter(mark__in=CAME))
    absent, excused = (Exists(marks.filter(mark=mark)) for mark in (Mark.ABSENT, Mark.EXCUSED))
    rows = (
        Enrolment.objects.filter(session__in=list(facts), seat__in=SEATS_TAKEN)
        .annotate(has_come=came, was_absent=absent, was_excused=excused)
        .order_by()
        .values("session")
        .annotate(
            taken=Count("pk"),
            came=Count("pk", filter=Q(has_come=True)),
            absent=Count("pk", filter=Q(has_come=False, was_absent=True)),
            excused=Count("pk", filter=Q(has_come=False, was_absent=False, was_excused=True)),
        )
    )
    for row in rows:
        fact = facts[row["session"]]
        fact.taken = row["taken"]
        if fact.state == "held":
            fact.came, fact.absent, fact.excused = row["came"], row["absent"], row["excused"]
            fact.unmarked = fact.taken - fact.came - fact.absent - fact.excused


def meetings_of(facts: dict[int, SessionFact]) -> dict[int, list[tuple[int, datetime, datetime]]]:
    """Key and times of each meeting by session; one statement."""
    found: dict[int, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    rows = Meeting.objects.filter(session__in=list(facts)).order_by("starts_at", "pk")
    for pk, session, starts_at, ends_at in rows.values_list("pk", "session", "starts_at", "ends_at"):
        found[session].append((pk, starts_at, ends_at))
    return found


Meetings = dict[int, list[tuple[int, datetime, datetime]]]
Keys = dict[int, set[Key]]


def by_course(facts: dict[int, SessionFact], meetings: Meetings) -> Keys:
    return {pk: {fact.course_id} for fact in facts.values() for pk, *_times in meetings[fact.pk]}


def booked(column: str) -> Callable[[dict[int, SessionFact], Meetings], Keys]:
    """By meeting the rooms or the persons booked for it, or that were until its session was cancelled."""

    def find(facts: dict[int, SessionFact], meetings: Meetings) -> Keys:
        keys: Keys = defaultdict(set)
        claims = Booking.objects.exclude(role=Booking.Role.ATTENDS).filter(
            meeting__session__in=list(facts), **{f"{column}__isnull": False}
        )
        for meeting, key in claims.values_list("meeting", column):
            keys[meeting].add(key)
        for meeting, key in lost_bookings(facts, column):
            keys[meeting].add(key)
        return keys

    return find


def lost_bookings(facts: dict[int, SessionFact], column: str) -> Iterable[tuple[int, int]]:
    """Meeting and room or person of what cancelled sessions lost last; one statement."""
    cancelled = [fact.pk for fact in facts.values() if fact.state == "cancelled"]
    rows = Change.objects.filter(
        session_id__in=cancelled, kind="scheduling.booking", verb=Change.Verb.DELETED
    ).order_by("-at", "-pk")
    last: dict[int | None, datetime] = {}
    for session, at, before in rows.values_list("session_id", "at", "before"):
        if at >= last.setdefault(session, at) - ONE_STATEMENT and before and before.get(f"{column}_id"):
            yield before["meeting_id"], before[f"{column}_id"]


def by_site(facts: dict[int, SessionFact], meetings: Meetings) -> Keys:
    sites: dict[Key, Key] = dict(Room.objects.values_list("pk", "site"))
    rooms = booked("room")(facts, meetings)
    return {meeting: {sites[room] for room in keys if room in sites} for meeting, keys in rooms.items()}


KEYS: dict[str, Callable[[dict[int, SessionFact], Meetings], Keys]] = {
    "course": by_course,
    "trainer": booked("person"),
    "room": booked("room"),
    "site": by_site,
}


def titles_of_courses(keys: Iterable[Key]) -> dict[Key, str]:
    return dict(Course.objects.filter(pk__in=known(keys)).values_list("pk", "title"))


def titles_of_trainers(keys: Iterable[Key]) -> dict[Key, str]:
    people = Employee.objects.filter(pk__in=known(keys))
    return {None: _("Without a trainer"), **{person.pk: person.short_name for person in people}}


def titles_of_rooms(keys: Iterable[Key]) -> dict[Key, str]:
    rooms = Room.objects.filter(pk__in=known(keys)).values_list("pk", "name", "site__name")
    return {None: _("Without a room"), **{pk: f"{name}, {site}" for pk, name, site in rooms}}


def titles_of_sites(keys: Iterable[Key]) -> dict[Key, str]:
    sites = Site.objects.filter(pk__in=known(keys)).values_list("pk", "name")
    return {None: _("Without a room"), **dict(sites)}


TITLES: dict[str, Callable[[Iterable[Key]], dict[Key, str]]] = {
    "course": titles_of_courses,
    "trainer": titles_of_trainers,
    "room": titles_of_rooms,
    "site": titles_of_sites,
}


def known(keys: Iterable[Key]) -> Sequence[int]:
    return [key for key in keys if key is not None]
