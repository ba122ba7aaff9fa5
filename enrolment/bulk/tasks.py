"""Lists of people are looked through, carried out and undone in the background."""

from celery import shared_task
from django.db import connection, transaction

from accounts.tasks import nudge
from enrolment.models import BulkRun

# The first half of the locks under which runs are worked on.
BULK_RUNS = 29
# Two thousand people take minutes where other tasks take seconds.
WORK_SECONDS = 1800


@shared_task(time_limit=WORK_SECONDS)
def work_on_bulk_runs() -> int:
    """Do what runs wait for; return with how many something was done. Safe to run twice, or twice at once.

    One run is worked on by one worker, for its order is the order of arrival. The lock ends with the connection of a
    worker that was killed, and the next one goes on behind the last person.
    """
    waiting = list(BulkRun.objects.to_be_worked_on().values_list("pk", flat=True))
    return sum(work_on(pk) for pk in waiting)


def work_on(pk: int) -> bool:
    """Do what the run waits for; whether there was something to do that nobody else does at this moment."""
    from enrolment.bulk.actions import carry_out
    from enrolment.bulk.making import read_received

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [BULK_RUNS, pk])
        if not cursor.fetchone()[0]:
            return False
        try:
            found = BulkRun.objects.to_be_worked_on().select_related("made_by", "applied_by", "undone_by")
            run = found.filter(pk=pk).first()
            if run is None:
                return False
            read_received(run) if run.state == BulkRun.State.READING else carry_out(run)
            return True
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [BULK_RUNS, pk])


@shared_task
def forget_bulk_runs() -> int:
    """Delete the lists that nobody carried out for a month, and return how many; they are full of people."""
    forgotten = BulkRun.objects.forgotten()
    count = forgotten.count()
    forgotten.delete()
    return count


def work_on_commit() -> None:
    """Ask for work right after the commit; with the broker down the beat is half a minute late."""
    transaction.on_commit(lambda: nudge(work_on_bulk_runs), robust=True)
