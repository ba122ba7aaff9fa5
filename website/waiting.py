"""What waits for the planners, as numbers that lead to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Func, IntegerField, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from centre.models import Policy
from enrolment.approvals.deciders import awaiting
from enrolment.interest.demand import courses_without_date
from people.models import Employee
from scheduling.models import Assignment, Meeting, Session, TroubleReport
from scheduling.too_few import too_few
from trainers.models import LeaveRequest

PLAN, LEAVE, TROUBLE = (
    "scheduling.plan_session",
    "trainers.change_leaverequest",
    "scheduling.change_troublereport",
)


@dataclass(frozen=True)
class Waiting:
    """So many of something want a decision: the page on which they stand, and what they are."""

    count: int
    url: str
    words: str


def waiting_for(reader: Employee) -> list[Waiting]:
    """What the reader may decide about, the most urgent first; of what nothing waits is left out.

    One statement for what is counted in rows, and those of `too_few` (rule 8).
    """
    return [one for one in numbers(reader) if one.count]


def numbers(reader: Employee) -> Iterator[Waiting]:
    counted = counts(reader)
    if reader.has_perm(TROUBLE):
        count = counted["reports"]
        words = ngettext("report of trouble wants an answer", "reports of trouble want an answer", count)
        yield Waiting(count, reverse("scheduling:trouble_list"), words)
    count = counted["requests"]  # of who leads an office too, whatever right they have
    words = ngettext("request for a seat wants a decision", "requests for seats want a decision", count)
    yield Waiting(count, reverse("enrolment:decisions"), words)
    if reader.has_perm(PLAN):
        count = counted["declined"]
        words = ngettext(
            "session was declined by its trainer", "sessions were declined by their trainers", count
        )
        yield Waiting(count, f"{reverse('scheduling:repair')}?lacks=declined", words)
        count = sum(not card.is_decided for card in too_few(policy=Policy.objects.current()).values())
        words = ngettext(
            "session with too few people wants a decision",
            "sessions with too few people want a decision",
            count,
        )
        yield Waiting(count, reverse("enrolment:too_few"), words)
        count = counted["wanted"]
        words = ngettext("course is wanted and has no date", "courses are wanted and have no date", count)
        yield Waiting(count, f"{reverse('enrolment:demand')}?show=without_date", words)
    if reader.has_perm(LEAVE):
        count = counted["leaves"]
        words = ngettext("request for leave wants a decision", "requests for leave want a decision", count)
        yield Waiting(count, reverse("scheduling:leave_list"), words)
    if reader.has_perm(PLAN):
        count = counted["drafts"]
        words = ngettext("draft to publish", "drafts to publish", count)
        yield Waiting(count, f"{reverse('scheduling:session_list')}?status=draft", words)


def counts(reader: Employee) -> dict[str, Any]:
    """Six numbers beside the reader's own row, in one statement."""
    now = timezone.now()
    ahead = Meeting.objects.filter(session=OuterRef("session"), starts_at__gt=now)
    return Employee.objects.values(
        drafts=number_of(Session.objects.filter(status=Session.Status.DRAFT, starts_at__gt=now)),
        declined=number_of(Assignment.objects.ahead().declined().filter(Exists(ahead))),
        leaves=number_of(LeaveRequest.objects.filter(state=LeaveRequest.State.ASKED)),
        requests=number_of(awaiting(reader, now)),
        reports=number_of(TroubleReport.objects.waiting()),
        wanted=number_of(courses_without_date()),
    ).get(pk=reader.pk)


def number_of(rows: QuerySet[Any, Any]) -> Subquery:
    """How many rows; `Count` would group them."""
    count = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(number=count).values("number"))
