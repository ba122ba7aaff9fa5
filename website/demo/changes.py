"""What staff did in the demo: a seat beyond the limit, and a cancelled session in place of which a date is chosen."""

from datetime import date

from django.db.models import Case, Count, F, Q, When
from django.utils import timezone

from enrolment.actions import Terms, enrol
from enrolment.errors import EnrolmentError
from enrolment.models import SEATS_TAKEN, Seat
from people.models import Employee
from scheduling.actions import cancel_session
from scheduling.models import Session
from website.demo.pool import Pool, Trainee


def exceed_once(pool: Pool, by: Employee, reason: str) -> bool:
    """One session has a person more than seats, with a reason; whether somebody was found for it."""
    taken = Count("enrolments", filter=Q(enrolments__seat__in=SEATS_TAKEN))
    waiting = Count("enrolments", filter=Q(enrolments__ended_because="", enrolments__seat=Seat.WAITING))
    full = Session.objects.upcoming().annotate(taken=taken, waiting=waiting).filter(taken__gte=F("seats"))
    for session in full.select_related("course").order_by("waiting", "-starts_at", "pk"):
        days = days_of(session)
        for trainee in pool.candidates(session.course_id, days)[:5]:
            terms = Terms(exceeds=True, despite=reason)
            try:
                enrol(Employee.objects.get(pk=trainee.pk), session, by=by, terms=terms)
            except EnrolmentError:
                continue
            remember(trainee, session)
            return True
    return False


def cancel_for(trainee: Trainee, by: Employee, reason: str) -> bool:
    """The person had a seat in a session that the centre cancelled; its course has other dates, if one can be found."""
    upcoming = Session.objects.upcoming().filter(status=Session.Status.OPEN)
    several = upcoming.order_by().values("course").annotate(n=Count("pk")).filter(n__gte=2).values("course")
    held = Count("enrolments", filter=Q(enrolments__ended_because=""))
    is_one_of_several = Case(When(course__in=several, then=0), default=1)
    sessions = upcoming.annotate(held=held).order_by(is_one_of_several, "held", "-starts_at", "pk")
    for session in sessions.select_related("course"):
        if session.course_id in trainee.live:
            continue
        try:
            enrolment = enrol(Employee.objects.get(pk=trainee.pk), session)
        except EnrolmentError:
            continue
        remember(trainee, session)  # so that nothing else of the course follows
        if enrolment.seat == Seat.HELD:
            cancel_session(session, reason, by=by)
            return True
    return False


def remember(trainee: Trainee, session: Session) -> None:
    trainee.live.add(session.course_id)
    trainee.busy.update(days_of(session))


def days_of(session: Session) -> list[date]:
    return [timezone.localdate(at) for at in session.meetings.values_list("starts_at", flat=True)]
