"""The page of one course for one reader: whom it is for, what it asks first, its dates, and the next step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.functions import SortKey
from centre.models import Policy, Site
from centre.prepared import Given, Prepared
from courses.models import Course, Material
from enrolment.annotations import (
    NOW,
    TRAINEE,
    in_audience,
    optional_ahead,
    optional_bookings,
    own_completions_of,
    own_live,
    own_wishes,
    prerequisites_of,
    seat_facts,
)
from enrolment.approvals.needs import needs_approval
from enrolment.conditions import COURSE_CONDITIONS, DayAtOffice, Prerequisite, Situation, Unmet, unmet
from enrolment.models import Enrolment, Interest
from enrolment.office.loading import office_days
from enrolment.panels import Panel
from enrolment.situations import completed_until, days_of, prerequisites_on
from people.models import Employee, Position
from records.models import Completion
from scheduling.models import Session
from website.offers import Offer, ShownMeeting, shown_meetings

DATES_SHOWN = 20
# What stands in the way of the dates of now, and may not of a later one.
MAY_PASS = {"prerequisites", "optional", "clash", "travel", "closed"}


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
    # The reader's live wish for the course, with its time.
    wish: Interest | None = None

    @property
    def is_completed_for_ever(self) -> bool:
        return self.completed_until == date.max

    @property
    def first_free(self) -> Offer | None:
        """The nearest date with a free seat that the reader may take: its button is the page's first."""
        free = (offer for offer in self.offers if offer.panel.seat_is_free and not offer.panel.obstacle)
        return next(free, None)

    @property
    def may_wish(self) -> bool:
        """No date can be taken at once, and nothing but the dates, or what has to be done before, is the reason."""
        if self.course.is_self_paced or self.course.is_archived or self.enrolment or self.wish:
            return False
        return self.first_free is None and (self.obstacle is None or self.obstacle.code in MAY_PASS)

    @property
    def has_more_dates(self) -> bool:
        return len(self.offers) == DATES_SHOWN


def ask_course() -> Any:
    """In the catalogue, or in the archive and part of the reader's own record."""
    enrolments = Enrolment.objects.filter(trainee=TRAINEE, course=OuterRef("pk"))
    completions = Completion.objects.filter(trainee=TRAINEE, course=OuterRef("pk"))
    return (
        Course.objects.filter(Q(is_archived=False) | Exists(enrolments) | Exists(completions))
        .filter(code=Given("code"))
        .defer("search_russian", "search_simple")
        .annotate(**course_facts())
    )


def ask_sessions() -> Any:
    sessions = Session.objects.upcoming(NOW).filter(course=Given("course"))
    return sessions.annotate(**seat_facts()).order_by("starts_at", "pk")[:DATES_SHOWN]


def course_facts() -> dict[str, Any]:
    """Annotations of a course: whom it is for, what it asks first, and what the reader has done about it."""
    own = own_live().filter(course=OuterRef("pk"))
    what = JSONObject(id="pk", session="session", seat="seat", starts_at="session__starts_at")
    wished = JSONObject(id="pk", since="since", site="site__name")
    audience = Position.objects.filter(courses=OuterRef("pk")).order_by(SortKey("title"))
    return {
        "audience_titles": ArraySubquery(audience.values("title")),
        "in_audience": in_audience("pk"),
        "needed": prerequisites_of("pk"),
        "own_completions": own_completions_of("pk"),
        "own_enrolment": Subquery(own.values(json=what)[:1]),
        "own_wish": Subquery(own_wishes().filter(course=OuterRef("pk")).values(json=wished)[:1]),
        "has_materials": Exists(Material.objects.filter(course=OuterRef("pk"))),
        "optional_bookings": optional_bookings(optional_ahead()),
    }


COURSE, SESSIONS = Prepared(ask_course), Prepared(ask_sessions)


def course_page(reader: Employee, code: str) -> CoursePage:
    """The page of the course with this code, in five statements for any number of dates.

    Raises:
        DoesNotExist: no course that the reader may look at has the code.
    """
    now = timezone.now()
    today = timezone.localdate(now)
    policy = Policy.objects.current(now)
    found = COURSE(trainee=reader.pk, code=code, now=now, today=today)
    if not found:
        raise Course.DoesNotExist
    course = found[0]
    facts = vars(course)
    enrolment = own_enrolment(course, facts["own_enrolment"], reader)
    sessions = [] if course.is_self_paced else coming_sessions(course, reader, now)
    meetings = shown_meetings(reader, sessions, policy) if sessions else {}
    days = {pk: days_of(meeting.planned for meeting in shown) for pk, shown in meetings.items()}
    at_office = office_days(reader, set().union(*days.values()), policy=policy, now=now)
    offers = [
        offer(
            reader,
            facts,
            session,
            meetings.get(session.pk, ()),
            enrolment,
            policy,
            now,
            days=tuple(at_office[day] for day in days.get(session.pk, ()) if day in at_office),
        )
        for session in sessions
    ]
    of_today = Session(course=course, status=Session.Status.OPEN, starts_at=now, ends_at=now, seats=0)
    as_of_today = situation(facts, of_today, (), enrolment, policy, now)
    titles: list[str] = facts["audience_titles"]
    return CoursePage(
        course=course,
        audience=", ".join(title[:1].lower() + title[1:] for title in titles),
        prerequisites=as_of_today.prerequisites,
        enrolment=enrolment,
        completed_until=as_of_today.completed_until,
        offers=offers,
        obstacle=None if enrolment else common_obstacle(offers, as_of_today),
        has_materials=facts["has_materials"],
        wish=own_wish(course, facts["own_wish"]),
    )


def own_wish(course: Course, row: dict[str, Any] | None) -> Interest | None:
    if row is None:
        return None
    site = Site(name=row["site"]) if row["site"] else None
    return Interest(pk=row["id"], course=course, site=site, since=datetime.fromisoformat(row["since"]))


def own_enrolment(course: Course, row: dict[str, Any] | None, reader: Employee) -> Enrolment | None:
    """The reader's live enrolment with its session's key and start."""
    if row is None:
        return None
    session = None
    if row["session"]:
        session = Session(pk=row["session"], starts_at=datetime.fromisoformat(row["starts_at"]))
    return Enrolment(pk=row["id"], trainee=reader, course=course, session=session, seat=row["seat"])


def coming_sessions(course: Course, reader: Employee, now: datetime) -> list[Session]:
    found: list[Session] = SESSIONS(
        course=course.pk, now=now, trainee=reader.pk, today=timezone.localdate(now)
    )
    for session in found:
        session.course = course
    return found


def offer(
    reader: Employee,
    facts: dict[str, Any],
    session: Session,
    meetings: tuple[ShownMeeting, ...],
    enrolment: Enrolment | None,
    policy: Policy,
    now: datetime,
    *,
    days: tuple[DayAtOffice, ...],
) -> Offer:
    here = enrolment if enrolment and enrolment.session_id == session.pk else None
    state = situation(facts, session, meetings, enrolment, policy, now, days=days)
    needed = enrolment is None and needs_approval(state, reader)
    panel = Panel(session=session, situation=state, enrolment=here, needs_approval=needed)
    return Offer(panel=panel, meetings=meetings)


def situation(
    facts: dict[str, Any],
    session: Session,
    meetings: tuple[ShownMeeting, ...],
    enrolment: Enrolment | None,
    policy: Policy,
    now: datetime,
    *,
    days: tuple[DayAtOffice, ...] = (),
) -> Situation:
    """The reader before one date of the course, from what the page has loaded (`course_facts`)."""
    return Situation(
        session=session,
        now=now,
        policy=policy,
        seats_taken=getattr(session, "seats_taken", 0),
        waiting=getattr(session, "waiting", 0),
        reserved=getattr(session, "reserved", 0),
        own_reserved=getattr(session, "own_reserved", 0),
        in_audience=facts["in_audience"],
        live_enrolment_id=enrolment.pk if enrolment else None,
        live_enrolment_elsewhere=enrolment is not None and enrolment.session_id != session.pk,
        optional_bookings=facts["optional_bookings"],
        prerequisites=prerequisites_on(timezone.localdate(session.starts_at), facts),
        completed_until=completed_until(session.course_id, timezone.localdate(now), facts),
        meetings=tuple(meeting.planned for meeting in meetings),
        days=days,
    )


def common_obstacle(offers: Sequence[Offer], as_of_today: Situation) -> Unmet | None:
    """Why no date can be chosen, when it is the same for all; without dates, what today stands in the way."""
    if not offers and as_of_today.session.course.is_archived:
        message = _("The course is not in the catalogue any more; what you have done stays in your record.")
        return Unmet("archived", message, reverse("website:catalogue"), _("Catalogue"))
    if not offers:
        return next(iter(unmet(as_of_today, COURSE_CONDITIONS)), None)
    first, *others = [offer.panel.obstacle for offer in offers]
    if first and all(other and other.code == first.code for other in others):
        return first
    return None
