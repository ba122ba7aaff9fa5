"""Requests that cannot wait for the next regular letter: their session begins before it could be answered.

Everything else waits for the one letter of the day, or of the week.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from centre.models import Policy
from centre.working_days import SEARCHED_DAYS, working_days
from enrolment.approvals.deciders import told_about
from enrolment.approvals.links import with_lines
from enrolment.approvals.notices import URGENT
from enrolment.models import Enrolment, EnrolmentQuerySet
from enrolment.notices import about
from notifications.actions import PlannedMessage
from notifications.models import Message
from notifications.quiet_hours import LEAST_NOTICE

DAY = timedelta(days=1)


def next_letter(now: datetime, policy: Policy) -> datetime:
    """When the next regular letter to heads leaves: on the morning of the next working day; one query."""
    tomorrow = timezone.localdate(now) + DAY
    days = working_days(tomorrow, tomorrow + SEARCHED_DAYS * DAY)
    zone = timezone.get_default_timezone()
    return datetime.combine(days[0] if days else tomorrow, policy.quiet_until, tzinfo=zone)


def may_be_urgent(enrolment: Enrolment) -> bool:
    """Without a query: the letter of the next working day comes before the day after a decision is due."""
    session, until = enrolment.session, enrolment.approval_until
    return session is not None and until is not None and session.starts_at <= until + DAY


def urgent_messages(found: EnrolmentQuerySet, now: datetime, policy: Policy) -> list[PlannedMessage]:
    """Of these requests the news of each that is urgent, to who decides; once a decider and question.

    Six queries, two when nothing is urgent.
    """
    rows = found.filter(session__starts_at__lt=next_letter(now, policy) + LEAST_NOTICE)
    urgent = list(with_lines(rows).order_by("pk"))
    if not urgent:
        return []
    told = told_about(urgent, timezone.localdate(now))
    return [
        PlannedMessage(URGENT, person, about(row.pk), part=f"{row.line}")  # type: ignore[attr-defined]
        for person, theirs in sorted(told.items())
        for row in theirs
    ]


def not_told_today(found: EnrolmentQuerySet, now: datetime) -> list[Enrolment]:
    """The requests without those of which their deciders got an urgent letter today; two queries."""
    rows = list(found.order_by("pk"))
    subjects = [about(row.pk) for row in rows]
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    told = Message.objects.filter(subject__in=subjects, kind=URGENT, send_after__gte=midnight)
    known = set(told.values_list("subject", flat=True))
    return [row for row in rows if about(row.pk) not in known]
