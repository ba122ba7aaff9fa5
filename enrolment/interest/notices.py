"""Which messages wishes bring about; `enrolment.interest.letters` says what they become.

Everything about a wish is told about "interest:12", so that one call withdraws what is still to be told.
"""

from collections.abc import Iterable

from enrolment.interest.models import Interest
from notifications.actions import PlannedMessage

DATE_OPENED, ENDED = "wished_date_opened", "wish_ended"


def about(interest_id: int) -> str:
    return f"interest:{interest_id}"


def opened_message(wish: Interest, session_id: int, cause: str) -> PlannedMessage:
    """The news that dates of the course opened, `session_id` among them; which there are, the letter says."""
    return PlannedMessage(DATE_OPENED, wish.trainee_id, about(wish.pk), part=str(session_id), cause=cause)


def ended_messages(wishes: Iterable[Interest]) -> list[PlannedMessage]:
    return [PlannedMessage(ENDED, wish.trainee_id, about(wish.pk)) for wish in wishes]
