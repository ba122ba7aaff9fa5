"""What follows from the rows that `annotations.session_facts` has loaded about one trainee before one session."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from centre.models import Policy
from enrolment.models import Ending
from enrolment.reservations.models import kept_from
from people.models import Employment
from scheduling.models import Session

Facts = dict[str, Any]


def counted(facts: Facts) -> tuple[int, int]:
    """How many seats are taken, and how many people wait."""
    return (facts["counted"]["taken"], facts["counted"]["waiting"]) if facts["counted"] else (0, 0)


def is_for(facts: Facts, position: int) -> bool:
    """Whether the course is for people of this position."""
    return not facts["audience"] or position in facts["audience"]


def in_audience(facts: Facts) -> bool:
    """As `annotations.in_audience`: for everybody, or for one of the trainee's positions."""
    return not facts["audience"] or any(is_for(facts, job["position"]) for job in facts["jobs"])


def main_jobs(facts: Facts) -> Iterator[dict[str, Any]]:
    return (job for job in facts["jobs"] if job["is_main"])


def due_on(course_id: int, facts: Facts) -> date | None:
    """As `annotations.due_day` has it: the last day to be in time with the course, none for one that is not owed."""
    if facts["owed_within"] is None:
        return None
    began = [
        job["started_on"]
        for job in main_jobs(facts)
        if job["leave"] != Employment.Leave.PARENTAL and is_for(facts, job["position"])
    ]
    if not began:
        return None
    for completion in facts["own_completions"]:  # the latest comes first
        if completion["course"] == course_id:
            return date.fromisoformat(completion["until"]) if completion["until"] else None
    return date.fromisoformat(max(began)) + timedelta(days=facts["owed_within"])


def live_enrolment(facts: Facts) -> dict[str, Any] | None:
    """The trainee's live enrolment in the course, whichever session has it."""
    return next((one for one in facts["own"] if one["ended_because"] == Ending.LIVE), None)


def kept_since(facts: Facts, policy: Policy, now: datetime) -> datetime | None:
    """When the trainee asked, if the centre cancelled their last enrolment in the course not long ago (rule 15)."""
    last = facts["own"][-1] if facts["own"] else None
    if last is None or last["ended_because"] != Ending.BY_CENTRE:
        return None
    if datetime.fromisoformat(last["ended_at"]) < now - timedelta(days=policy.kept_priority_days):
        return None
    return datetime.fromisoformat(last["requested_at"])


def reserved(session: Session, facts: Facts, policy: Policy, now: datetime) -> tuple[int, int]:
    """Seats without a name: kept for others, and for the trainee's office or okrug (rule 17)."""
    if not facts["kept"] or session.starts_at <= kept_from(now, policy):
        return 0, 0
    own = {place for job in main_jobs(facts) for place in (job["office"], job["okrug"])}
    counts = [(one["office"] or one["okrug"], one["seats"]) for one in facts["kept"]]
    return (
        sum(seats for place, seats in counts if place not in own),
        sum(seats for place, seats in counts if place in own),
    )
