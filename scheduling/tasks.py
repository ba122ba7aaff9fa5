"""What time alone brings about for planned sessions."""

from celery import shared_task


@shared_task
def tell_of_silent_trainers() -> int:
    """Tell HR of trainers who have not answered in time, and return how many; safe to run at any time.

    Whether somebody is late follows from the clock and stands among the problems without this task.
    """
    from scheduling.assignments.actions import tell_of_silence

    return tell_of_silence()
