"""Noting how something ended which nobody watches: one statement each, for some of it ends every half minute."""

from django.utils import timezone

from centre.models import Heartbeat

# What is noted under a name of its own; periodic tasks stand under theirs.
WORKER, BACKUP, RESTORE_TEST = "worker", "backup", "restore_test"
ERROR_MAX = 300


def heard(name: str) -> None:
    """It ended well, now. When it last failed, and how, stays to be read."""
    write(Heartbeat(name=name, at=timezone.now()), ["at"])


def failed(name: str, error: str) -> None:
    """It failed, now. When it last ended well stays to be read."""
    first_line = error.strip().partition("\n")[0][:ERROR_MAX]  # a database's second line quotes rows
    write(Heartbeat(name=name, failed_at=timezone.now(), error=first_line), ["failed_at", "error"])


def write(heartbeat: Heartbeat, fields: list[str]) -> None:
    Heartbeat.objects.bulk_create(
        [heartbeat], update_conflicts=True, unique_fields=["name"], update_fields=fields
    )
