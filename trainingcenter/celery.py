"""The Celery application: it wakes the sweepers; the facts they act on live in PostgreSQL."""

import os
from typing import Any

import django
from celery import Celery, Task
from celery.signals import beat_init, worker_init

from audit.context import acting
from trainingcenter import safefs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingcenter.settings")

__all__ = ["app", "safefs"]  # importing safefs registers the broker that needs no Redis

STDERR = 2


class AuditedTask(Task):
    """A task whose changes are recorded under its name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with acting(source=f"task {self.name}"):
            return super().__call__(*args, **kwargs)


app = Celery("trainingcenter", task_cls=AuditedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """Worker and beat stay shut like the web (see wsgi.py)."""
    django.setup()
    from trainingcenter import checks  # they need the settings

    try:
        checks.refuse_unsafe_start()
    except checks.UnsafeStart as error:
        # Celery would only log an ordinary exception of a receiver, and its beat swallows what is logged here.
        os.write(STDERR, f"{error}\n".encode())
        raise SystemExit(1) from error
