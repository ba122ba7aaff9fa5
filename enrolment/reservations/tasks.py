"""What time alone brings about for seats without a name."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from centre.models import Policy
from enrolment.models import Reservation
from enrolment.reservations.models import kept_from
from scheduling.models import Session

logger = logging.getLogger(__name__)


@shared_task
def keep_reservations() -> int:
    """Tell heads of seats that are released tomorrow, and give what is released to the queues; return how many ended.

    Safe to run at any time: the clock decides, so that a day without the beat keeps no seat longer. A session that
    fails is left for the log and the next run (promise R25).
    """
    from enrolment.reservations.actions import keep_reservations_of

    now = timezone.now()
    tomorrow = kept_from(now + timedelta(days=1), Policy.objects.current(now))
    due = Reservation.objects.standing().filter(session__starts_at__lte=tomorrow)
    ended = 0
    for session in Session.objects.filter(pk__in=due.values("session")).order_by("pk"):
        try:
            ended += keep_reservations_of(session, now)
        except Exception:
            logger.exception("The kept seats of session %s cannot be released.", session.pk)
    return ended
