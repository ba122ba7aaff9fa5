"""What time and other changes bring about for wishes."""

import logging

from celery import shared_task

from enrolment.interest.models import Interest
from scheduling.models import Session

logger = logging.getLogger(__name__)


@shared_task
def keep_wishes() -> int:
    """End wishes without a reason, offer seats that came free, and return how many were offered; safe at any time.

    A publication tells and offers in its own transaction. This is for a seat that was declined, given up or added
    since, and for a publication whose news was lost. A session that fails is left for the log and the next run.
    """
    from enrolment.interest.actions import end_wishes_without_reason, offer_dates_of

    end_wishes_without_reason()
    wanted = Interest.objects.live().values("course")
    made = 0
    for session in Session.objects.upcoming().filter(course__in=wanted).order_by("pk"):
        try:
            made += len(offer_dates_of(session))
        except Exception:
            logger.exception("The seats of session %s cannot be offered.", session.pk)
    return made
