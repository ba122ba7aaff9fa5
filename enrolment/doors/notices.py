"""Which messages the changes of an enrolment plan; `enrolment.doors.letters` says what they become."""

from datetime import date, datetime
from typing import Any

from enrolment.models import Enrolment
from enrolment.notices import about
from notifications.actions import PlannedMessage
from people.models import Employee, Employment
from scheduling.models import Session

TRANSFERRED = "transferred"
RESTORED = "restored"
LATE_COPY = "late_cancellation"
CANCELLED_BY_STAFF = "cancelled_by_staff"


def changed_message(
    kind: str, enrolment: Enrolment, session: Session, context: dict[str, Any]
) -> PlannedMessage:
    """News that may come several times of one version of a session: told apart by how often it came."""
    count = enrolment.entries.count()
    return PlannedMessage(
        kind,
        enrolment.trainee_id,
        about(enrolment.pk),
        version=session.version,
        context=context,
        part=str(count),
    )


def transfer_context(source: Session, target: Session, told_of: datetime) -> dict[str, object]:
    return {"old_starts_at": told_of.isoformat(), "from": source.pk, "to": target.pk}


def late_copies(enrolment: Enrolment, session: Session, today: date) -> list[PlannedMessage]:
    """The copy of a late cancellation to who leads the office at that moment (rule 15)."""
    head = leader_of(enrolment.trainee_id, today)
    if head is None:
        return []
    part = str(enrolment.entries.count())
    return [PlannedMessage(LATE_COPY, head, about(enrolment.pk), version=session.version, part=part)]


def leader_of(trainee: int, today: date) -> int | None:
    """The key of the head of the person's office, of the deputy while the head is away; never the person."""
    jobs = Employment.objects.current(today).filter(is_main=True)
    job = jobs.filter(employee=trainee).select_related("office").first()
    if job is None:
        return None
    leaders = [
        key for key in (job.office.head_id, job.office.deputy_id) if key is not None and key != trainee
    ]
    away = set(jobs.filter(employee__in=leaders).exclude(leave="").values_list("employee", flat=True))
    there = set(Employee.objects.employed().filter(pk__in=leaders).values_list("pk", flat=True)) - away
    return next((key for key in leaders if key in there), None)
