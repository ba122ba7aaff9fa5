"""Sending what is due. The ledger is the truth; the broker only wakes the sweeper, and may lose every word."""

import logging
import math
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from centre.models import Policy
from notifications.delivery import deliver_or_note_failure
from notifications.models import Message

logger = logging.getLogger(__name__)

# A run ends well before Celery's time limit would kill it in the middle of a letter; the next one goes on.
LONGEST_RUN = timedelta(seconds=60)


@shared_task
def send_due_messages() -> int:
    """Send what is due and return how many were dealt with; safe to run twice, or twice at once.

    A worker killed between sending and marking leaves the row to the next run, which sends it again under the
    same Message-ID, made from its key: the one repeat that cannot be avoided, and the mail server can see it.
    """
    policy = Policy.objects.current()
    begun = monotonic()
    sent = 0
    while send_next_message(timezone.now(), policy):
        sent += 1
        if monotonic() - begun > LONGEST_RUN.total_seconds():
            nudge()
            break
    return sent


@transaction.atomic
def send_next_message(now: datetime, policy: Policy) -> bool:
    """Deal with the oldest due message that nobody else holds; False when none is left.

    The row stays locked while it is sent, so whoever moves or cancels the session waits for it, and nothing
    old leaves afterwards. SMTP has a short timeout; a failure is recorded with the next try, never raised.
    """
    due = Message.objects.due(now).select_related("recipient").order_by("send_after", "pk")
    message = due.select_for_update(skip_locked=True, of=("self",)).first()
    if message is None:
        return False
    deliver_or_note_failure(message, now, policy)
    return True


class Nudges:
    """The runs that this process asks for: the first at once, and while news goes on one a `gap`.

    Asking costs more than the news itself. Whoever has news before a run that is asked for has begun needs no other.
    """

    def __init__(self, gap: timedelta) -> None:
        self.gap = gap.total_seconds()
        self._latest = -math.inf  # when the latest run that was asked for begins
        self._guard = Lock()

    def wait(self, now: float) -> float | None:
        """Seconds until the run to ask for; None when one that was asked for is still to begin."""
        with self._guard:
            if now < self._latest:
                return None
            self._latest = max(now, self._latest + self.gap)
            return self._latest - now


_nudges = Nudges(gap=timedelta(seconds=1))


def nudge() -> None:
    """Ask for a run now instead of at the next beat. Never breaks or holds up the request that has news.

    With the broker down the news leaves by the beat, as soon as the broker is back (promise R13).
    """
    wait = _nudges.wait(monotonic())
    if wait is None:
        return
    try:
        send_due_messages.apply_async(countdown=wait or None)
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not answer; messages leave at the next beat: %s", error)
