"""Requests that wait in the demo: people of the presented heads want optional courses, and nobody has decided yet."""

from collections.abc import Iterable

from django.utils import timezone

from enrolment.approvals.actions import ask_for_seat
from enrolment.errors import EnrolmentError
from enrolment.models import Approval
from people.models import Employee, Employment
from scheduling.models import Session
from website.demo.pool import Pool, Trainee

OF_EACH_HEAD = 6


def load_requests(pool: Pool, heads: Iterable[Employee], presented: Iterable[Employee]) -> int:
    """Let some people of each head ask, the heads themselves, whom HR answers, and those presented; return how many."""
    sessions = list(Session.objects.upcoming().filter(course__is_mandatory=False).select_related("course"))
    trainees = {trainee.pk: trainee for trainee in pool.trainees}
    heads, presented = list(heads), list(presented)
    made = sum(ask(trainees[one.pk], sessions, pool) for one in presented if one.pk in trainees)
    for head in heads:
        known = {head.pk, *(one.pk for one in presented)}
        jobs = Employment.objects.current().filter(is_main=True, office__in=head.headed_offices.all())
        people = jobs.exclude(employee__in=known).order_by("pk").values_list("employee", flat=True)
        own = [trainees[key] for key in people if key in trainees]
        asked = 0
        for trainee in own:
            asked += ask(trainee, sessions, pool)
            if asked == OF_EACH_HEAD:
                break
        made += asked
        if head.pk in trainees:
            made += ask(trainees[head.pk], sessions, pool)
    return made


def ask(trainee: Trainee, sessions: Iterable[Session], pool: Pool) -> bool:
    """One request for the first session that fits; whether there was one."""
    for session in sessions:
        days = [timezone.localdate(at) for at in session.meetings.values_list("starts_at", flat=True)]
        if not pool.may_attend(trainee, pool.facts[session.course_id], days):
            continue
        try:
            enrolment = ask_for_seat(Employee.objects.get(pk=trainee.pk), session)
        except EnrolmentError:
            continue
        trainee.live.add(session.course_id)
        trainee.busy.update(days)
        return enrolment.approval == Approval.ASKED
    return False
