"""Loads the days of a trainee's office in one round trip, and locks them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone

from centre.functions import CentreDay
from centre.models import Policy
from centre.prepared import Given, Prepared, PreparedText, Said
from enrolment.annotations import TODAY, TRAINEE
from enrolment.conditions import DayAtOffice
from enrolment.office.shifts import Away, Colleagues, Pattern, days_at_office
from people.models import Employee, Employment
from scheduling.models import Booking


def own_office(then: Q) -> Any:
    """The trainee's main job with the people of its office: who shares which pattern, and who is away.

    Of two main jobs, while somebody moves, it is the later one.
    `then` says on which days bookings count, by their `day`; it is asked three queries further inside.
    """
    at_work = Employment.objects.current(TODAY).filter(is_main=True, leave="").order_by()
    shifts = (
        at_work.filter(office=OuterRef("office"))
        .values("work_pattern", "pattern_starts_on")
        .annotate(people=Count("pk"))
        .values(json=JSONObject(kind="work_pattern", since="pattern_starts_on", people="people"))
    )
    # From the day and not from the office: an office has more people than a day has of them in training.
    colleagues = at_work.filter(office=OuterRef(OuterRef("office"))).exclude(employee=TRAINEE)
    # Who moves has two main jobs in force until the old one ends, and is missed by the pattern of the one here.
    patterns = at_work.filter(employee=OuterRef("person"), office=OuterRef(OuterRef("office")))
    away = (
        Booking.objects.attending()
        .alias(day=CentreDay("period__startswith"))  # on which they begin: booking_attends_on_day
        .filter(then, person__in=colleagues.values("employee"))
        .values(
            json=JSONObject(
                person="person",
                on="day",
                patterns=ArraySubquery(
                    patterns.values(json=JSONObject(kind="work_pattern", since="pattern_starts_on"))
                ),
            )
        )
    )
    own = (
        Employment.objects.current(TODAY)
        .filter(employee=TRAINEE, is_main=True)
        .order_by("-started_on", "-pk")
    )
    return own[:1].values(
        json=JSONObject(
            kind="work_pattern",
            since="pattern_starts_on",
            leave="leave",
            shifts=ArraySubquery(shifts),
            away=ArraySubquery(away),
        )
    )


OFFICE = Prepared(lambda: own_office(Q(day__any=Given("days"))))


def office_days(
    trainee: Employee,
    days: Collection[date],
    *,
    policy: Policy,
    now: datetime | None = None,
    locks: bool = False,
) -> dict[date, DayAtOffice]:
    """Each of the days as the trainee's office has it; one statement. Nothing for somebody without an office.

    `locks`: nobody else may count them before this transaction has ended, see `lock_office_days`.
    """
    if not days:
        return {}
    given = given_of(trainee.pk, days, now)
    locking = [LOCK.said(*locked_keys([trainee.pk], days))] if locks else []
    found = OFFICE.behind(*locking, **given) if locking else OFFICE(**given)
    return shown_days([row["json"] for row in found], days, policy)


def given_of(trainee_id: int, days: Collection[date], now: datetime | None) -> dict[str, Any]:
    return {
        "trainee": trainee_id,
        "today": timezone.localdate(now),
        "days": sorted(days),
    }


def shown_days(
    offices: Sequence[dict[str, Any]], days: Collection[date], policy: Policy
) -> dict[date, DayAtOffice]:
    """From the answer of `own_office`: one main job, or none."""
    if not offices:
        return {}
    [own] = offices
    shown = days_at_office(
        pattern_of(own),
        [Colleagues(pattern_of(group), group["people"]) for group in own["shifts"]],
        [
            Away(one["person"], date.fromisoformat(one["on"]), pattern_of(pattern))
            for one in own["away"]
            for pattern in one["patterns"]
        ],
        days,
        percent=policy.away_percent,
        on_leave=bool(own["leave"]),
    )
    return {day.on: day for day in shown}


def pattern_of(row: dict[str, Any]) -> Pattern:
    return Pattern(row["kind"], date.fromisoformat(row["since"]) if row["since"] else None)


# Sorted inside, so that two who lock the same days never wait for each other.
LOCK = PreparedText(
    """
    SELECT pg_advisory_xact_lock(office, day) FROM (
        SELECT DISTINCT job.office_id::int AS office, day
        FROM people_employment AS job CROSS JOIN unnest($1::int[]) AS day
        WHERE job.employee_id = ANY($2::bigint[]) AND job.is_main AND (job.ended_on IS NULL OR job.ended_on >= $3::date)
        ORDER BY office, day
    ) AS days
    """,
    "int[]",
    "bigint[]",
    "date",
)


# The same of the days of a session's meetings, for one person.
LOCK_OF_SESSION = PreparedText(
    """
    SELECT pg_advisory_xact_lock(office, day) FROM (
        SELECT DISTINCT job.office_id::int AS office,
            (meeting.starts_at AT TIME ZONE $4)::date - DATE '0001-01-01' + 1 AS day
        FROM people_employment AS job CROSS JOIN scheduling_meeting AS meeting
        WHERE meeting.session_id = $1 AND job.employee_id = $2 AND job.is_main
            AND (job.ended_on IS NULL OR job.ended_on >= $3)
        ORDER BY office, day
    ) AS days
    """,
    "bigint",
    "bigint",
    "date",
    "text",
)


def locking_days_of(session_id: int, trainee_id: int, today: date) -> Said:
    """What locks the office of the trainee on the days of the session, as `lock_office_days` does."""
    return LOCK_OF_SESSION.said(session_id, trainee_id, today, settings.TIME_ZONE)


def lock_office_days(person_ids: Iterable[int], days: Collection[date]) -> None:
    """Let nobody else count the offices of these people on these days before this transaction has ended.

    Two colleagues take seats in two sessions of one day: neither the session's nor the person's lock is shared. Taken
    after the persons' locks (centre/locks.py), in one statement.
    """
    if days and (people := set(person_ids)):
        LOCK(*locked_keys(people, days))


def locked_keys(person_ids: Iterable[int], days: Iterable[date]) -> tuple[list[int], list[int], date]:
    return sorted({day.toordinal() for day in days}), sorted(set(person_ids)), timezone.localdate()
