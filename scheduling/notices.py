"""Which messages the actions of scheduling plan for those who teach; `scheduling.letters` says what they become.

Everything told to a trainer is about the session ("session:12"), with its version.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from centre.models import Policy
from notifications.actions import PlannedMessage
from notifications.quiet_hours import outside_quiet_hours
from scheduling.models import Session

TOO_FEW = "too_few_people"
SHEET_REMINDERS = ("sheet_due_first", "sheet_due_second")
# The sheet is reminded of so long after the end of the last meeting, and the next morning (rule 20).
SHEET_LEAD = timedelta(hours=2)


def about(session_id: int) -> str:
    return f"session:{session_id}"


def sheet_messages(
    session: Session, trainers: Iterable[int], *, policy: Policy, now: datetime
) -> list[PlannedMessage]:
    """The reminders to close the sheet, to each person who teaches: two hours after the end and next morning.

    What would come in the quiet hours comes in the morning, and then once.
    """
    zone = timezone.get_default_timezone()
    next_day = session.ends_at.astimezone(zone).date() + timedelta(days=1)
    morning = datetime.combine(next_day, policy.quiet_until, tzinfo=zone)
    evening = outside_quiet_hours(session.ends_at + SHEET_LEAD, policy, zone)
    times = zip(SHEET_REMINDERS, (evening, morning), strict=True)
    return [
        PlannedMessage(kind, person, about(session.pk), at, version=session.version)
        for kind, at in times
        for person in sorted(trainers)
        if at > now and (kind == "sheet_due_second" or evening < morning)
    ]


def teaching_messages(
    session: Session, trainers: Iterable[int], *, kind: str, old_starts_at: datetime | None = None
) -> list[PlannedMessage]:
    """The news of a change or a cancellation, to those who taught the session before or teach it now."""
    context: dict[str, object] = {"old_starts_at": old_starts_at.isoformat()} if old_starts_at else {}
    return [
        PlannedMessage(kind, person, about(session.pk), version=session.version, context=context)
        for person in sorted(trainers)
    ]


def too_few_messages(
    cards: Iterable[tuple[int, str, str]], admins: Iterable[int], day: date
) -> list[PlannedMessage]:
    """The question of a day about sessions with too few people: session, stage and day of each new card (rule 8)."""
    context: dict[str, object] = {"cards": [list(card) for card in cards]}
    return [PlannedMessage(TOO_FEW, admin, f"too_few:{day}", context=context) for admin in admins]
