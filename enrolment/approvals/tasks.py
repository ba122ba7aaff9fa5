"""What time alone brings about for requests that await a decision."""

import logging

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from enrolment.models import Approval, Enrolment
from scheduling.models import Session

logger = logging.getLogger(__name__)


@shared_task
def keep_terms_of_requests() -> int:
    """Ask HR about what nobody decided in time, and end what nobody decided until the start; return how many.

    Safe to run at any time: by the rows' own terms, so that a day without the beat loses nothing. A session that
    fails is left for the log and the next run (promise R25).
    """
    from enrolment.approvals.actions import keep_terms

    now = timezone.now()
    due = Q(approval_until__lte=now, escalated_at=None) | Q(session__starts_at__lte=now)
    asked = Enrolment.objects.live().filter(due, approval=Approval.ASKED)
    done = 0
    for session in Session.objects.filter(pk__in=asked.values("session")).order_by("pk"):
        try:
            done += keep_terms(session)
        except Exception:
            logger.exception("The terms of requests for session %s cannot be kept.", session.pk)
    return done


@shared_task
def tell_of_waiting_requests() -> int:
    """Plan the week's and the day's letter to each who decides, and return to how many; safe to run often.

    The week's comes first, for who gets it needs no other that day. It must not hold up the day's.
    """
    from enrolment.approvals.actions import tell_deciders
    from enrolment.weekly.actions import tell_of_the_week

    now, told = timezone.now(), 0
    try:
        told = tell_of_the_week(now)
    except Exception:
        logger.exception("The letters about the week cannot be planned.")
    return told + tell_deciders(now)
