"""Loads the situation of one trainee before any number of sessions, in three statements."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from centre.models import Policy
from courses.models import Course
from enrolment.conditions import (
    COURSE_CONDITIONS,
    OtherBooking,
    PlannedMeeting,
    Prerequisite,
    Situation,
    Unmet,
    unmet,
)
from enrolment.models import SEATS_TAKEN, Ending, Enrolment, Seat
from people.models import Employee, Employment
from records.models import Completion
from scheduling.models import Booking, Meeting, Session


def unmet_conditions(trainee: Employee, session: Session) -> list[Unmet]:
    """Why the trainee may not enrol in the session; empty when they may."""
    policy = Policy.objects.current()
    return unmet(situations(trainee, [session], policy=policy)[session.pk])


def situations(
    trainee: Employee, sessions: Iterable[Session], *, policy: Policy, now: datetime | None = None
) -> dict[int, Situation]:
    """The trainee's situation in each of the sessions, by its key; three statements for any number of sessions."""
    by_key = {session.pk: session for session in sessions}
    now = now or timezone.now()
    annotations = seat_facts() | trainee_facts(trainee, now) | {"prerequisites": prerequisites_of_course()}
    rows = Session.objects.filter(pk__in=by_key.keys()).order_by().annotate(**annotations)
    facts = {row["pk"]: row for row in rows.values("pk", *annotations)}
    completions: dict[int, list[Completion]] = {}
    wanted = {session.course_id for session in by_key.values()} | {
        prerequisite["id"] for row in facts.values() for prerequisite in row["prerequisites"]
    }
    for completion in Completion.objects.filter(trainee=trainee, course__in=wanted):
        completions.setdefault(completion.course_id, []).append(completion)
    meetings = meetings_with_nearby_bookings(trainee, by_key.keys(), policy)
    return {
        pk: Situation(
            session=session,
            now=now,
            policy=policy,
            seats_taken=facts[pk]["seats_taken"],
            waiting=facts[pk]["waiting"],
            in_audience=facts[pk]["in_audience"],
            live_enrolment_id=facts[pk]["live_enrolment_id"],
            live_enrolment_elsewhere=facts[pk]["live_session_id"] != pk,
            optional_bookings=facts[pk]["optional_bookings"],
            prerequisites=tuple(
                Prerequisite(
                    code=prerequisite["code"],
                    title=prerequisite["title"],
                    is_met=longest(
                        completions.get(prerequisite["id"], []), timezone.localdate(session.starts_at)
                    )
                    is not None,
                )
                for prerequisite in facts[pk]["prerequisites"]
            ),
            completed_until=longest(completions.get(session.course_id, []), timezone.localdate(now)),
            meetings=meetings.get(pk, ()),
        )
        for pk, session in by_key.items()
    }


def prerequisites_of_course() -> ArraySubquery:
    """Key, code and title of what must be completed before, for whatever has a `course`."""
    needed = Course.prerequisites.through.objects.filter(from_course=OuterRef("course"))
    return ArraySubquery(
        needed.values(json=JSONObject(id="to_course", code="to_course__code", title="to_course__title"))
    )


def count_of(enrolments: QuerySet) -> Coalesce:
    return Coalesce(Subquery(enrolments, output_field=IntegerField()), 0)


def seat_facts() -> dict[str, Any]:
    """Annotations of a session: `seats_taken` and `waiting`."""
    of_session = Enrolment.objects.filter(session=OuterRef("pk")).order_by().values("session")
    return {
        "seats_taken": count_of(of_session.filter(seat__in=SEATS_TAKEN).annotate(n=Count("pk")).values("n")),
        "waiting": count_of(
            of_session.filter(seat=Seat.WAITING, ended_because=Ending.LIVE)
            .annotate(n=Count("pk"))
            .values("n")
        ),
    }


def trainee_facts(trainee: Employee, now: datetime) -> dict[str, Any]:
    """Annotations of a session that speak of the trainee."""
    live = Enrolment.objects.filter(trainee=trainee, ended_because=Ending.LIVE)
    of_course = live.filter(course=OuterRef("course")).order_by()
    optional = live.filter(
        seat__in=SEATS_TAKEN, session__starts_at__gt=now, course__is_mandatory=False
    ).exclude(session=OuterRef("pk"))
    audience = Course.audience.through.objects.filter(course=OuterRef("course"))
    positions = Employment.objects.current().filter(employee=trainee).values("position")
    return {
        "in_audience": ~Exists(audience) | Exists(audience.filter(position__in=positions)),
        "live_enrolment_id": Subquery(of_course.values("pk")[:1]),
        "live_session_id": Coalesce(
            Subquery(of_course.values("session")[:1]), F("pk"), output_field=IntegerField()
        ),
        "optional_bookings": count_of(
            optional.order_by().values("trainee").annotate(n=Count("pk")).values("n")
        ),
    }


def meetings_with_nearby_bookings(
    trainee: Employee, session_ids: Iterable[int], policy: Policy
) -> dict[int, tuple[PlannedMeeting, ...]]:
    """The sessions' meetings, each with the trainee's other bookings during it or within the travel time."""
    facts = meeting_facts(trainee, policy)
    meetings = Meeting.objects.filter(session__in=session_ids).order_by("starts_at").annotate(**facts)
    found: dict[int, tuple[PlannedMeeting, ...]] = {}
    for row in meetings.values("pk", "session", "starts_at", "ends_at", *facts):
        found[row["session"]] = (*found.get(row["session"], ()), planned_meeting(row))
    return found


def meeting_facts(trainee: Employee, policy: Policy) -> dict[str, Any]:
    """Annotations of a meeting for `planned_meeting`: its site, and the trainee's bookings around it."""
    travel = timedelta(minutes=policy.travel_minutes)
    room = Booking.objects.filter(meeting=OuterRef("pk"), room__isnull=False)
    room_of_other = Booking.objects.filter(meeting=OuterRef("meeting"), room__isnull=False)
    around = Func(
        OuterRef("starts_at") - travel,
        OuterRef("ends_at") + travel,
        function="tstzrange",
        output_field=Booking._meta.get_field("period"),
    )
    others = (
        Booking.objects.filter(person=trainee, period__overlap=around)
        # A seat in the session itself is no other booking, but who teaches it cannot attend it too.
        .exclude(meeting__session=OuterRef("session"), role=Booking.Role.ATTENDS)
        .annotate(
            site_id=Subquery(room_of_other.values("room__site")[:1]),
            is_online=Coalesce(Subquery(room_of_other.values("room__site__is_online")[:1]), False),
        )
        .values(
            json=JSONObject(
                starts_at="period__startswith",
                ends_at="period__endswith",
                course="meeting__session__course__title",
                site_id="site_id",
                is_online="is_online",
            )
        )
    )
    return {
        "site_id": Subquery(room.values("room__site")[:1]),
        "is_online": Coalesce(Subquery(room.values("room__site__is_online")[:1]), False),
        "nearby": ArraySubquery(others),
    }


def planned_meeting(row: dict[str, Any]) -> PlannedMeeting:
    others = tuple(
        OtherBooking(
            starts_at=datetime.fromisoformat(other["starts_at"]),
            ends_at=datetime.fromisoformat(other["ends_at"]),
            course=other["course"],
            site_id=other["site_id"],
            is_online=other["is_online"],
        )
        for other in row["nearby"]
    )
    return PlannedMeeting(
        row["pk"], row["starts_at"], row["ends_at"], row["site_id"], row["is_online"], others
    )


def longest(completions: Iterable[Completion], on: date) -> date | None:
    """The last day of the longest completion valid on that day; `date.max` for one that never expires."""
    ends = [
        completion.valid_until or date.max
        for completion in completions
        if completion.completed_on <= on and (completion.valid_until is None or completion.valid_until >= on)
    ]
    return max(ends, default=None)


def unmet_for_course(trainee: Employee, course: Course) -> list[Unmet]:
    """Why the trainee may not start a self-paced course today; empty when they may."""
    today = timezone.localdate()
    now = timezone.now()
    # A session of today that is never saved: the conditions of a course are those of a session without a clock.
    session = Session(course=course, status=Session.Status.OPEN, starts_at=now, ends_at=now, seats=0)
    prerequisites = list(course.prerequisites.all())
    completions: dict[int, list[Completion]] = {}
    for completion in Completion.objects.filter(trainee=trainee, course__in=[course, *prerequisites]):
        completions.setdefault(completion.course_id, []).append(completion)
    positions = Employment.objects.current().filter(employee=trainee).values("position")
    situation = Situation(
        session=session,
        now=now,
        policy=Policy.objects.current(),
        seats_taken=0,
        waiting=0,
        in_audience=not course.audience.exists() or course.audience.filter(pk__in=positions).exists(),
        live_enrolment_id=None,
        live_enrolment_elsewhere=False,
        optional_bookings=0,
        prerequisites=tuple(
            Prerequisite(one.code, one.title, longest(completions.get(one.pk, []), today) is not None)
            for one in prerequisites
        ),
        completed_until=longest(completions.get(course.pk, []), today),
    )
    return unmet(situation, COURSE_CONDITIONS)
