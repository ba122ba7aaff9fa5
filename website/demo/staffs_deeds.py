"""What staff did in the demo: a list of people carried out, and a quota of seats for an okrug (rules 17 and 18)."""

from typing import Any

from centre.errors import Refusal
from enrolment.bulk.actions import carry_out, order_application
from enrolment.bulk.making import ListOfPeople, make_run
from enrolment.bulk.models import BulkRun
from enrolment.reservations.actions import reserve_seats
from people.models import Employee
from scheduling.models import Session
from website.demo.pool import Pool, Trainee
from website.demo.stage import days_of

NAMED = 8
QUOTA = 3
# A number that nobody has, as lists have them.
MISTYPED = "00009999"


def load_staffs_deeds(pool: Pool, by: Employee, words: dict[str, Any]) -> None:
    """Let HR carry out a list of people for a session far ahead, and keep seats of another one for an okrug."""
    sessions = list(Session.objects.upcoming().with_course().order_by("-starts_at", "-pk"))
    listed = next((one for one in sessions if enrol_list(one, pool, by)), None)
    for session in sessions:
        if session != listed and keep_quota(session, by, words["quota"]):
            return


def enrol_list(session: Session, pool: Pool, by: Employee) -> BulkRun | None:
    """A pasted list of some who may come, one who is there already, one who may not, and a number that nobody has."""
    may = pool.candidates(session.course_id, days_of(session))[:NAMED]
    there = session.enrolments.live().select_related("trainee").order_by("pk").first()
    facts = pool.facts[session.course_id]
    others = (one for one in pool.trainees if not facts.is_for(one.employment.position_id))
    if len(may) < NAMED or there is None:
        return None
    numbers = [*map(number_of, may), there.trainee.username, *map(number_of, [*others][:1]), MISTYPED]
    run = make_run(session, ListOfPeople(BulkRun.Source.PASTE, data="\n".join(numbers).encode()), by=by)
    if not run.made:
        run.delete()
        return None
    run = order_application(run, by=by)
    carry_out(run)
    for one in may:
        one.live.add(session.course_id)
    return run


def number_of(trainee: Trainee) -> str:
    return trainee.employment.personnel_number


def keep_quota(session: Session, by: Employee, reason: str) -> bool:
    """Whether seats of the session could be kept for the okrug of somebody who comes to it."""
    there = session.enrolments.holding().order_by("pk").first()
    job = there.trainee.main_employment if there else None
    if job is None or not job.office.okrug:
        return False
    try:
        reserve_seats(session, job.office.okrug, QUOTA, by=by, reason=reason)
    except Refusal:
        return False
    return True
