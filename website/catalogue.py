"""The catalogue's list: courses as one reader sees them, each with its nearest session."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from courses.models import Course
from enrolment.models import Enrolment
from enrolment.situations import seat_facts
from people.models import Employee, Employment
from records.models import Completion
from scheduling.models import Booking, Session

FIELDS = ("code", "title", "block", "format", "delivery", "academic_hours", "is_mandatory")
CHOICES = ("block", "topic", "format", "delivery")


def courses_found(asked: dict[str, Any], reader: Employee) -> QuerySet[Course]:
    """The courses of the catalogue that fit the filters, the best first."""
    courses = Course.objects.offered().filter(**{name: asked[name] for name in CHOICES if name in asked})
    if "site" in asked or "free" in asked:
        courses = courses.filter(Exists(sessions_fitting(asked).filter(course=OuterRef("pk"))))
    if "mine" in asked:
        courses = courses.for_position(Subquery(positions_of(reader)))
    return courses.search(asked["q"]) if "q" in asked else courses


def sessions_fitting(asked: dict[str, Any]) -> QuerySet[Session]:
    """Sessions that still can be joined, at the site and with the free seats asked for."""
    sessions = Session.objects.upcoming().order_by()
    if "site" in asked:
        there = Booking.objects.filter(meeting__session=OuterRef("pk"), room__site__code=asked["site"])
        sessions = sessions.filter(Exists(there))
    if "free" in asked:
        facts = seat_facts()
        sessions = sessions.alias(waiting=facts["waiting"], seats_taken=facts["seats_taken"]).filter(
            waiting=0, seats_taken__lt=F("seats")
        )
    return sessions


def positions_of(reader: Employee) -> QuerySet[Employment, Any]:
    return Employment.objects.current().filter(employee=reader, is_main=True).values("position")[:1]


def with_own_state(courses: QuerySet[Course], reader: Employee) -> QuerySet[Course]:
    """Each course with `my_seat` of a live enrolment and `my_until`, the last day of the longest completion.

    `my_until` is `date.max` for a completion without limit.
    """
    live = Enrolment.objects.live().filter(trainee=reader, course=OuterRef("pk")).order_by()
    completions = Completion.objects.filter(trainee=reader, course=OuterRef("pk"))
    until = completions.annotate(until=Coalesce("valid_until", date.max)).order_by("-until")
    return courses.only(*FIELDS).annotate(
        my_seat=Subquery(live.values("seat")[:1]), my_until=Subquery(until.values("until")[:1])
    )


def nearest_sessions(courses: Iterable[Course], asked: dict[str, Any]) -> dict[int, Session]:
    """By the course's key its nearest session, one with a free seat before a full one; with seats and site."""
    room = Booking.objects.filter(meeting__session=OuterRef("pk"), room__isnull=False).order_by("period")
    facts = seat_facts()
    sessions = (
        sessions_fitting(asked)
        .filter(course__in=[course.pk for course in courses if not course.is_self_paced])
        .annotate(
            seats_taken=facts["seats_taken"],
            waiting=facts["waiting"],
            site_name=Subquery(room.values("room__site__name")[:1]),
        )
        .order_by("starts_at", "pk")
        .only("course", "seats", "starts_at")
    )
    nearest: dict[int, Session] = {}
    with_free_seat: dict[int, Session] = {}
    for session in sessions:
        nearest.setdefault(session.course_id, session)
        if not session.waiting and session.seats_taken < session.seats:
            with_free_seat.setdefault(session.course_id, session)
    return nearest | with_free_seat
