"""What the time left before the start makes of a freed seat, and until when an offer is to be answered (rule 14).

Functions of moments and the policy, without the ORM.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from django.utils import timezone

from centre.models import Policy


class Way(Enum):
    """How a freed seat reaches who is next in the queue."""

    # The person is asked, and the seat is kept for them meanwhile.
    OFFER = auto()
    # Too little time to ask: those who wished for it are booked at once.
    SHORT_NOTICE = auto()
    # Nobody by itself: staff speak with people.
    STAFF = auto()
    # The session has begun.
    NONE = auto()


def way_to_seat(starts_at: datetime, now: datetime, policy: Policy) -> Way:
    """By the time left; exactly so many hours belong to the later way."""
    left = starts_at - now
    if left <= timedelta():
        return Way.NONE
    if left > timedelta(hours=policy.offer_above_hours):
        return Way.OFFER
    return Way.SHORT_NOTICE if left > timedelta(hours=policy.short_notice_hours) else Way.STAFF


def answer_until(now: datetime, starts_at: datetime, policy: Policy) -> datetime:
    """When an offer made now ends: after so many hours of the centre's day, but before short notice begins."""
    latest = starts_at - timedelta(hours=policy.short_notice_hours)
    zone = timezone.get_default_timezone()
    left = timedelta(hours=policy.offer_answer_hours)
    day = now.astimezone(zone).date()
    while True:
        opens = datetime.combine(day, policy.offer_hours_from, tzinfo=zone).astimezone(now.tzinfo)
        closes = datetime.combine(day, policy.offer_hours_until, tzinfo=zone).astimezone(now.tzinfo)
        begins = max(opens, now)
        if begins >= latest:
            return latest
        if begins + left <= closes:
            return min(begins + left, latest)
        left -= max(timedelta(), closes - begins)
        day += timedelta(days=1)


def term_after_move(term: datetime, starts_at: datetime, now: datetime, policy: Policy) -> datetime:
    """The term of a standing offer whose session begins at another time now: never longer than it was promised.

    It ends before short notice begins; of a session that was moved to within it, at the start, for the centre moved it.
    """
    latest = starts_at - timedelta(hours=policy.short_notice_hours)
    return min(term, latest if latest > now else starts_at)
