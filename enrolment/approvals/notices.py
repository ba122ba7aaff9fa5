"""What approvals tell: decisions to the trainee, what waits to whoever decides."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from enrolment.models import Enrolment
from enrolment.notices import about
from notifications.actions import PlannedMessage

GRANTED, REFUSED, NOT_DECIDED = "request_granted", "request_refused", "request_not_decided"
WAITING, ESCALATED, URGENT = "requests_waiting", "requests_escalated", "request_urgent"
# To who decides: a date that the trainee has changed themselves.
DATE_CHANGED = "date_changed"
# So long a decision may be taken back; the trainee hears of it afterwards, and so of nothing that is not so any more.
UNDO_MINUTES = 10


def decision_message(
    enrolment: Enrolment, kind: str, now: datetime, context: dict[str, object] | None = None
) -> PlannedMessage:
    """The news of a decision; one after a decision that was taken back is other news."""
    return PlannedMessage(
        kind,
        enrolment.trainee_id,
        about(enrolment.pk),
        now + timedelta(minutes=UNDO_MINUTES),
        context=context or {},
        part=f"{now:%Y%m%dT%H%M%S%f}",
    )


def not_decided_messages(enrolments: Iterable[Enrolment]) -> list[PlannedMessage]:
    return [PlannedMessage(NOT_DECIDED, one.trainee_id, about(one.pk)) for one in enrolments]


def daily_messages(kind: str, people: Iterable[int], day: date) -> list[PlannedMessage]:
    """One letter a person and day, whatever waits: it lists what waits when it leaves."""
    return [
        PlannedMessage(kind, person, f"person:{person}", part=day.isoformat()) for person in sorted(people)
    ]
