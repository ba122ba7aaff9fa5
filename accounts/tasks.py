"""What time alone brings about for accounts, and answers to requests for new passwords."""

import logging
from datetime import timedelta

from celery import Task, shared_task
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import BrowserSession, PasswordRequest, StaffImport, StaffImportRow

logger = logging.getLogger(__name__)

# A session that is over is remembered for a day: who comes back to a form finds what they typed.
KEPT_FOR = timedelta(days=1)
# Staff lists are full of people.
LISTS_KEPT_FOR = timedelta(days=30)
# The first half of the locks under which staff lists are worked on.
STAFF_LISTS = 28
# Fifty thousand rows take minutes where other tasks take seconds.
WORK_ON_LISTS_SECONDS = 1800


@shared_task
def close_accounts_of_leavers() -> int:
    """Close the accounts of people whose last working day is over, and return of how many; safe to run at any time."""
    from accounts.staff_import.leaders import close_accounts_of_leavers as close

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


@shared_task(time_limit=WORK_ON_LISTS_SECONDS)
def work_on_staff_lists() -> int:
    """Read and apply the lists that wait for it; return how many. Safe to run twice, or twice at once.

    One list is worked on by one worker: the lock ends with the connection of a worker that was killed, and the
    next run begins the list anew.
    """
    from accounts.staff_import.actions import read_received
    from accounts.staff_import.apply import apply_ordered

    done = 0
    waiting = StaffImport.objects.filter(state__in=[StaffImport.State.READING, StaffImport.State.APPLYING])
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [STAFF_LISTS, pk])
            if not cursor.fetchone()[0]:
                continue
            try:
                if staff_import := waiting.filter(pk=pk).first():
                    is_read = staff_import.state != StaffImport.State.READING
                    apply_ordered(staff_import) if is_read else read_received(staff_import)
                    done += 1
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [STAFF_LISTS, pk])
    return done


def work_on_commit() -> None:
    """Ask for work on staff lists right after the commit; with the broker down the beat is half a minute late."""
    transaction.on_commit(lambda: nudge(work_on_staff_lists), robust=True)


@shared_task
def clear_accounts() -> int:
    """Delete sessions and requests that ended a day ago, and what old staff lists left behind.

    A list that nobody applied goes after a month, and of an applied one the rows, unless it may still be undone.
    Return how many sessions and requests went.
    """
    before = timezone.now() - KEPT_FOR
    old = timezone.now() - LISTS_KEPT_FOR
    StaffImport.objects.filter(applied_at__isnull=True, uploaded_at__lt=old).delete()
    last = StaffImport.objects.applied().filter(state=StaffImport.State.APPLIED).values("pk")[:1]
    StaffImportRow.objects.filter(staff_import__applied_at__lt=old).exclude(staff_import__in=last).delete()
    sessions = BrowserSession.objects.filter(expire_date__lt=before).delete()[0]
    return sessions + PasswordRequest.objects.filter(answered_at__lt=before).delete()[0]


def nudge_on_commit() -> None:
    """Ask for a run right after the commit; with the broker down the beat is half a minute late."""
    transaction.on_commit(lambda: nudge(answer_password_requests), robust=True)


def nudge(task: Task) -> None:
    try:
        task.delay()
    except (OperationalError, OSError) as error:
        logger.warning("The broker does not answer; %s waits for the beat: %s", task.name, error)
