"""What became of seats in the demo: one beyond the limit, one offered, one whose session was cancelled, and a clash."""

from itertools import chain

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.utils import timezone

from enrolment.actions import Terms, cancel_enrolment
from enrolment.doors.checks import offered_dates
from enrolment.models import SEATS_TAKEN, Enrolment, Seat
from scheduling.actions import cancel_session
from scheduling.models import Session
from website.demo.pool import Trainee
from website.demo.stage import Stage, days_of

FEWEST_SEATS = 4
# Beside the person to whom the seat is offered so many wait.
WAIT_TOO = 2
COME_TOO = 6


def exceed_once(stage: Stage) -> bool:
    """One session has a person more than seats, with a reason; whether somebody was found for it."""
    taken = Count("enrolments", filter=Q(enrolments__seat__in=SEATS_TAKEN))
    waiting = Count("enrolments", filter=Q(enrolments__ended_because="", enrolments__seat=Seat.WAITING))
    full = Session.objects.upcoming().annotate(taken=taken, waiting=waiting).filter(taken__gte=F("seats"))
    terms = Terms(exceeds=True, despite=stage.words["seat_exceeded"])
    for session in full.select_related("course").order_by("waiting", "-starts_at", "pk"):
        for trainee in stage.pool.candidates(session.course_id, days_of(session))[:5]:
            if stage.enrol(trainee, session, by=stage.planner, terms=terms):
                return True
    return False


# --- cancelled by the centre ----------------------------------------------------------------------


def cancel_for(trainee: Trainee, stage: Stage) -> bool:
    """The person had a seat in a session that the centre cancelled, and its course has another date (rule 15)."""
    for session in chain(sessions_to_cancel(), stage.sessions_for(trainee)):
        if session.course_id in trainee.live:
            continue
        enrolment = stage.enrol(trainee, session)
        if enrolment and enrolment.seat == Seat.HELD:
            cancel_session(session, stage.words["session_cancelled"][0], by=stage.planner)
            enrolment.refresh_from_db()
            # It goes on counting as one ahead: the date in its place needs room too.
            if has_dates := bool(offered_dates(enrolment)) or add_another_date(enrolment, trainee, stage):
                for one in offered_dates(enrolment):
                    trainee.busy.update(days_of(one.session))
            return has_dates
    return False


def sessions_to_cancel() -> QuerySet[Session]:
    """Courses with several dates first, then sessions with few people."""
    upcoming = Session.objects.upcoming().filter(status=Session.Status.OPEN)
    several = upcoming.order_by().values("course").annotate(n=Count("pk")).filter(n__gte=2).values("course")
    held = Count("enrolments", filter=Q(enrolments__ended_because=""))
    is_one_of_several = Case(When(course__in=several, then=0), default=1)
    sessions = upcoming.annotate(held=held).order_by(is_one_of_several, "held", "-starts_at", "pk")
    return sessions.select_related("course")


def add_another_date(enrolment: Enrolment, trainee: Trainee, stage: Stage) -> bool:
    """A date of the same course on which the person may come."""
    needs = stage.needs[enrolment.course_id]
    fit = (day for day in stage.days if trainee.is_at_work(stage.timetable.days_for(needs, day)))
    return any(stage.add(needs, day) and offered_dates(enrolment) for day in fit)


# --- offered --------------------------------------------------------------------------------------


def offer_to(trainee: Trainee, stage: Stage) -> Enrolment | None:
    """The person waits for a full session, somebody cancels, and the seat is offered, the term running (rule 14)."""
    for day in stage.days:
        for needs in stage.courses_for(trainee, day):
            others = stage.others_for(needs.pk, day, but=trainee)
            # In a very small centre a group is smaller than it should be.
            seats = min(max(needs.group_min, FEWEST_SEATS), len(others))
            session = stage.add(needs, day, limit=seats) if seats else None
            if session is None:
                continue
            made = [stage.enrol(one, session) for one in others[:seats]]
            seated = [one for one in made if one and one.seat == Seat.HELD]
            if len(seated) < session.seats or not stage.is_free_for(trainee, session):
                continue
            offered = stage.enrol(trainee, session)
            if offered is None:
                continue
            for one in others[seats:][:WAIT_TOO]:
                stage.enrol(one, session)
            cancel_enrolment(seated[0], by=seated[0].trainee, reason=stage.words["enrolment_cancelled"][0])
            offered.refresh_from_db()
            if offered.seat == Seat.OFFERED:
                return offered
    return None


# --- a clash --------------------------------------------------------------------------------------


def clash_for(trainee: Trainee, stage: Stage) -> Enrolment | None:
    """Two sessions of the person stand at one time since one was moved: they are to choose (rule 6)."""
    kept = seat_ahead(trainee, stage)
    if kept is None:
        return None
    moved_to, at_times = days_of(kept)[0], [timezone.localtime(kept.starts_at).time()]
    for day in stage.days:
        for needs in stage.courses_for(trainee, day):
            plans = stage.timetable.place(needs, moved_to, at_times=at_times)
            session = stage.add(needs, day) if plans else None
            made = stage.enrol(trainee, session) if session else None
            if plans and session and made:
                for one in stage.others_for(needs.pk, day, moved_to, but=trainee)[:COME_TOO]:
                    stage.enrol(one, session)
                stage.move(session, plans)
                made.refresh_from_db()
                return made if made.clash_since else None
    return None


def seat_ahead(trainee: Trainee, stage: Stage) -> Session | None:
    """A session of one meeting, on a day of scenes, in which the person has a seat; one is added where none is."""
    own = Enrolment.objects.live().filter(trainee=trainee.pk, seat=Seat.HELD)
    sessions = Session.objects.upcoming().filter(enrolments__in=own).select_related("course")
    for one in sessions:
        if days_of(one)[0] in stage.days and one.meetings.count() == 1:
            return one
    for session in stage.sessions_for(trainee):
        if (made := stage.enrol(trainee, session)) and made.seat == Seat.HELD:
            return session
    return None
