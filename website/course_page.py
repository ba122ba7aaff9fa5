"""The page of one course for one reader: whom it is for, what it asks first, its dates, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from centre.functions import SortKey
from centre.models import Policy
from courses.models import Course, Material
from enrolment.conditions import COURSE_CONDITIONS, Prerequisite, Situation, Unmet, unmet
from enrolment.models import SEATS_TAKEN, Enrolment
from enrolment.panels import Panel
from enrolment.situations import count_of, longest, seat_facts
from people.models import Employee, Employment, Position
from records.models import Completion
from scheduling.models import Session
from website.offers import Offer, ShownMeeting, shown_meetings

DATES_SHOWN = 20


@dataclass(frozen=True)
class ReaderFacts:
    """What the course's row brings with it; see `course_facts`."""

    audience_titles: list[str]
    in_audience: bool
    needed: list[dict[str, Any]]
    own_completions: list[dict[str, Any]]
    own_enrolment: dict[str, Any] | None
    has_materials: bool
    optional_bookings: int


@dataclass(frozen=True)
class CoursePage:
    course: Course
    # The positions in words; empty when the course is for everybody.
    audience: str
    prerequisites: Sequence[Prerequisite]
    # Live, in whichever session; in none when self-paced.
    enrolment: Enrolment | None
    # The last day of the longest valid completion; `date.max` when it never expires.
    completed_until: date | None
    offers: Sequence[Offer]
    # What stands in the way whichever date is chosen.
    obstacle: Unmet | None
    has_materials: bool

    @property
    def is_completed_for_ever(self) -> bool:
        return self.completed_until == date.max

    @property
    def first_free(self) -> Offer | None:
        """The nearest date with a free seat that the reader may take: its button is the page's first."""
        free = (offer for offer in self.offers if offer.panel.seat_is_free and not offer.panel.obstacle)
        return next(free, None)

    @property
    def has_more_dates(self) -> bool:
        return len(self.offers) == DATES_SHOWN


def course_page(reader: Employee, courses: QuerySet[Course], code: str) -> CoursePage:
    """The page of the course with this code, in four statements for any number of dates.

    Raises:
        DoesNotExist: none of the courses has the code.
    """
    now = timezone.now()
    policy = Policy.objects.current(now)
    annotations = course_facts(reader, now)
    course = courses.annotate(**annotations).get(code=code)
    facts = ReaderFacts(**{name: getattr(course, name) for name in annotations})
    enrolment = own_enrolment(course, facts, reader)
    sessions = [] if course.is_self_paced else coming_sessions(course, now)
    meetings = shown_meetings(reader, sessions, policy) if sessions else {}
    offers = [
        offer(facts, session, meetings.get(session.pk, ()), enrolment, policy, now) for session in sessions
    ]
    today = Session(course=course, status=Session.Status.OPEN, starts_at=now, ends_at=now, seats=0)
    as_of_today = situation(facts, today, (), enrolment, policy, now)
    return CoursePage(
        course=course,
        audience=", ".join(title[:1].lower() + title[1:] for title in facts.audience_titles),
        prerequisites=as_of_today.prerequisites,
        enrolment=enrolment,
        completed_until=as_of_today.completed_until,
        offers=offers,
        obstacle=None if enrolment else common_obstacle(offers, as_of_today),
        has_materials=facts.has_materials,
    )


def course_facts(reader: Employee, now: datetime) -> dict[str, Any]:
    """Annotations of a course: whom it is for, what it asks first, and what the reader has done about it."""
    audience = Course.audience.through.objects.filter(course=OuterRef("pk"))
    positions = Employment.objects.current().filter(employee=reader).values("position")
    needed = Course.prerequisites.through.objects.filter(from_course=OuterRef("pk"))
    live = Enrolment.objects.live().filter(trainee=reader).order_by()
    ahead = live.filter(seat__in=SEATS_TAKEN, session__starts_at__gt=now, course__is_mandatory=False)
    required_for = Course.prerequisites.through.objects.filter(
        from_course=OuterRef(OuterRef("pk")), to_course=OuterRef("course")
    )
    completions = Completion.objects.filter(trainee=reader).filter(
        Q(course=OuterRef("pk")) | Exists(required_for)
    )
    return {
        "audience_titles": ArraySubquery(
            Position.objects.filter(courses=OuterRef("pk")).order_by(SortKey("title")).values("title")
        ),
        "in_audience": ~Exists(audience) | Exists(audience.filter(position__in=positions)),
        "needed": ArraySubquery(
            needed.order_by("to_course__code").values(
                json=JSONObject(id="to_course", code="to_course__code", title="to_course__title")
            )
        ),
        "own_completions": ArraySubquery(
            completions.values(json=JSONObject(course="course", on="completed_on", until="valid_until"))
        ),
        "own_enrolment": Subquery(
            live.filter(course=OuterRef("pk")).values(
                json=JSONObject(id="pk", session="session", seat="seat", starts_at="session__starts_at")
            )[:1]
        ),
        "has_materials": Exists(Material.objects.filter(course=OuterRef("pk"))),
        "optional_bookings": count_of(ahead.values("trainee").annotate(n=Count("pk")).values("n")),
    }


def own_enrolment(course: Course, facts: ReaderFacts, reader: Employee) -> Enrolment | None:
    """The reader's live enrolment with its session's key and start."""
    if (row := facts.own_enrolment) is None:
        return None
    session = None
    if row["session"]:
        session = Session(pk=row["session"], starts_at=datetime.fromisoformat(row["starts_at"]))
    return Enrolment(pk=row["id"], trainee=reader, course=course, session=session, seat=row["seat"])


def coming_sessions(course: Course, now: datetime) -> list[Session]:
    sessions = Session.objects.upcoming(now).filter(course=course).annotate(**seat_facts())
    found = list(sessions.order_by("starts_at", "pk")[:DATES_SHOWN])
    for session in found:
        session.course = course
    return found


def offer(
    facts: ReaderFacts,
    session: Session,
    meetings: tuple[ShownMeeting, ...],
    enrolment: Enrolment | None,
    policy: Policy,
    now: datetime,
) -> Offer:
    here = enrolment if enrolment and enrolment.session_id == session.pk else None
    state = situation(facts, session, meetings, enrolment, policy, now)
    return Offer(panel=Panel(session=session, situation=state, enrolment=here), meetings=meetings)


def situation(
    facts: ReaderFacts,
    session: Session,
    meetings: tuple[ShownMeeting, ...],
    enrolment: Enrolment | None,
    policy: Policy,
    now: datetime,
) -> Situation:
    """The reader before one date of the course, from what the page has loaded."""
    on = timezone.localdate(session.starts_at)
    return Situation(
        session=session,
        now=now,
        policy=policy,
        seats_taken=getattr(session, "seats_taken", 0),
        waiting=getattr(session, "waiting", 0),
        in_audience=facts.in_audience,
        live_enrolment_id=enrolment.pk if enrolment else None,
        live_enrolment_elsewhere=enrolment is not None and enrolment.session_id != session.pk,
        optional_bookings=facts.optional_bookings,
        prerequisites=tuple(
            Prerequisite(
                needed["code"], needed["title"], longest(completions_of(facts, needed["id"]), on) is not None
            )
            for needed in facts.needed
        ),
        completed_until=longest(completions_of(facts, session.course_id), timezone.localdate(now)),
        meetings=tuple(meeting.planned for meeting in meetings),
    )


def completions_of(facts: ReaderFacts, wanted: int) -> list[Completion]:
    return [
        Completion(
            completed_on=date.fromisoformat(row["on"]),
            valid_until=date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in facts.own_completions
        if row["course"] == wanted
    ]


def common_obstacle(offers: Sequence[Offer], as_of_today: Situation) -> Unmet | None:
    """Why no date can be chosen, when it is the same for all; without dates, what today stands in the way."""
    if not offers:
        return next(iter(unmet(as_of_today, COURSE_CONDITIONS)), None)
    first, *others = [offer.panel.obstacle for offer in offers]
    if first and all(other and other.code == first.code for other in others):
        return first
    return None
