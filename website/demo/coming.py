"""What lies ahead: six weeks of sessions, planned, published and filled through the actions, which it proves."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from enrolment.actions import cancel_enrolment, enrol, start_course
from enrolment.errors import EnrolmentError
from enrolment.models import Enrolment, EnrolmentEntry, Seat
from learning.models import ReadMaterial
from notifications.models import Message
from people.models import Employee
from scheduling.actions import cancel_session, confirm_session, plan_session, publish_session
from scheduling.errors import SchedulingError
from scheduling.models import Session, SessionStep
from website.demo.changes import cancel_for, clash_for, exceed_once, offer_to
from website.demo.files import chance, words
from website.demo.heads import load_deeds
from website.demo.history import trainers_of, webinar_link
from website.demo.planning import Drawn, draw_sessions, load_timetable, sessions_a_day
from website.demo.pool import Pool, Trainee, load_pool
from website.demo.requests import load_requests
from website.demo.staff import demo_accounts
from website.demo.staffs_deeds import load_staffs_deeds
from website.demo.stage import Stage, days_of, remember, trainers_accept
from website.demo.wishes import load_wishes

SIX_WEEKS = timedelta(days=42)
ROOM_FOR_LONG_COURSES = timedelta(days=14)
# Of so many sessions in a row one is a draft, full with people waiting, or nearly empty.
DRAFT_EVERY, FULL_EVERY, EMPTY_EVERY = 8, 5, 6
# Of so many published sessions one still waits for its trainer's answer.
UNANSWERED_EVERY = 10
MOST_FULL_SEATS = 10
MOST_ENROLMENTS = 3000
STARTED_COURSES = 25
# What stays in the ledger: the news of the demo's own people. Hundreds of letters more would only be noise.
NEWS = ("seat_taken", "seat_given", "seat_offered", "queued")

Progress = Callable[[int, int], None]
Entry = EnrolmentEntry.Kind
Step = SessionStep.Kind


@dataclass
class Coming:
    """Plans and fills the sessions ahead, one after another."""

    pool: Pool
    planner: Employee
    presented: list[int]
    words: dict[str, Any] = field(default_factory=lambda: words("words.toml"))
    sessions: list[Session] = field(default_factory=list)
    enrolled: int = 0
    full: int = 0
    stage: Stage = field(init=False)

    @property
    def rng(self) -> random.Random:
        return self.pool.rng

    def plan_days(self, first: date, presented: list[Employee], progress: Progress) -> None:
        """Plan sessions on every working day; on the first of them each presented trainer teaches."""
        timetable = load_timetable(first, first + SIX_WEEKS + ROOM_FOR_LONG_COURSES, self.rng)
        self.stage = Stage(self.pool, timetable, self.planner, self.words)
        days = [day for day in timetable.days if day < first + SIX_WEEKS]
        a_day = sessions_a_day(len(self.pool.trainees)) * 1.4
        teaching = {days[0]: trainers_of(presented)}
        for drawn in draw_sessions(timetable, self.pool, days, a_day=a_day, presented=teaching):
            progress(days.index(drawn.days[0]), len(days))
            self.add_session(drawn)
        progress(len(days), len(days))

    def add_session(self, drawn: Drawn) -> None:
        """Plan the session, publish most of them, and let people enrol."""
        turn = len(self.sessions)
        limit = None
        # What those presented have ahead is not left to chance: the scenes need room in their time.
        people = [one for one in drawn.candidates if one.pk not in self.presented]
        if self.full < turn // FULL_EVERY + 1:
            limit = max(self.rng.randint(5, MOST_FULL_SEATS), drawn.course.group_min or 1)
            limit = limit if limit < min(len(people), drawn.course.group_max or 1) else None
        try:
            session = self.plan(drawn, limit=limit)
        except SchedulingError:  # a session that began earlier reaches into these days
            return
        self.sessions.append(session)
        if limit is None and turn % DRAFT_EVERY == DRAFT_EVERY - 1:
            return
        session = publish_session(session, by=self.planner)
        if turn % UNANSWERED_EVERY:
            trainers_accept(session)
        if limit is not None:
            self.full += 1
            wanted = session.seats + self.rng.randint(1, 4)
        elif turn % EMPTY_EVERY == 0:
            wanted = self.rng.randint(1, 3)
        else:
            wanted = self.rng.randint(min(4, session.seats), max(5, min(18, session.seats - 2)))
        if self.enrolled < MOST_ENROLMENTS:
            for trainee in people[:wanted]:
                self.enrol(trainee, session, drawn.days)

    def plan(self, drawn: Drawn, *, limit: int | None) -> Session:
        online = drawn.course.is_online
        return plan_session(
            drawn.course,
            drawn.plans,
            by=self.planner,
            limit=limit,
            online_link=webinar_link(drawn.course, drawn.plans[0].starts_at),
            note="" if online else self.rng.choice(["", *self.words["session_notes"]]),
        )

    def enrol(self, trainee: Trainee, session: Session, days: Sequence[date]) -> Enrolment | None:
        try:
            enrolment = enrol(Employee.objects.get(pk=trainee.pk), session)
        except EnrolmentError:
            return None
        remember(trainee, enrolment, days)
        self.enrolled += 1
        return enrolment

    def enrol_presented(self, people: list[Employee]) -> None:
        """Each of them gets a seat soon and waits for another; the demo shows both."""
        trainees = {trainee.pk: trainee for trainee in self.pool.trainees}
        for trainee in (trainees[person.pk] for person in people if person.pk in trainees):
            own = Enrolment.objects.live().filter(trainee=trainee.pk)
            wanted = [seat for seat in (Seat.HELD, Seat.WAITING) if not own.filter(seat=seat).exists()]
            for session in Session.objects.upcoming().select_related("course"):
                facts, days = self.pool.facts[session.course_id], days_of(session)
                seats_left = session.seats - session.enrolments.holding().count()
                gets = Seat.HELD if seats_left > 0 else Seat.WAITING
                if gets in wanted and self.pool.may_attend(trainee, facts, days):
                    enrolment = self.enrol(trainee, session, days)
                    if enrolment and enrolment.seat in wanted:
                        wanted.remove(Seat(enrolment.seat))

    def confirm_near(self) -> None:
        """Sessions of the next days that have enough people take place for certain."""
        near = timezone.now() + timedelta(days=7)
        for session in Session.objects.upcoming().filter(starts_at__lt=near).select_related("course"):
            if session.enrolments.holding().count() >= (session.course.group_min or 1):
                confirm_session(session, by=self.planner)

    def cancel_some(self) -> None:
        """Two sessions are cancelled, and here and there somebody gives up a seat that another then gets."""
        people = Enrolment.objects.live().filter(session__in=self.sessions).order_by("pk")
        full = people.filter(session__enrolments__seat=Seat.WAITING, seat=Seat.HELD).distinct()
        of_others = people.filter(seat=Seat.HELD).exclude(trainee__in=self.presented)
        for enrolment in [*full[:2], *of_others.reverse()[:3]]:
            reason = self.rng.choice(self.words["enrolment_cancelled"])
            cancel_enrolment(enrolment, by=enrolment.trainee, reason=reason)
        own = Enrolment.objects.filter(trainee__in=self.presented)
        later = Session.objects.upcoming().filter(status=Session.Status.OPEN).reverse()
        later = later.exclude(pk__in=own.values("session"))
        for session, reason in zip(later[1:3], self.words["session_cancelled"], strict=False):
            cancel_session(session, reason, by=self.planner)

    def play_scenes(self) -> None:
        """What a visitor is to find at those presented whatever the day, while their time is still free."""
        trainees = {trainee.pk: trainee for trainee in self.pool.trainees}
        people = [trainees[pk] for pk in self.presented if pk in trainees]
        # In a very small centre the office can hardly spare anybody: then it is the next of them.
        any(cancel_for(one, self.stage) for one in people)
        any(offer_to(one, self.stage) for one in people)
        any(clash_for(one, self.stage) for one in reversed(people))


@transaction.atomic
def load_coming(today: date, progress: Progress) -> None:
    """Plan six weeks from tomorrow, fill them, cancel a few, and let it look as if it had grown over weeks."""
    accounts = demo_accounts()
    presented = [accounts[key] for key in ("employee", "second_employee") if key in accounts]
    coming = Coming(
        load_pool(chance("coming", today)), accounts["hr_admin"], [person.pk for person in presented]
    )
    coming.plan_days(max(today, timezone.localdate()) + timedelta(days=1), list(accounts.values()), progress)
    coming.play_scenes()
    coming.enrol_presented(presented)
    coming.confirm_near()
    coming.cancel_some()
    exceed_once(coming.stage)
    start_some_courses(coming, list(accounts.values()))
    look_grown(coming.rng)
    heads = [account for account in accounts.values() if account.headed_offices.exists()]
    load_requests(coming.pool, heads=heads, presented=presented)
    load_wishes(coming.pool, presented)
    load_deeds(heads)
    load_staffs_deeds(coming.pool, coming.planner, coming.words)
    quieten([account.pk for account in accounts.values()])


def start_some_courses(coming: Coming, presented: list[Employee]) -> None:
    """Some people are in the middle of a self-paced course; of those presented everybody who may."""
    known = {person.pk for person in presented}
    chosen = [trainee for trainee in coming.pool.trainees if trainee.pk in known]
    chosen += coming.rng.sample(coming.pool.trainees, min(STARTED_COURSES, len(coming.pool.trainees)))
    courses = [facts.course for facts in coming.pool.facts.values() if facts.course.is_self_paced]
    for trainee in chosen:
        for course in coming.rng.sample(courses, 20):
            try:
                enrolment = start_course(trainee.employment.employee, course)
            except EnrolmentError:
                continue
            first = course.materials.first()
            if first:
                ReadMaterial.objects.get_or_create(enrolment=enrolment, material=first)
            break


def look_grown(rng: random.Random) -> None:
    """Put the requests of each session some days back, all by the same time, so that the queue keeps its order."""
    for session in Session.objects.filter(starts_at__gt=timezone.now()).order_by("pk"):
        back = timedelta(days=rng.randint(1, 12), hours=rng.randint(0, 9))
        own = Enrolment.objects.filter(session=session)
        EnrolmentEntry.objects.filter(enrolment__in=own, kind__in=[Entry.SEAT_TAKEN, Entry.QUEUED]).update(
            at=F("at") - back
        )
        own.update(requested_at=F("requested_at") - back)
        session.steps.filter(kind=Step.PLANNED).update(at=F("at") - back - timedelta(days=9))
        session.steps.filter(kind=Step.PUBLISHED).update(at=F("at") - back - timedelta(days=2))


def quieten(kept: list[int]) -> None:
    """Of the news planned while loading keep those to the people whom the demo presents, and every cancellation."""
    Message.objects.planned().filter(kind__in=NEWS).exclude(recipient__in=kept).delete()
