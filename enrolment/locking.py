"""Locks a session and one person, and loads the person's situation as it is then, in one round trip.

Many take a seat at one moment, and whoever waits for the session waits for everything that is asked under its lock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigIntegerField, DateField, DateTimeField, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from centre.functions import CentreDay, ClockTimestamp
from centre.models import Policy, version_in_force
from centre.prepared import Given, Prepared, PreparedText, Said
from centre.reading import instance
from centre.zones import centre_day
from enrolment.annotations import NOW, TRAINEE, session_facts
from enrolment.conditions import Situation
from enrolment.models import Enrolment
from enrolment.office.loading import locking_days_of, own_office, shown_days
from enrolment.situations import days_of, given_of, meetings_of, situation_of
from people.models import Employee
from scheduling.models import Meeting, Session


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


TRAINEE_FIELDS = Employee._meta.concrete_fields
# Columns that come as text.
NO_WORD_IN_JSON = [
    (one.attname, one.to_python) for one in TRAINEE_FIELDS if isinstance(one, DateField | DateTimeField)
]


def ask_session() -> Any:
    facts = session_facts()
    meetings = Meeting.objects.filter(session=OuterRef(OuterRef(OuterRef("pk")))).order_by()
    trainee = Employee.objects.filter(pk=TRAINEE).order_by()
    return (
        Session.objects.with_course()
        .filter(pk=Given("session"))
        .order_by()
        .annotate(
            **facts,
            at_office=ArraySubquery(own_office(Q(day__in=meetings.values(day=CentreDay("starts_at"))))),
            trainee=Subquery(
                trainee.values(json=JSONObject(**{one.attname: one.attname for one in TRAINEE_FIELDS}))
            ),
            policy_version=version_in_force(NOW),
            new_key=NewKey(Enrolment._meta.db_table),
            asked_at=ClockTimestamp(),
        )
    )


SESSION = Prepared(ask_session)
# PostgreSQL locks the rows in the order of the tables.
LOCK_BOTH = PreparedText(
    "SELECT FROM scheduling_session AS session, people_employee AS person "
    "WHERE session.id = $1 AND person.id = $2 FOR NO KEY UPDATE",
    "bigint",
    "bigint",
)


def lock_situation(trainee_id: int, session_id: int) -> Locked:
    """Inside an action, before it locks anything else. The trainee's office is locked on the days of the session too.

    Raises:
        ValueError: the session or the person is gone.
    """
    now = timezone.now()
    policy = Policy.objects.last_read()
    locks = (  # in the order of centre/locks.py
        LOCK_BOTH.said(session_id, trainee_id),
        locking_days_of(session_id, trainee_id, centre_day(now)),
    )
    session = ask(session_id, trainee_id, policy, now, *locks)
    facts: dict[str, Any] = vars(session)
    if facts["policy_version"] != policy.version:  # another is in force meanwhile
        policy = Policy.objects.read_again()
        session = ask(session_id, trainee_id, policy, now)
        facts = vars(session)
    if not facts["trainee"]:
        raise ValueError(f"There is no person {trainee_id}.")
    meetings = meetings_of(facts)
    at_office = shown_days(facts["at_office"], days_of(meetings), policy)
    # By the clock under the locks: the session may have begun while this waited for them.
    situation = situation_of(session, facts, meetings, at_office, policy=policy, now=timezone.now())
    return Locked(trainee_of(facts["trainee"]), session, situation, facts["new_key"], facts["asked_at"])


def ask(session_id: int, trainee_id: int, policy: Policy, now: datetime, *locks: Said) -> Any:
    [session] = SESSION.behind(*locks, session=session_id, **given_of(trainee_id, policy, now))
    return session


def trainee_of(columns: dict[str, Any]) -> Employee:
    for name, to_python in NO_WORD_IN_JSON:
        columns[name] = to_python(columns[name])
    return cast(Employee, instance(Employee, columns.items(), DEFAULT_DB_ALIAS))
