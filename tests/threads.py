"""Many people at once: real threads over real connections, released together."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the calls at the same moment, each in its own thread and connection; results or exceptions in order."""
    results: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls), timeout=60)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, call)) for index, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def before_the_commit(
    first: Callable[[], Any], second: Callable[[], Any], meanwhile: Callable[[], Any] = lambda: None
) -> Any:
    """What `second` answers, or raises, when `first` has written but not committed as it begins.

    `meanwhile` is done just before the commit.

    The commit comes when `second` waits for a lock, or has finished without waiting for one: no chance is left
    to the speed of the machine. An action that forgets its lock decides by what stood there before `first`.
    """
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(second())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        deadline = time.monotonic() + 30
        while thread.is_alive() and not somebody_waits_for_a_lock():
            assert time.monotonic() < deadline, "neither finished nor waiting"
            time.sleep(0.01)
        meanwhile()
    thread.join(timeout=60)
    (result,) = results
    return result


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        # The view is a snapshot of the transaction's, unless told otherwise.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def nobody_holds(row: Model) -> bool:
    """Whether the row is unlocked; to be asked outside the transaction that might hold it."""
    found = type(row)._default_manager.filter(pk=row.pk)
    return found.select_for_update(skip_locked=True, no_key=True).exists()
