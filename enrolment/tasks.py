"""What time alone brings about for enrolments."""

import logging

from celery import shared_task
from django.db.models import Count, F, Q
from django.utils import timezone

from enrolment.models import APPROVAL_SETTLED, SEATS_TAKEN, Ending, Enrolment, Seat
from people.models import Employee
from scheduling.models import Session

logger = logging.getLogger(__name__)


@shared_task
def give_free_seats() -> int:
    """Ask the queues again where a seat is free, and return how many people got one; safe to run at any time.

    Every action that frees a seat promotes in its own transaction. This is for those who were passed over and
    qualify by now: they have completed a prerequisite since, say. A session that fails is left for the log and the
    next run: the other queues must move (promise R25).
    """
    from enrolment.actions import promote_waiting

    taken = Count("enrolments", filter=Q(enrolments__seat__in=SEATS_TAKEN))
    waiting = Count(
        "enrolments",
        filter=Q(
            enrolments__seat=Seat.WAITING,
            enrolments__ended_because=Ending.LIVE,
            enrolments__approval__in=APPROVAL_SETTLED,
        ),
    )
    sessions = Session.objects.upcoming().annotate(taken=taken, waiting=waiting)
    promoted = 0
    for session in sessions.filter(waiting__gt=0, taken__lt=F("seats")).order_by("pk"):
        try:
            promoted += len(promote_waiting(session))
        except Exception:
            logger.exception("The queue of session %s cannot be asked.", session.pk)
    return promoted


@shared_task
def end_enrolments_of_leavers() -> int:
    """End what people who left the organisation still had ahead, and return of how many; safe to run at any time.

    The staff list does it at once after its commit. This is for an account that was closed in another way, and
    for a process that was killed in between.
    """
    from enrolment.actions import end_enrolments_of_leaver

    ahead = Enrolment.objects.ahead(timezone.now()).values("trainee")
    done = 0
    for leaver in Employee.objects.filter(is_active=False, pk__in=ahead).order_by("pk"):
        try:
            done += bool(end_enrolments_of_leaver(leaver))
        except Exception:
            logger.exception("The enrolments of person %s cannot be ended.", leaver.pk)
    return done


@shared_task
def end_clashes() -> int:
    """End the clashes after a move in which the other booking is gone, and return how many; safe to run at any time.

    Who cancels the other enrolment ends the clash at once. This is for a cancelled or moved session.
    """
    from enrolment.actions import end_clashes_of

    clashing = Enrolment.objects.clashing(timezone.now())
    ended = 0
    for session in Session.objects.filter(pk__in=clashing.values("session")).order_by("pk"):
        try:
            ended += len(end_clashes_of(session))
        except Exception:
            logger.exception("The clashes of session %s cannot be ended.", session.pk)
    return ended


@shared_task
def refresh_due_days() -> int:
    """Count anew until when people are to complete mandatory courses, and return how many terms changed.

    What moves a term does it at once. This is for what time brings, such as a job that ends or a completion of a
    later day, and for a process that was killed in between; safe to run at any time.
    """
    from enrolment.queue.actions import refresh_due_days

    return refresh_due_days()
