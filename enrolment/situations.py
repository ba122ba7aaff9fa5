"""Loads the situation of one trainee before any number of sessions."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from centre.models import Policy
from centre.prepared import Given, Prepared
from centre.zones import centre_day
from courses.models import Course
from enrolment.annotations import (
    in_audience,
    own_completions_of,
    prerequisites_of,
    session_facts,
)
from enrolment.conditions import (
    COURSE_CONDITIONS,
    DayAtOffice,
    OtherBooking,
    PlannedMeeting,
    Prerequisite,
    Situation,
    Unmet,
    unmet,
)
from enrolment.facts import counted, due_on, kept_since, live_enrolment, reserved
from enrolment.facts import in_audience as is_in_audience
from enrolment.office.loading import office_days
from people.models import Employee
from scheduling.models import Session


def ask_sessions() -> Any:
    facts = session_facts()
    sessions = Session.objects.filter(pk__any=Given("sessions")).order_by()
    return sessions.annotate(**facts).values("pk", *facts)


def ask_course() -> Any:
    facts = {
        "in_audience": in_audience("pk"),
        "needed": prerequisites_of("pk"),
        "own_completions": own_completions_of("pk"),
    }
    return Course.objects.filter(pk=Given("course")).order_by().annotate(**facts).values(*facts)


# The place of a meeting without a room.
NOWHERE: dict[str, Any] = {"site_id": None, "is_online": False}
SESSIONS, COURSE = Prepared(ask_sessions), Prepared(ask_course)


def unmet_conditions(trainee: Employee, session: Session) -> list[Unmet]:
    """Why the trainee may not enrol in the session; empty when they may."""
    policy = Policy.objects.current()
    return unmet(situations(trainee, [session], policy=policy)[session.pk])


def situations(
    trainee: Employee,
    sessions: Iterable[Session],
    *,
    policy: Policy,
    now: datetime | None = None,
    locks_days: bool = False,
) -> dict[int, Situation]:
    """The trainee's situation in each of the sessions, by its key; two statements for any number of sessions.

    `locks_days`: the caller is about to give a seat, and nobody else may count the trainee's office on these days
    before that is written (`enrolment.office.loading`).
    """
    by_key = {session.pk: session for session in sessions}
    now = now or timezone.now()
    rows = SESSIONS(sessions=list(by_key), **given_of(trainee.pk, policy, now))
    facts = {row["pk"]: row for row in rows}
    meetings = {pk: meetings_of(row) for pk, row in facts.items()}
    all_days = {day for planned in meetings.values() for day in days_of(planned)}
    at_office = office_days(trainee, all_days, policy=policy, now=now, locks=locks_days)
    return {
        pk: situation_of(session, facts[pk], meetings[pk], at_office, policy=policy, now=now)
        for pk, session in by_key.items()
    }


def given_of(trainee_id: int, policy: Policy, now: datetime) -> dict[str, Any]:
    """The values that `session_facts` asks with."""
    return {
        "trainee": trainee_id,
        "now": now,
        "today": centre_day(now),
        "travel": timedelta(minutes=policy.travel_minutes),
    }


def situation_of(
    session: Session,
    facts: dict[str, Any],
    meetings: tuple[PlannedMeeting, ...],
    at_office: dict[date, DayAtOffice],
    *,
    policy: Policy,
    now: datetime,
) -> Situation:
    """From the answers of `session_facts` and of the office."""
    pk, live = session.pk, live_enrolment(facts) or {}
    seats_taken, waiting = counted(facts)
    kept_for_others, kept_for_own = reserved(session, facts, policy, now)
    return Situation(
        session=session,
        now=now,
        policy=policy,
        seats_taken=seats_taken,
        waiting=waiting,
        in_audience=is_in_audience(facts),
        live_enrolment_id=live.get("id"),
        live_enrolment_elsewhere=(live.get("session") or pk) != pk,
        optional_bookings=facts["optional_bookings"],
        prerequisites=prerequisites_on(centre_day(session.starts_at), facts),
        completed_until=completed_until(session.course_id, centre_day(now), facts),
        meetings=meetings,
        days=tuple(at_office[day] for day in days_of(meetings) if day in at_office),
        due_on=due_on(session.course_id, facts),
        overlooked=overlooked_here(live, pk),
        kept_since=kept_since(facts, policy, now),
        wanted_since=facts["wanted_since"],
        reserved=kept_for_others,
        own_reserved=kept_for_own,
    )


def overlooked_here(live: dict[str, Any], session_id: int) -> frozenset[str]:
    """Codes that staff overlook, of the trainee's live enrolment in this session."""
    return frozenset(live["overlooked"].split() if live.get("session") == session_id else ())


def days_of(meetings: Iterable[PlannedMeeting]) -> list[date]:
    """The days of the meetings by the centre's clock, each once, in order."""
    return sorted({centre_day(meeting.starts_at) for meeting in meetings})


def planned_meeting(row: dict[str, Any]) -> PlannedMeeting:
    """A meeting from its columns and `meeting_facts`."""
    others = tuple(
        OtherBooking(
            starts_at=datetime.fromisoformat(other["starts_at"]),
            ends_at=datetime.fromisoformat(other["ends_at"]),
            course=other["course"],
            **(other["place"] or NOWHERE),
        )
        for other in row["nearby"]
    )
    return PlannedMeeting(
        id=row["pk"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        nearby=others,
        **(row["place"] or NOWHERE),
    )


def meetings_of(facts: dict[str, Any]) -> tuple[PlannedMeeting, ...]:
    return tuple(meeting_of_json(one) for one in facts["planned"])


def meeting_of_json(found: dict[str, Any]) -> PlannedMeeting:
    times = {name: datetime.fromisoformat(found[name]) for name in ("starts_at", "ends_at")}
    return planned_meeting(found | times)


# --- completions, from the facts `needed` and `own_completions` -----------------------------------


def prerequisites_on(day: date, facts: dict[str, Any]) -> tuple[Prerequisite, ...]:
    """Each prerequisite, and whether a completion of it is valid on the day."""
    valid = valid_on(day, facts)
    return tuple(
        Prerequisite(needed["code"], needed["title"], needed["id"] in valid) for needed in facts["needed"]
    )


def completed_until(course_id: int, day: date, facts: dict[str, Any]) -> date | None:
    """The last day of the longest completion of the course that is valid on the day; see `valid_on`."""
    return valid_on(day, facts).get(course_id)


def valid_on(day: date, facts: dict[str, Any]) -> dict[int, date]:
    """By course the last day of the longest completion valid on the day; `date.max` for one that never expires."""
    longest: dict[int, date] = {}
    for row in facts["own_completions"]:
        until = date.fromisoformat(row["until"]) if row["until"] else date.max
        if date.fromisoformat(row["on"]) <= day <= until:
            longest[row["course"]] = max(until, longest.get(row["course"], until))
    return longest


def unmet_for_course(trainee: Employee, course: Course) -> list[Unmet]:
    """Why the trainee may not start a self-paced course today; empty when they may."""
    now = timezone.now()
    today = centre_day(now)
    (facts,) = COURSE(trainee=trainee.pk, course=course.pk, today=today)
    situation = Situation(
        # Of today, and never saved: the conditions of a course are those of a session without a clock.
        session=Session(course=course, status=Session.Status.OPEN, starts_at=now, ends_at=now, seats=0),
        now=now,
        policy=Policy.objects.current(now),
        seats_taken=0,
        waiting=0,
        in_audience=facts["in_audience"],
        live_enrolment_id=None,
        live_enrolment_elsewhere=False,
        optional_bookings=0,
        prerequisites=prerequisites_on(today, facts),
        completed_until=completed_until(course.pk, today, facts),
    )
    return unmet(situation, COURSE_CONDITIONS)
