"""The catalogue's list: courses as one reader sees them, each with its nearest session, as a card."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from django.core.paginator import Page, Paginator
from django.db.models import DateField, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property

from centre.fragments import Fragment
from centre.prepared import Given, Prepared
from courses.models import Course, CourseQuerySet
from enrolment.annotations import NOW, TRAINEE, own_live, own_positions, seat_facts
from enrolment.models import Seat
from people.models import Employee
from records.models import Completion
from scheduling.models import Booking, Session, SessionQuerySet

COURSES_ON_A_PAGE = 30
FIELDS = ("code", "title", "block", "format", "delivery", "academic_hours", "is_mandatory")
CHOICES = ("block", "topic", "format", "delivery")


class Found:
    """The courses that a reader asks for, the best first, as a paginator takes them: counted, and sliced.

    Their keys come first, then one page of them; what was asked decides about the keys alone, so that the page is
    built once for all readers.
    """

    def __init__(self, asked: Mapping[str, Any], reader: Employee) -> None:
        self.asked = asked
        self.reader = reader
        self.now = timezone.now()

    @cached_property
    def keys(self) -> list[int]:
        given = {name: self.asked.get(name) for name in (*CHOICES, "site")}
        given |= moment_of(self.reader, self.now)
        names = frozenset(self.asked)
        if words := self.asked.get("q"):  # each word is a condition, so it is built anew
            return [row["pk"] for row in Prepared(lambda: ask_keys(names, words)).once(**given)]
        return [row["pk"] for row in keys_asked(names)(**given)]

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[Course]:
        return iter(self[:])

    def __getitem__(self, part: slice) -> list[Course]:
        keys = self.keys[part]
        if not keys:
            return []
        found = {course.pk: course for course in COURSES(courses=keys, trainee=self.reader.pk, ever=date.max)}
        return [found[key] for key in keys if key in found]


@lru_cache
def keys_asked(names: frozenset[str]) -> Prepared:
    return Prepared(lambda: ask_keys(names, None))


def ask_keys(names: frozenset[str], words: str | None) -> QuerySet[Any, Any]:
    """The keys of the courses that fit the filters of these names."""
    courses: CourseQuerySet = Course.objects.offered().filter(
        **{name: Given(name) for name in CHOICES if name in names}
    )
    if names & {"site", "free"}:
        courses = courses.filter(Exists(sessions_fitting(names).filter(course=OuterRef("pk"))))
    if "mine" in names:
        courses = courses.for_position(Subquery(own_positions().filter(is_main=True)[:1]))
    return (courses.search(words) if words else courses).values("pk")


def sessions_fitting(names: frozenset[str]) -> SessionQuerySet:
    """Sessions that still can be joined, at the site and with the free seats asked for."""
    sessions = Session.objects.upcoming(NOW).order_by()
    if "site" in names:
        there = Booking.objects.filter(meeting__session=OuterRef("pk"), room__site__code=Given("site"))
        sessions = sessions.filter(Exists(there))
    if "free" in names:
        facts = seat_facts()
        gone = facts["seats_taken"] + facts["reserved"]
        sessions = sessions.alias(waiting=facts["waiting"], gone=gone).filter(waiting=0, gone__lt=F("seats"))
    return sessions


def ask_courses() -> Any:
    """Courses with `my_seat` of a live enrolment, and `my_until`, the last day of the longest completion.

    `my_until` is `date.max` for a completion without limit.
    """
    completions = Completion.objects.filter(trainee=TRAINEE, course=OuterRef("pk"))
    until = completions.annotate(until=Coalesce("valid_until", Given("ever", DateField()))).order_by("-until")
    return (
        Course.objects.filter(pk__any=Given("courses"))
        .order_by()
        .only(*FIELDS)
        .annotate(
            my_seat=Subquery(own_live().filter(course=OuterRef("pk")).values("seat")[:1]),
            my_until=Subquery(until.values("until")[:1]),
        )
    )


COURSES = Prepared(ask_courses)


def moment_of(reader: Employee, now: datetime) -> dict[str, Any]:
    """What the statements are given about the reader and the moment."""
    return {"trainee": reader.pk, "now": now, "today": timezone.localdate(now)}


class Nearest(NamedTuple):
    """The session of a course that the catalogue shows; seats that are kept for others count as taken."""

    course: int
    starts_at: datetime
    seats: int
    seats_taken: int
    waiting: int
    site: str | None

    @property
    def has_free_seat(self) -> bool:
        return not self.waiting and self.seats_taken < self.seats


@lru_cache
def nearest_asked(names: frozenset[str]) -> Prepared:
    """Sessions by their start, as fields of `Nearest`."""
    room = Booking.objects.filter(meeting__session=OuterRef("pk"), room__isnull=False).order_by("period")
    facts = seat_facts()
    return Prepared(
        lambda: (
            sessions_fitting(names)
            .filter(course_id__any=Given("courses"))
            .annotate(
                gone=facts["seats_taken"] + facts["reserved"],
                waiting=facts["waiting"],
                site_name=Subquery(room.values("room__site__name")[:1]),
            )
            .order_by("starts_at", "pk")
            .values_list("course", "starts_at", "seats", "gone", "waiting", "site_name")
        )
    )


def nearest_sessions(
    courses: Iterable[Course], asked: Mapping[str, Any], reader: Employee
) -> dict[int, Nearest]:
    """By the course's key its nearest session, one with a free seat before a full one."""
    rows = nearest_asked(frozenset(asked) & {"site", "free"})(
        courses=[course.pk for course in courses if not course.is_self_paced],
        site=asked.get("site"),
        **moment_of(reader, timezone.now()),
    )
    nearest: dict[int, Nearest] = {}
    with_free_seat: dict[int, Nearest] = {}
    for session in map(Nearest._make, rows):
        nearest.setdefault(session.course, session)
        if session.has_free_seat:
            with_free_seat.setdefault(session.course, session)
    return nearest | with_free_seat


class Card(NamedTuple):
    """What the catalogue says about a course, and about the reader in it (`state`)."""

    code: str
    title: str
    block: str
    format: str
    delivery: str
    academic_hours: int
    is_self_paced: bool
    nearest: Nearest | None
    state: str


CARD = Fragment("website/_card.html", kept=4000)


def card_of(course: Course, nearest: Nearest | None, today: date) -> Card:
    facts = (course.code, course.title, course.block, course.format, course.delivery, course.academic_hours)
    return Card(*facts, course.is_self_paced, nearest, own_state(course, today))


def own_state(course: Course, today: date) -> str:
    """The reader's own state in a course of `ask_courses`: a seat, a completion, that it is mandatory, or nothing."""
    seat, until = vars(course)["my_seat"], vars(course)["my_until"]
    if seat:
        if seat == Seat.NONE:
            return "studying" if course.is_self_paced else "asked"
        return str(seat) if seat in {Seat.HELD, Seat.OFFERED, Seat.WAITING} else "studying"
    if until:
        return "completed" if until >= today else "to_repeat"
    return "mandatory" if course.is_mandatory else ""


def results(reader: Employee, asked: dict[str, Any], page_number: str | None) -> dict[str, Any]:
    """A page of the courses found; when a search finds nothing, of those that were probably meant."""
    found, meant = Found(asked, reader), None
    if "q" in asked and not found and (meant := Course.objects.offered().meant(asked["q"])):
        found = Found(asked | {"q": meant}, reader)
    page: Page[Course] = Paginator(cast(Sequence[Course], found), COURSES_ON_A_PAGE).get_page(page_number)
    courses = list(page.object_list)
    nearest = nearest_sessions(courses, asked, reader)
    today = timezone.localdate()
    cards = [CARD(card_of(course, nearest.get(course.pk), today)) for course in courses]
    return {"page": page, "cards": cards, "asked": asked, "meant": meant}
