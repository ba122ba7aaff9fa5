"""What becomes of training ahead when people change their office or position, or go on leave (rule 19)."""

from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from centre.models import Policy
from enrolment.approvals.deciders import hr_admins
from enrolment.beyond import seat_within_the_limit
from enrolment.models import Ending, Enrolment
from enrolment.movers.notices import (
    arrival_message,
    given_up_message,
    hr_messages,
    other_position_messages,
)
from enrolment.movers.questions import in_sessions_ahead, outside_audience
from enrolment.seats import give_up_seat, promote, waiting_trainees
from notifications.actions import plan_messages
from people.models import Employee, Employment, Office
from scheduling.models import Session


@action
def give_up_for_leave(trainee: Employee, *, by: Employee | None = None) -> list[Enrolment]:
    """End what somebody on parental leave has ahead in sessions, and tell them; each freed seat goes to the queue.

    For months or years nobody comes, and duties are paused (rule 25). A self-paced course stays: it takes nobody's
    seat. A session that has begun is left to its sheet. Who is back at work meanwhile keeps everything.
    """
    ahead = in_sessions_ahead(timezone.now()).filter(trainee=trainee)
    session_ids = sorted({pk for pk in ahead.values_list("session", flat=True) if pk is not None})
    if not session_ids:
        return []
    sessions = Session.objects.with_course().lock_all(session_ids)
    Employee.objects.lock_all({trainee.pk} | waiting_trainees(session_ids))
    jobs = Employment.objects.current().filter(employee=trainee, is_main=True)
    if not jobs.filter(leave=Employment.Leave.PARENTAL).exists():
        return []
    ended = list(ahead.filter(session__in=session_ids).select_related("session"))
    for enrolment in ended:
        give_up_seat(enrolment, Ending.BY_CENTRE, by=by, reason=_("on parental leave"))
        plan_messages([given_up_message(enrolment)])
    policy = Policy.objects.current()
    seat_within_the_limit(sessions.values())
    for session in sessions.values():
        promote(session, policy=policy)
    return ended


@action
def tell_of_moves(
    *, new_office: Collection[int], new_position: Collection[int], given_up: Collection[int]
) -> None:
    """Tell who has training ahead that it is not meant for their new position, HR of all moves, and new heads.

    Nothing is taken away: who takes a seat back decides by looking, for a course may be needed all the same, and the
    person may have been sent. `given_up` are keys of enrolments that ended because of a leave.
    """
    now = timezone.now()
    ahead = in_sessions_ahead(now).filter(trainee__is_active=True)
    outside = list(ahead.filter(outside_audience(), trainee__in=new_position).order_by("pk"))
    plan_messages(other_position_messages(outside, now))
    if outside or given_up:
        plan_messages(
            hr_messages(hr_admins(), given_up=given_up, outside=[one.pk for one in outside], at=now)
        )
    arriving = set(ahead.filter(trainee__in=new_office).values_list("trainee", flat=True))
    plan_messages(arrival_message(head, office, people, now) for head, office, people in arrivals(arriving))


def arrivals(people: Collection[int]) -> list[tuple[int, Office, set[int]]]:
    """By new office: who leads it, the deputy where there is no head, and who comes there."""
    jobs = Employment.objects.current().filter(is_main=True, employee__in=people).select_related("office")
    coming: dict[Office, set[int]] = defaultdict(set)
    for job in jobs.order_by("office", "pk"):
        coming[job.office].add(job.employee_id)
    found = []
    for office, comers in coming.items():
        leaders = [key for key in (office.head_id, office.deputy_id) if key and key not in comers]
        if leaders:
            found.append((leaders[0], office, comers))
    return found
