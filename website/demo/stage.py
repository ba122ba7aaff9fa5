"""What a scene of the demo needs: a session that one person may attend, planned, published and filled like the others.

The scenes must be there whatever the day and the hour of the loading. They lie days ahead, so that no term of theirs is
over at once, and take what suits from the plan or add to it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from enrolment.actions import Terms, enrol
from enrolment.errors import EnrolmentError
from enrolment.models import SEATS_TAKEN, Enrolment
from enrolment.situations import situations
from people.models import Employee
from scheduling.actions import plan_session, publish_session, replan_session
from scheduling.assignments.actions import accept_assignment
from scheduling.errors import SchedulingError
from scheduling.models import Session
from scheduling.plans import MeetingPlan
from website.demo.history import webinar_link
from website.demo.planning import courses_to_teach
from website.demo.pool import Pool, Trainee
from website.demo.timetable import STARTS, CourseNeeds, Timetable

# A scene's session begins so late that a freed seat is offered and a choice has its whole term (rules 6 and 14).
AHEAD = timedelta(days=6)
DAYS_TRIED = 15
STAFFS_DOOR = Terms()


@dataclass(frozen=True)
class Stage:
    pool: Pool
    timetable: Timetable
    planner: Employee
    words: dict[str, Any]

    @cached_property
    def needs(self) -> dict[int, CourseNeeds]:
        """What each course asks for that is taught in sessions, by its key."""
        return {one.pk: one for one in courses_to_teach()}

    @cached_property
    def days(self) -> Sequence[date]:
        """The working days on which a scene may lie."""
        soonest = timezone.localdate() + AHEAD
        return [day for day in self.timetable.days if day >= soonest][:DAYS_TRIED]

    def courses_for(self, trainee: Trainee, day: date) -> Iterator[CourseNeeds]:
        """Courses of one meeting that the person may attend on the day, each once, mandatory ones first."""
        short = [one for one in self.needs.values() if one.meetings == 1]
        for one in sorted(short, key=lambda one: not self.pool.facts[one.pk].course.is_mandatory):
            if self.pool.may_attend(trainee, self.pool.facts[one.pk], [day]):
                yield one

    def add(
        self, needs: CourseNeeds, day: date, *, limit: int | None = None, at_times: Sequence[time] = STARTS
    ) -> Session | None:
        """A published session of the course on the day, whose trainers have agreed; None when nothing fits."""
        plans = self.timetable.place(needs, day, at_times=at_times)
        session = self.plan(needs, plans, limit) if plans else None
        if session is None:
            return None
        session = publish_session(session, by=self.planner)
        trainers_accept(session)
        return session

    def sessions_for(self, trainee: Trainee) -> Iterator[Session]:
        """Sessions added for the person, one after another as they are asked for."""
        for day in self.days:
            for needs in self.courses_for(trainee, day):
                if session := self.add(needs, day):
                    yield session

    def plan(self, needs: CourseNeeds, plans: list[MeetingPlan], limit: int | None) -> Session | None:
        course = self.pool.facts[needs.pk].course
        link = webinar_link(course, plans[0].starts_at)
        try:
            return plan_session(course, plans, by=self.planner, limit=limit, online_link=link)
        except SchedulingError:  # a session that began earlier reaches into these days
            return None

    def others_for(self, course_id: int, *days: date, but: Trainee) -> list[Trainee]:
        """Who else may attend the course on all of the days."""
        return [one for one in self.pool.candidates(course_id, sorted(days)) if one is not but]

    def enrol(
        self, trainee: Trainee, session: Session, *, by: Employee | None = None, terms: Terms = STAFFS_DOOR
    ) -> Enrolment | None:
        """Enrol the person, and know it for what follows; None when a rule is against it."""
        try:
            made = enrol(Employee.objects.get(pk=trainee.pk), session, by=by, terms=terms)
        except EnrolmentError:
            return None
        remember(trainee, made, days_of(session))
        return made

    def is_free_for(self, trainee: Trainee, session: Session) -> bool:
        """Whether the office can spare the person, who works then: the queue would pass them over else."""
        person = Employee.objects.get(pk=trainee.pk)
        found = situations(person, [session], policy=self.pool.policy)[session.pk]
        return not (found.days_over or found.days_off)

    def move(self, session: Session, plans: list[MeetingPlan]) -> None:
        replan_session(
            session,
            plans,
            by=self.planner,
            version=session.version,
            limit=session.limit,
            online_link=session.online_link,
            reason=self.words["session_moved"],
        )


def trainers_accept(session: Session) -> None:
    for asked in session.assignments.select_related("trainer__employee"):
        accept_assignment(asked, by=asked.trainer.employee)


def remember(trainee: Trainee, enrolment: Enrolment, days: Iterable[date]) -> None:
    """Know the enrolment for what follows; as in the rule, whoever waits has no booking ahead yet."""
    trainee.live.add(enrolment.course_id)
    # Who waits keeps the time free too, so that a seat that comes free is theirs.
    trainee.busy.update(days)
    trainee.optional_ahead += enrolment.seat in SEATS_TAKEN and not enrolment.course.is_mandatory


def days_of(session: Session) -> list[date]:
    return [timezone.localdate(at) for at in session.meetings.values_list("starts_at", flat=True)]
