"""What time alone brings about for offers."""

import logging

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from enrolment.models import Enrolment, Seat
from scheduling.models import Session

logger = logging.getLogger(__name__)


@shared_task
def lapse_due_offers() -> int:
    """End the offers that nobody answered in time, each seat going to the next; return how many.

    Safe to run at any time and twice at once: by the rows' own terms, so that a day without the beat loses nothing.
    A session that fails is left for the log and the next run (promise R25).
    """
    from enrolment.offers.actions import lapse_offers

    now = timezone.now()
    due = Q(offer_until__lte=now) | Q(session__starts_at__lte=now)
    offered = Enrolment.objects.live().filter(due, seat=Seat.OFFERED)
    ended = 0
    for session in Session.objects.filter(pk__in=offered.values("session")).order_by("pk"):
        try:
            ended += len(lapse_offers(session))
        except Exception:
            logger.exception("The offers of session %s cannot be ended.", session.pk)
    return ended
