"""A small Celery application for the tests of the broker: its tasks write their numbers into a file."""

import os
import time
from pathlib import Path

from celery import Celery

from trainingcenter import safefs

__all__ = ["app", "safefs"]

FOLDER = Path(os.environ["BROKER_TEST_FOLDER"])
BROKER_URL = os.environ.get("BROKER_TEST_URL", "safefs://")

app = Celery("broker_app", broker=BROKER_URL)
app.conf.update(
    broker_transport_options={"folder": str(FOLDER / "broker")} if BROKER_URL == "safefs://" else {},
    broker_connection_retry_on_startup=True,
    task_default_queue=os.environ.get("BROKER_TEST_QUEUE", "celery"),
    task_acks_late=True,
    task_ignore_result=True,
    worker_enable_remote_control=False,
    worker_prefetch_multiplier=1,
)


@app.task
def note(number: int) -> None:
    time.sleep(0.02)
    with (FOLDER / "done").open("a") as file:
        file.write(f"{number}\n")
