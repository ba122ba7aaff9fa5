"""What time alone brings about for accounts, and answers to requests for new passwords."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import BrowserSession, PasswordRequest

logger = logging.getLogger(__name__)

# A session that is over is remembered for a day: who comes back to a form finds what they typed.
KEPT_FOR = timedelta(days=1)


@shared_task
def close_accounts_of_leavers() -> int:
    """Close the accounts of people whose last working day is over, and return of how many; safe to run at any time."""
    from accounts.staff_import.actions import close_accounts_of_leavers as close

    return len(close())


@shared_task
def answer_password_requests() -> int:
    """Answer who forgot a password; return how many. Safe to run twice, or twice at once."""
    from accounts.actions.passwords import answer_request

    answered = 0
    while True:
        with transaction.atomic():
            waiting = PasswordRequest.objects.waiting().order_by("pk")
            request = waiting.select_for_update(skip_locked=True, of=("self",)).first()
            if request is None:
                return answered
            answer_request(request)
            answered += 1


@shared_task
def clear_accounts() -> int:
    """Delete sessions and requests that ended more than a day ago; return how many."""
    before = timezone.now() - KEPT_FOR
    sessions = BrowserSession.objects.filter(expire_date__lt=before).delete()[0]
    return sessions + PasswordRequest.objects.filter(answered_at__lt=before).delete()[0]


def nudge_on_commit() -> None:
    """Ask for a run right after the commit; with the broker down the beat is half a minute late."""
    transaction.on_commit(nudge, robust=True)


def nudge() -> None:
    try:
        answer_password_requests.delay()
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not answer; requests for passwords wait for the beat: %s", error)
