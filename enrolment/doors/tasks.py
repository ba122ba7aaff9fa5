"""What time alone brings about for those who are to choose between two sessions."""

import logging

from celery import shared_task
from django.utils import timezone

from centre.models import Policy
from scheduling.models import Session

logger = logging.getLogger(__name__)


@shared_task
def note_unanswered_clashes() -> int:
    """Note who did not choose in time and return how many; safe to run at any time, for the rows' own terms count."""
    from enrolment.doors.clashes import note_unanswered, overdue

    late = overdue(timezone.now(), Policy.objects.current()).values("session")
    done = 0
    for session in Session.objects.filter(pk__in=late).order_by("pk"):
        try:
            done += note_unanswered(session)
        except Exception:
            logger.exception("Unanswered clashes of session %s cannot be noted.", session.pk)
    return done
