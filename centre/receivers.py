"""What the centre hears of periodic tasks: when each last ended well or failed, one small write a run."""

from typing import Any

from celery import Task
from celery.signals import task_failure, task_success
from django.conf import settings

from centre.heartbeats import failed, heard

# The task that writes the sign of life of the worker says enough by that.
NOT_NOTED = {"centre.tasks.note_heartbeat"}


def is_noted(task: Task) -> bool:
    periodic = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    return task.name in periodic - NOT_NOTED


@task_success.connect
def note_success(sender: Task, **kwargs: Any) -> None:
    if is_noted(sender):
        heard(sender.name)


@task_failure.connect
def note_failure(sender: Task, exception: BaseException, **kwargs: Any) -> None:
    """Celery logs the whole of it; the page of the state shows the first line."""
    if is_noted(sender):
        failed(sender.name, f"{type(exception).__name__}: {exception}")
