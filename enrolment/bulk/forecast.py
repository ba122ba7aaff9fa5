"""What would become of many people who ask for seats one after another, without writing anything (rule 18).

The conditions are those of the seat itself: each person's situation is loaded as `enrol` loads it, many in one
statement, and then stands as if the people before had got what they were to get.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from centre.models import Policy
from centre.prepared import for_many
from enrolment.bulk.models import BulkRun, RowOutcome
from enrolment.conditions import OFFICE, DayAtOffice, Situation, Unmet, unmet
from enrolment.doors.overlooking import to_overlook
from enrolment.situations import situations
from people.models import Employee, add_work
from scheduling.loading import midnight
from scheduling.models import Booking, Session

# So many people's situations are loaded by one set of statements.
LOADED_AT_ONCE = 250
BUSY_CODES = ("clash", "travel")

Reason = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """What the author of the run decided for everybody in it."""

    over_share: str = BulkRun.OverShare.LEAVE_OUT
    skips_days_off: bool = False
    # Codes of conditions that staff answer for with one reason, `despite` (rule 11).
    overlooks: frozenset[str] = frozenset()
    despite: str = ""

    @classmethod
    def of(cls, run: BulkRun) -> "Terms":
        return cls(run.over_share, run.skips_days_off, run.overlooked, run.despite)

    @property
    def answered_for(self) -> frozenset[str]:
        """With the share of the office: who is enrolled all the same is not passed over for it in the queue."""
        return self.overlooks | ({OFFICE} if self.over_share == BulkRun.OverShare.ENROL else frozenset())


@dataclass(frozen=True)
class Verdict:
    """What becomes of one person, why, and what should be known beside it."""

    outcome: RowOutcome
    reasons: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    # Codes of the conditions that have to be overlooked for this person.
    overlooks: frozenset[str] = frozenset()


def judge(situation: Situation, terms: Terms) -> Verdict:
    """What the person gets in this situation through staff's door: no approval is asked, no consent."""
    if situation.live_enrolment_id and not situation.live_enrolment_elsewhere:
        return Verdict(RowOutcome.ALREADY)
    over = tuple(reason_of_share(day) for day in situation.days_over[:1])
    overlooks = to_overlook(situation, terms.answered_for)
    situation = replace(situation, overlooked=situation.overlooked | overlooks)
    if failed := unmet(situation):
        is_busy = failed[0].code in BUSY_CODES
        reasons = tuple(reason_of(one, situation) for one in failed)
        return Verdict(RowOutcome.BUSY if is_busy else RowOutcome.NOT_ALLOWED, reasons)
    off = tuple(reason_of_day_off(situation))
    if off and terms.skips_days_off:
        return Verdict(RowOutcome.DAY_OFF, off)
    named = sorted(overlooks - {OFFICE})  # which is said with its numbers
    ignored = ({"code": "overlooked", "codes": named},) if named else ()
    if over and terms.over_share == BulkRun.OverShare.LEAVE_OUT:
        return Verdict(RowOutcome.OFFICE, over, off)
    if over and terms.over_share == BulkRun.OverShare.ASK:
        return Verdict(RowOutcome.ASKED, over, (*ignored, *off), overlooks)
    has_seat = situation.has_free_seat and not situation.waiting
    outcome = RowOutcome.SEAT if has_seat else RowOutcome.QUEUE
    return Verdict(outcome, notes=(*ignored, *over, *off), overlooks=overlooks)


def reason_of(failed: Unmet, situation: Situation) -> Reason:
    """The unmet condition for the eyes of staff: its code, and the values that its sentence needs."""
    reason: Reason = {"code": failed.code}
    if failed.code == "prerequisites":
        reason["courses"] = [one.title for one in situation.prerequisites if not one.is_met]
    elif failed.code == "completed" and situation.completed_until not in (None, date.max):
        reason["until"] = situation.completed_until.isoformat()
    elif failed.code == "optional":
        reason["limit"] = situation.policy.optional_bookings_max
    elif failed.code not in ("closed", "enrolled", "audience", "completed", *BUSY_CODES):
        reason = {"code": "said", "text": failed.message}  # a condition of tomorrow
    return reason


def reason_of_share(day: DayAtOffice) -> Reason:
    return {"code": "office", "on": day.on.isoformat(), "away": day.away, "at_work": day.at_work}


def reason_of_day_off(situation: Situation) -> Iterator[Reason]:
    if days := situation.days_off:
        yield {"code": "day_off", "days": [day.on.isoformat() for day in days]}


@dataclass
class Forecast:
    """The session as it would be after the people so far."""

    terms: Terms
    seats: int = 0
    queued: int = 0
    away: Counter[tuple[int, date]] = field(default_factory=Counter)

    def next(self, one: "Standing") -> Verdict:
        """What becomes of the next person, who from now on counts for those who follow."""
        situation = one.situation
        days = tuple(replace(day, away=day.away + self.away[one.office_id, day.on]) for day in situation.days)
        verdict = judge(
            replace(
                situation,
                seats_taken=situation.seats_taken + self.seats,
                waiting=situation.waiting + self.queued,
                days=days,
            ),
            self.terms,
        )
        if verdict.outcome == RowOutcome.SEAT:
            self.seats += 1
            self.away.update(
                (one.office_id, day.on)
                for day in days
                if day.is_working_day and one.counts_for_office and day.on not in one.away_on
            )
        elif verdict.outcome == RowOutcome.QUEUE:
            self.queued += 1
        return verdict


@dataclass(frozen=True)
class Standing:
    """One person before the session: the situation, the office, and the days on which they are away anyway."""

    situation: Situation
    office_id: int = 0
    counts_for_office: bool = False
    away_on: frozenset[date] = frozenset()


def standings(
    people: Sequence[Employee], session: Session, *, policy: Policy, now: datetime
) -> dict[int, Standing]:
    """How each of the people stands before the session, by their key; five statements for 250 people."""
    found = {}
    for first in range(0, len(people), LOADED_AT_ONCE):
        piece = people[first : first + LOADED_AT_ONCE]
        with for_many("trainee", [person.pk for person in piece]):
            loaded = {
                person.pk: situations(person, [session], policy=policy, now=now)[session.pk]
                for person in piece
            }
        add_work(piece)
        away = away_days(piece, loaded)
        for person in piece:
            job = person.main_employment
            found[person.pk] = Standing(
                loaded[person.pk],
                job.office_id if job else 0,
                bool(job and not job.leave),
                frozenset(away.get(person.pk, ())),
            )
    return found


def away_days(people: Sequence[Employee], loaded: dict[int, Situation]) -> dict[int, set[date]]:
    """On which days of the session who is away for other training anyway: they are counted already."""
    days = sorted({timezone.localdate(one.starts_at) for each in loaded.values() for one in each.meetings})
    if not days:
        return {}
    bookings = Booking.objects.attending().filter(
        person__in=[person.pk for person in people],
        period__overlap=(midnight(days[0]), midnight(date.fromordinal(days[-1].toordinal() + 1))),
    )
    found: dict[int, set[date]] = {}
    for person_id, period in bookings.values_list("person", "period"):
        if person_id is not None:
            found.setdefault(person_id, set()).add(timezone.localdate(period.lower))
    return found
