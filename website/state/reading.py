"""What the page of the state reads, each in a limited time and one statement at most; judging.py judges it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min

from accounts.models import StaffImport
from centre.models import Heartbeat
from notifications.models import Message
from website.health import STATEMENT_MILLISECONDS, applied_migrations, known_migrations

Found = TypeVar("Found")

DISK_SECONDS = 2.0
LARGEST_TABLES = 3


class TooSlow(Exception):
    """A disk did not answer in its time."""


@contextmanager
def limited_time() -> Iterator[None]:
    """Statements inside are stopped after a second. Nothing is written: it is taken back, and the limit with it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}")
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Queue:
    """Of messages: how many, and since when the oldest."""

    count: int
    oldest: datetime | None


def due_messages(now: datetime) -> Queue:
    return Queue(**Message.objects.due(now).order_by().aggregate(count=Count("pk"), oldest=Min("send_after")))


def failed_messages(now: datetime) -> Queue:
    failed = Message.objects.filter(state=Message.State.FAILED).order_by()
    return Queue(**failed.aggregate(count=Count("pk"), oldest=Min("send_after")))


def busy_staff_lists(now: datetime) -> Queue:
    busy = StaffImport.objects.filter(state__in=[StaffImport.State.READING, StaffImport.State.APPLYING])
    return Queue(**busy.order_by().aggregate(count=Count("pk"), oldest=Min("uploaded_at")))


def heartbeats(now: datetime) -> dict[str, Heartbeat]:
    return {one.name: one for one in Heartbeat.objects.all()}


def missing_migrations(now: datetime) -> list[str]:
    """Those of this code that the database lacks, as "app.name"."""
    with connection.cursor() as cursor:
        applied = applied_migrations(cursor)
    return sorted(f"{app}.{name}" for app, name in known_migrations() - applied)


@dataclass(frozen=True)
class DatabaseSize:
    whole: int
    largest: list[tuple[str, int]]


SIZES = """
    SELECT pg_database_size(current_database()), relname, size FROM (
        SELECT relname, pg_total_relation_size(oid) AS size FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        ORDER BY size DESC LIMIT %s
    ) AS largest ORDER BY size DESC
"""


def database_size(now: datetime) -> DatabaseSize:
    with connection.cursor() as cursor:
        cursor.execute(SIZES, [LARGEST_TABLES])
        rows = cursor.fetchall()
    return DatabaseSize(rows[0][0], [(name, size) for _whole, name, size in rows])


@dataclass(frozen=True)
class Disk:
    """Where a folder lies, and how much is free there."""

    folder: Path
    free: int
    total: int

    @property
    def free_percent(self) -> int:
        return self.free * 100 // self.total if self.total else 0


def disks(now: datetime) -> list[Disk]:
    """Of uploads and of the working folder, once when they lie on one disk.

    Raises:
        TooSlow: a network drive that is away makes whoever asks it wait for ever.
        OSError: it cannot be asked.
    """
    return in_time(ask_disks, DISK_SECONDS)


def ask_disks() -> list[Disk]:
    found: dict[int, Disk] = {}
    for folder in (Path(settings.MEDIA_ROOT), Path(settings.VAR_DIR)):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        usage = shutil.disk_usage(there)
        found.setdefault(there.stat().st_dev, Disk(folder, usage.free, usage.total))
    return list(found.values())


waiting: dict[str, Thread] = {}


def in_time(ask: Callable[[], Found], seconds: float) -> Found:
    """What `ask` answers; while an earlier one still hangs, no second thread is begun for it.

    Raises:
        TooSlow: nothing came within the time.
    """
    answers: list[Found | OSError] = []

    def work() -> None:
        try:
            answers.append(ask())
        except OSError as error:
            answers.append(error)

    if (earlier := waiting.get(ask.__name__)) and earlier.is_alive():
        raise TooSlow
    thread = waiting[ask.__name__] = Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answers:
        raise TooSlow
    if isinstance(answers[0], OSError):
        raise answers[0]
    return answers[0]
