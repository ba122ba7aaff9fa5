"""What lies behind: self-paced courses finished, and the sessions of the past quarter with their sheets.

Written in bulk, not through the actions, which refuse to plan the past; `booking_faults` checks it afterwards.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from courses.models import Course
from enrolment.models import AttendanceMark, Ending, Enrolment, EnrolmentEntry, Mark, Seat
from people.models import Employee
from records.models import Completion
from records.validity import valid_until
from scheduling.models import Booking, Meeting, Room, Session, SessionStep
from scheduling.plans import MeetingPlan
from trainers.models import Trainer
from website.demo.calendar import at
from website.demo.files import BATCH, chance, words
from website.demo.planning import Drawn, draw_sessions, load_timetable, sessions_a_day
from website.demo.pool import Pool, Trainee, load_pool
from website.demo.staff import demo_accounts

QUARTER = timedelta(days=91)
LONGEST_MEMORY = timedelta(days=900)
NEWCOMER_FOR = timedelta(days=90)
# Sheets of the last days before today are still open.
OPEN_SHEETS_SINCE = timedelta(days=3)
LARGEST_GROUP = 25
MARKS = [Mark.PRESENT] * 88 + [Mark.LATE] * 4 + [Mark.LEFT_EARLY] * 2 + [Mark.EXCUSED] * 2 + [Mark.ABSENT] * 4
Entry = EnrolmentEntry.Kind
Step = SessionStep.Kind


@dataclass
class Rows:
    """Rows to be written together, in the order in which they refer to each other."""

    sessions: list[Session] = field(default_factory=list)
    steps: list[SessionStep] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    entries: list[EnrolmentEntry] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    marks: list[AttendanceMark] = field(default_factory=list)
    completions: list[Completion] = field(default_factory=list)

    def save(self) -> None:
        for rows in vars(self).values():
            if rows:
                type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


@transaction.atomic
def load_history(today: date) -> None:
    """Fill the register and the past quarter of a centre that has no session yet."""
    pool = load_pool(chance("history", today))
    load_register(pool, today)
    load_past_sessions(pool, today)


# --- the register ---------------------------------------------------------------------------------


def load_register(pool: Pool, today: date) -> None:
    """Completions of self-paced courses, and of older sessions that only the register remembers."""
    needed = {needed for facts in pool.facts.values() for needed in facts.prerequisites}
    basics = [
        facts for facts in pool.facts.values() if facts.course.is_mandatory or facts.course.pk in needed
    ]
    # Of a very large centre a part of the register will do.
    density = min(1.0, max(0.25, 1000 / len(pool.trainees)))
    rows = Rows()
    for trainee in pool.trainees:
        for facts in basics:
            if not facts.is_for(trainee.employment.position_id):
                continue
            chance = how_likely(trainee, facts.course, today)
            on = day_of_completion(trainee, facts.course, today, pool.rng)
            if on is not None and pool.rng.random() < chance * density:
                remember(rows, trainee, facts.course, on, pool.rng)
        if len(rows.completions) > BATCH:
            rows.save()
            rows = Rows()
    rows.save()


def how_likely(trainee: Trainee, course: Course, today: date) -> float:
    """How likely somebody has completed the course; newcomers little more than what is due in the first weeks."""
    if trainee.employment.started_on > today - NEWCOMER_FOR:
        return 0.75 if course.is_mandatory and (course.due_days or 0) <= 14 else 0.1
    return 0.85 if course.is_mandatory else 0.3


def day_of_completion(trainee: Trainee, course: Course, today: date, rng: random.Random) -> date | None:
    """A believable day; of courses that are repeated the last time, now and then too long ago."""
    hired_on = trainee.employment.started_on
    last = min(today - timedelta(days=2), trainee.employment.ended_on or today)
    first = max(hired_on + timedelta(days=1), today - LONGEST_MEMORY)
    if course.repeat_months:
        first = max(first, today - timedelta(days=int(course.repeat_months * 30.5 * 1.08)))
    elif course.due_days:
        last = min(last, first + timedelta(days=course.due_days + 10))
    return first + timedelta(days=rng.randint(0, (last - first).days)) if first < last else None


def remember(rows: Rows, trainee: Trainee, course: Course, on: date, rng: random.Random) -> None:
    score = rng.randint(course.passing_score or 0, 100) if course.is_scored else None
    rows.completions.append(
        Completion(
            trainee_id=trainee.pk,
            course=course,
            completed_on=on,
            valid_until=valid_until(on, course.repeat_months),
            score=score,
        )
    )
    trainee.complete(course, on)
    if course.is_self_paced:
        finished_at = at(on, time(rng.randint(8, 19), rng.randint(0, 59)))
        started_at = max(
            finished_at - timedelta(hours=rng.randint(1, 70)), at(trainee.employment.started_on, time(9))
        )
        enrolment = Enrolment(
            trainee_id=trainee.pk,
            course=course,
            seat=Seat.NONE,
            requested_at=started_at,
            ended_because=Ending.FINISHED,
            ended_at=finished_at,
            score=score,
        )
        rows.enrolments.append(enrolment)
        rows.entries += [
            EnrolmentEntry(enrolment=enrolment, at=started_at, kind=Entry.STARTED, by_id=trainee.pk),
            EnrolmentEntry(enrolment=enrolment, at=finished_at, kind=Entry.ENDED, by_id=trainee.pk),
        ]


# --- the past quarter -----------------------------------------------------------------------------


@dataclass
class Past:
    """Writes past sessions, one after another, into rows."""

    pool: Pool
    today: date
    planner: Employee
    rows: Rows = field(default_factory=Rows)
    words: dict[str, Any] = field(default_factory=lambda: words("words.toml"))
    persons: dict[int, int] = field(
        default_factory=lambda: dict(Trainer.objects.values_list("pk", "employee"))
    )
    capacities: dict[int, int] = field(
        default_factory=lambda: dict(Room.objects.values_list("pk", "capacity"))
    )

    @property
    def rng(self) -> random.Random:
        return self.pool.rng

    def add_session(self, drawn: Drawn) -> None:
        course, plans = drawn.course, drawn.plans
        starts_at, ends_at = plans[0].starts_at, plans[-1].ends_at
        last_day = timezone.localdate(ends_at)
        is_closed = last_day < self.today - OPEN_SHEETS_SINCE
        capacity = min(self.capacities[plan.room_id] for plan in plans if plan.room_id)
        session = Session(
            course=course,
            status=Session.Status.CLOSED if is_closed else Session.Status.CONFIRMED,
            seats=min(capacity, course.group_max or capacity),
            starts_at=starts_at,
            ends_at=ends_at,
            online_link=webinar_link(course, starts_at),
            note="" if course.is_online else self.rng.choice(["", *self.words["session_notes"]]),
        )
        self.rows.sessions.append(session)
        meetings = [
            Meeting(session=session, starts_at=plan.starts_at, ends_at=plan.ends_at) for plan in plans
        ]
        self.rows.meetings += meetings
        self.book(meetings, plans)
        trainer = self.persons[plans[0].trainer_ids[0]]
        self.note_steps(session, is_closed=is_closed, trainer=trainer)
        most = min(session.seats, LARGEST_GROUP)
        count = self.rng.randint(min(course.group_min or 1, most), most)
        is_marked = is_closed or (last_day < self.today and self.rng.random() < 0.5)
        for trainee in drawn.candidates[:count]:
            trainee.busy.update(drawn.days)
            self.seat(
                session, meetings, trainee, is_closed=is_closed, marked_by=trainer if is_marked else None
            )
        for trainee in drawn.candidates[count : count + self.rng.randint(0, 2)]:
            self.cancelled(session, trainee)

    def book(self, meetings: list[Meeting], plans: list[MeetingPlan]) -> None:
        changeover = timedelta(minutes=self.pool.policy.changeover_minutes)
        for meeting, plan in zip(meetings, plans, strict=True):
            period = (plan.starts_at, plan.ends_at + changeover)
            self.rows.bookings.append(Booking(meeting=meeting, room_id=plan.room_id, period=period))
            for trainer in plan.trainer_ids:
                self.book_person(meeting, self.persons[trainer], Booking.Role.TEACHES)

    def book_person(self, meeting: Meeting, person_id: int, role: Booking.Role) -> None:
        period = (meeting.starts_at, meeting.ends_at)
        self.rows.bookings.append(Booking(meeting=meeting, person_id=person_id, role=role, period=period))

    def note_steps(self, session: Session, *, is_closed: bool, trainer: int) -> None:
        steps = [
            (Step.PLANNED, session.starts_at - timedelta(days=35), self.planner.pk),
            (Step.PUBLISHED, session.starts_at - timedelta(days=28), self.planner.pk),
            (Step.CONFIRMED, session.starts_at - timedelta(days=5), self.planner.pk),
        ]
        if is_closed:
            steps.append((Step.CLOSED, session.ends_at + timedelta(minutes=20), trainer))
        self.rows.steps += [
            SessionStep(session=session, kind=kind, at=when, by_id=by) for kind, when, by in steps
        ]

    def seat(
        self,
        session: Session,
        meetings: list[Meeting],
        trainee: Trainee,
        *,
        is_closed: bool,
        marked_by: int | None,
    ) -> None:
        """A trainee who held a seat: bookings, marks, and with a closed sheet the result."""
        course = session.course
        enrolment = self.enrolment(session, trainee, Seat.HELD)
        attended = 0
        for meeting in meetings:
            self.book_person(meeting, trainee.pk, Booking.Role.ATTENDS)
            if marked_by is not None:
                mark = self.rng.choice(MARKS)
                minutes = minutes_of(mark, meeting.minutes, self.rng)
                attended += minutes
                self.rows.marks.append(
                    AttendanceMark(
                        enrolment=enrolment,
                        meeting=meeting,
                        mark=mark,
                        minutes=minutes,
                        marked_at=meeting.ends_at + timedelta(minutes=5),
                        marked_by_id=marked_by,
                    )
                )
        if not is_closed:
            trainee.live.add(course.pk)
            return
        held = sum(meeting.minutes for meeting in meetings)
        came = attended * 100 >= held * self.pool.policy.attended_percent
        enrolment.score = self.rng.randint(55, 100) if came and course.is_scored else None
        passed = came and (enrolment.score is None or enrolment.score >= (course.passing_score or 0))
        enrolment.ended_at = session.ends_at + timedelta(minutes=20)
        if passed:
            enrolment.ended_because = Ending.FINISHED
        else:
            enrolment.ended_because = Ending.NOT_COMPLETED if attended else Ending.NO_SHOW
        self.note(enrolment, Entry.ENDED, enrolment.ended_at)
        if passed:
            on = timezone.localdate(session.ends_at)
            trainee.complete(course, on)
            self.rows.completions.append(
                Completion(
                    trainee_id=trainee.pk,
                    course=course,
                    session=session,
                    completed_on=on,
                    valid_until=valid_until(on, course.repeat_months),
                    minutes_attended=attended,
                    minutes_held=held,
                    score=enrolment.score,
                )
            )

    def cancelled(self, session: Session, trainee: Trainee) -> None:
        """A trainee who had a seat and gave it up in time."""
        enrolment = self.enrolment(session, trainee, Seat.GIVEN_UP)
        enrolment.ended_because = Ending.CANCELLED
        enrolment.ended_at = session.starts_at - timedelta(hours=self.rng.randint(26, 90))
        reason = self.rng.choice(self.words["enrolment_cancelled"])
        self.note(enrolment, Entry.CANCELLED, enrolment.ended_at, reason, by=trainee.pk)

    def enrolment(self, session: Session, trainee: Trainee, seat: Seat) -> Enrolment:
        requested_at = max(
            session.starts_at - timedelta(days=self.rng.randint(5, 24), minutes=self.rng.randint(0, 600)),
            at(trainee.employment.started_on, time(9)),
        )
        enrolment = Enrolment(
            trainee_id=trainee.pk,
            course=session.course,
            session=session,
            seat=seat,
            requested_at=requested_at,
        )
        self.rows.enrolments.append(enrolment)
        self.note(enrolment, Entry.SEAT_TAKEN, requested_at, by=trainee.pk)
        return enrolment

    def note(
        self, enrolment: Enrolment, kind: Entry, when: datetime, reason: str = "", by: int | None = None
    ) -> None:
        self.rows.entries.append(
            EnrolmentEntry(enrolment=enrolment, kind=kind, at=when, by_id=by, reason=reason)
        )


def load_past_sessions(pool: Pool, today: date) -> None:
    timetable = load_timetable(today - QUARTER, today + timedelta(days=14), pool.rng)
    accounts = demo_accounts()
    past = Past(pool, today, planner=accounts["hr_admin"])
    days = [day for day in timetable.days if day <= today]
    # The trainers whom the demo presents teach on its last day, so that a sheet waits for each of them.
    presented = {days[-1]: trainers_of(accounts.values())}
    a_day = sessions_a_day(len(pool.trainees))
    for drawn in draw_sessions(timetable, pool, days, a_day=a_day, presented=presented):
        past.add_session(drawn)
    past.rows.save()


def trainers_of(employees: Iterable[Employee]) -> list[int]:
    return list(Trainer.objects.filter(employee__in=list(employees)).values_list("pk", flat=True))


def minutes_of(mark: Mark, held: int, rng: random.Random) -> int:
    """Minutes attended, by the mark."""
    if mark in {Mark.EXCUSED, Mark.ABSENT}:
        return 0
    return held - rng.choice([10, 15, 20]) if mark in {Mark.LATE, Mark.LEFT_EARLY} else held


def webinar_link(course: Course, starts_at: datetime) -> str:
    return f"https://webinar.mfc.example/{course.code.lower()}-{starts_at:%m%d%H}" if course.is_online else ""
