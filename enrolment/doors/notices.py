"""Which messages the changes of an enrolment plan; `enrolment.doors.letters` says what they become."""

from datetime import UTC, date, datetime
from typing import Any

from enrolment.conditions import Situation
from enrolment.models import Enrolment
from enrolment.notices import REMINDERS, about
from notifications.actions import PlannedMessage
from notifications.models import Message
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


def revive_reminders(enrolment: Enrolment, situation: Situation) -> None:
    """Let the reminders leave again that were withdrawn with the seat: the same ones are not planned twice.

    Without a seat they do not leave, and with one that comes later they are wanted.
    """
    now = situation.now
    starts = [meeting.starts_at.astimezone(UTC).isoformat() for meeting in situation.meetings]
    withdrawn = Message.objects.filter(subject=about(enrolment.pk), kind__in=REMINDERS, send_after__gt=now)
    # Of this version alone, for a change of the session planned the same reminders anew.
    withdrawn = withdrawn.filter(context__starts_at__in=starts, version=situation.session.version)
    withdrawn.filter(state=Message.State.WITHDRAWN).update(state=Message.State.PLANNED)


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
