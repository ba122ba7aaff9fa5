"""Locks a session and one person, and loads the person's situation as it is then, in two round trips.

Many take a seat at one moment, and whoever waits for the session waits for everything that is asked under its lock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Func, Value
from django.utils import timezone

from centre.functions import ClockTimestamp
from centre.models import Policy, version_in_force
from centre.prepared import Given, Prepared, PreparedText, Said
from enrolment.annotations import NOW, session_facts
from enrolment.conditions import Situation
from enrolment.models import Enrolment
from enrolment.office.loading import person_and_office_days
from enrolment.situations import days_of, given_of, meetings_of, situation_of
from people.models import Employee
from scheduling.models import Session


@dataclass(frozen=True)
class Locked:
    """What was locked, as it is under the locks.

    `key` is free for a new enrolment, and `asked_at` the moment of the database's clock after the session's lock: so
    the enrolment and all that points at it travel together.
    """

    trainee: Employee
    session: Session
    situation: Situation
    key: int
    asked_at: datetime


class NewKey(Func):
    """The next key of a table."""

    function = "nextval"
    output_field = BigIntegerField()

    def __init__(self, table: str) -> None:
        super().__init__(Func(Value(table), Value("id"), function="pg_get_serial_sequence"))


def ask_session() -> Any:
    facts = session_facts()
    return (
        Session.objects.with_course()
        .filter(pk=Given("session"))
        .order_by()
        .annotate(
            **facts,
            policy_version=version_in_force(NOW),
            new_key=NewKey(Enrolment._meta.db_table),
            asked_at=ClockTimestamp(),
        )
    )


SESSION = Prepared(ask_session)
LOCK_SESSION = PreparedText("SELECT FROM scheduling_session WHERE id = $1 FOR NO KEY UPDATE", "bigint")
LOCK_PERSON = PreparedText("SELECT FROM people_employee WHERE id = $1 FOR NO KEY UPDATE", "bigint")


def lock_situation(trainee_id: int, session_id: int) -> Locked:
    """Inside an action, before it locks anything else.

    Raises:
        ValueError: the session or the person is gone.
    """
    now = timezone.now()
    policy = Policy.objects.last_read()
    locks = (LOCK_SESSION.said(session_id), LOCK_PERSON.said(trainee_id))  # first the session, then people
    session = ask(session_id, trainee_id, policy, now, *locks)
    if session.policy_version != policy.version:  # another is in force meanwhile
        policy = Policy.objects.read_again()
        session = ask(session_id, trainee_id, policy, now)
    facts: dict[str, Any] = vars(session)
    meetings = meetings_of(facts)
    trainee, at_office = person_and_office_days(trainee_id, days_of(meetings), policy=policy, now=now)
    situation = situation_of(session, facts, meetings, at_office, policy=policy, now=now)
    return Locked(trainee, session, situation, facts["new_key"], facts["asked_at"])


def ask(session_id: int, trainee_id: int, policy: Policy, now: datetime, *locks: Said) -> Any:
    [session] = SESSION.behind(*locks, session=session_id, **given_of(trainee_id, policy, now))
    return session
