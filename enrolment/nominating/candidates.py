"""Whom a head may send to a session: ranked by need, each with what stands in the way, and the shift of each day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.models import Policy
from enrolment.conditions import DayAtOffice, PlannedMeeting, Unmet
from enrolment.merge_plans import bookings_around, in_the_way, meetings_of
from enrolment.models import SEATS_TAKEN, Approval, Enrolment
from enrolment.nominating.actions import people_to_send
from enrolment.nominating.words import unmet_words
from enrolment.office.shifts import Away, Colleagues, Pattern, days_at_office
from enrolment.situations import days_of
from people.models import Employee, Employment, Office
from records.obligations import (
    TONES,
    URGENCY,
    Mandatory,
    Obligation,
    ObligationState,
    latest_completions,
    mandatory_courses,
)
from scheduling.loading import midnight
from scheduling.models import Booking, Session

OWING = (ObligationState.OVERDUE, ObligationState.EXPIRES, ObligationState.DUE)


@dataclass(frozen=True)
class Candidate:
    """Somebody of the office before the session. `why_not` is empty for who can be sent."""

    job: Employment
    need: ObligationState | None = None
    due_on: date | None = None
    days_off: tuple[date, ...] = ()
    # Their own request waits for the head: sending allows it.
    asks: bool = False
    why_not: str = ""

    @property
    def person(self) -> Employee:
        return self.job.employee

    @property
    def tone(self) -> str:
        return TONES[self.need] if self.need else "neutral"

    @property
    def order(self) -> tuple[int, date, str]:
        """The most urgent first."""
        urgency = URGENCY[self.need] if self.need else len(URGENCY)
        return urgency, self.due_on or date.max, self.person.name_key


@dataclass(frozen=True)
class Shift:
    """An office on the days of the session, as it is before anybody is sent."""

    office: Office
    days: tuple[DayAtOffice, ...]

    def with_more(self, candidates: Iterable[Candidate]) -> tuple[DayAtOffice, ...]:
        """The days as they would be with these people away too."""
        own = [one.job for one in candidates if one.job.office_id == self.office.pk and not one.job.leave]
        return tuple(
            replace(day, away=day.away + sum(job.works_on(day.on) for job in own)) for day in self.days
        )


@dataclass(frozen=True)
class ToSend:
    """Everybody whom the head may speak for: who can be sent, the most urgent first, and who cannot and why."""

    ready: tuple[Candidate, ...]
    others: tuple[Candidate, ...]
    shifts: tuple[Shift, ...]

    def chosen(self, keys: Collection[int]) -> list[Candidate]:
        return [one for one in self.ready if one.person.pk in keys]

    def too_thin(self, chosen: Sequence[Candidate]) -> list[tuple[Office, DayAtOffice]]:
        """The days on which more of an office would be away than may be, if these people were sent."""
        return [
            (shift.office, day)
            for shift in self.shifts
            for before, day in zip(shift.days, shift.with_more(chosen), strict=True)
            if day.away > max(day.away_most, before.away)
        ]


def candidates_of(head: Employee, session: Session, *, policy: Policy) -> ToSend:
    """A dozen statements for any number of people."""
    jobs = list(
        Employment.objects.current()
        .filter(is_main=True, employee__in=people_to_send(head))
        .select_related("employee", "office", "position")
        .order_by("employee__name_key")
    )
    meetings = meetings_of([session.pk])[session.pk]
    days = days_of(meetings)
    facts = load_facts({job.employee_id for job in jobs}, session, meetings, policy)
    found = sorted((facts.candidate(job, days) for job in jobs), key=lambda one: one.order)
    return ToSend(
        ready=tuple(one for one in found if not one.why_not),
        others=tuple(one for one in found if one.why_not),
        shifts=tuple(shifts_of(Office.objects.led_by(head), days, policy)),
    )


def shifts_of(offices: Iterable[Office], days: Collection[date], policy: Policy) -> list[Shift]:
    """The shifts of the offices on the days; three statements."""
    offices = list(offices)
    if not days or not offices:
        return []
    jobs = list(Employment.objects.current().filter(is_main=True, office__in=offices, leave=""))
    of_person = {job.employee_id: job for job in jobs}
    bookings = (
        Booking.objects.attending()
        .overlapping(midnight(min(days)), midnight(max(days) + timedelta(days=1)))
        .filter(person__in=of_person)
        .values_list("person", "period")
    )
    away: dict[int, list[Away]] = defaultdict(list)
    for person, period in bookings:
        job = of_person[person]
        away[job.office_id].append(Away(person, timezone.localdate(period.lower), Pattern.of(job)))
    found = []
    for office in offices:
        colleagues = [Colleagues(Pattern.of(job), 1) for job in jobs if job.office_id == office.pk]
        # Whose pattern the days are asked with makes no difference to how many work and are away.
        shown = days_at_office(
            Pattern(Employment.WorkPattern.FIVE_TWO),
            colleagues,
            away[office.pk],
            days,
            percent=policy.away_percent,
        )
        found.append(Shift(office, tuple(shown)))
    return found


@dataclass(frozen=True)
class Facts:
    """What decides about many people before one session; the verb asks everything again, under its locks."""

    session: Session
    # None of an optional course.
    mandatory: Mandatory | None
    audience: frozenset[int]
    prerequisites: frozenset[int]
    # By person: each course that matters with the day of its last completion and the last valid day.
    completions: dict[int, dict[int, tuple[date, date | None]]]
    # By person the live enrolment in the course.
    enrolments: dict[int, Enrolment]
    busy: frozenset[int]
    # Who has the most optional courses ahead that one may have.
    full: frozenset[int]
    repeat_from: date

    def candidate(self, job: Employment, days: Sequence[date]) -> Candidate:
        obligation = self.obligation(job)
        state = obligation.state(timezone.localdate(), self.repeat_from) if obligation else None
        owes = obligation if state in OWING else None
        own = self.enrolments.get(job.employee_id)
        asks = own is not None and own.session_id == self.session.pk and own.approval == Approval.ASKED
        return Candidate(
            job,
            state if owes else None,
            owes.due_on if owes else None,
            days_off=tuple(day for day in days if not job.works_on(day)),
            asks=asks,
            why_not=self.why_not(job, None if asks else own),
        )

    def obligation(self, job: Employment) -> Obligation | None:
        course = self.mandatory
        if course is None or not course.is_for(job.position_id):
            return None
        completed_on, until = self.completions[job.employee_id].get(course.pk, (None, None))
        return Obligation(
            course,
            due_on=until or job.started_on + timedelta(days=course.due_days),
            completed_on=completed_on,
            valid_until=until,
            is_paused=job.leave == Employment.Leave.PARENTAL,
        )

    def why_not(self, job: Employment, own: Enrolment | None) -> str:
        """The first thing that stands in the way, in words; empty when nothing does."""
        if job.leave:
            return _("away now by the staff list")  # the reason is not for heads to see
        if own is not None:
            return words_of(own, self.session)
        completions = self.completions[job.employee_id]
        starts_on = timezone.localdate(self.session.starts_at)
        last = completions.get(self.session.course_id)
        for code, stands in (
            ("audience", bool(self.audience) and job.position_id not in self.audience),
            ("completed", last is not None and (last[1] is None or last[1] > self.repeat_from)),
            (
                "prerequisites",
                any(not holds(completions.get(pk), starts_on) for pk in self.prerequisites),
            ),
            ("clash", job.employee_id in self.busy),
            ("optional", job.employee_id in self.full),
        ):
            if stands:
                return unmet_words(Unmet(code, ""))
        return ""


def holds(completion: tuple[date, date | None] | None, on: date) -> bool:
    return completion is not None and (completion[1] is None or completion[1] >= on)


def words_of(own: Enrolment, session: Session) -> str:
    if own.session_id != session.pk:
        return unmet_words(Unmet("enrolled", ""))
    return _("has a seat here") if own.seat in SEATS_TAKEN else _("waits in the queue here")


def load_facts(
    people: set[int], session: Session, meetings: Sequence[PlannedMeeting], policy: Policy
) -> Facts:
    """Six statements for any number of people."""
    course = session.course
    prerequisites = frozenset(course.prerequisites.order_by().values_list("pk", flat=True))
    completions: dict[int, dict[int, tuple[date, date | None]]] = defaultdict(dict)
    for (person, pk), row in latest_completions(people, {course.pk, *prerequisites}).items():
        completions[person][pk] = row
    travel = timedelta(minutes=policy.travel_minutes)
    bookings = bookings_around(people, meetings, travel, besides=session)
    own = Enrolment.objects.live().filter(course=course, trainee__in=people)
    ahead = Enrolment.objects.live().filter(
        trainee__in=people,
        seat__in=SEATS_TAKEN,
        session__starts_at__gt=timezone.now(),
        course__is_mandatory=False,
    )
    counted = ahead.order_by().values_list("trainee").annotate(n=Count("pk"))
    starts_on = timezone.localdate(session.starts_at)
    return Facts(
        session=session,
        mandatory=next((one for one in mandatory_courses() if one.pk == course.pk), None),
        audience=frozenset(course.audience.order_by().values_list("pk", flat=True)),
        prerequisites=prerequisites,
        completions=completions,
        enrolments={one.trainee_id: one for one in own},
        busy=frozenset(person for person in people if in_the_way(meetings, bookings.get(person, ()), travel)),
        full=frozenset()
        if course.is_mandatory
        else frozenset(person for person, n in counted if n >= policy.optional_bookings_max),
        repeat_from=starts_on + timedelta(days=policy.repeat_window_days),
    )
