"""Celery's broker in a folder, for an installation without Redis; it survives kill -9.

Kombu's own filesystem transport fills a message's file after making it, so that a worker polling in between ends
with a JSON error, and it forgets a message once read, so that a killed worker takes its messages along. Here a
message is written aside and renamed into its queue, and a read one stays in the worker's folder until it is
acknowledged. What dead workers held goes back to the queues: their lock is free, for the kernel drops it.

    queues/<queue>/<time>-<id>          waits
    taken/<worker>/<queue>/<the same>   is being worked on; taken/<worker>.lock says that the worker lives
    aside/                              is being written
"""

import contextlib
import fcntl
import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import IO, Any
from urllib.parse import quote

from kombu.asynchronous import Hub
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

TRANSPORT_ALIASES["safefs"] = f"{__name__}:Transport"

SWEEP_SECONDS = 2.0
ABANDONED_SECONDS = 3600

logger = logging.getLogger(__name__)


class WorkerFolder:
    """Where this process keeps the messages that it works on, under a lock that ends with it."""

    _of_processes: dict[tuple[Path, int], "WorkerFolder"] = {}

    def __init__(self, broker: Path) -> None:
        name = uuid.uuid4().hex
        self.path = broker / "taken" / name
        self.path.mkdir()
        aside = broker / "aside" / f"{name}.lock"
        self._lock: IO[str] = aside.open("w")
        # A record lock: forked children do not inherit it, so that it says whether the worker itself lives.
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        # Locked first, seen by others second.
        aside.rename(self.path.with_suffix(".lock"))

    @classmethod
    def of_this_process(cls, broker: Path) -> "WorkerFolder":
        key = (broker, os.getpid())
        if key not in cls._of_processes:
            cls._of_processes[key] = cls(broker)
        return cls._of_processes[key]

    def folders_of_the_dead(self) -> Iterator[Path]:
        """Folders of processes that are gone; each is locked against other sweepers, and removed afterwards."""
        for lock in self.path.parent.glob("*.lock"):
            folder = lock.with_suffix("")
            if folder == self.path:
                continue  # opening and closing our own lock file would drop the lock
            with (
                contextlib.suppress(OSError),
                lock.open("r+") as file,
            ):  # OSError: its owner lives, or is swept
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield folder
                for path in sorted(folder.glob("**/"), reverse=True):
                    path.rmdir()
                lock.unlink()


class QoS(virtual.QoS):
    """Acknowledging a message removes its file."""

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.forget(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue=requeue)
        self.channel.forget(delivery_tag)


class Channel(virtual.Channel):
    """A channel of Celery over the broker's folder."""

    QoS = QoS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(self.connection.client.transport_options["folder"])
        for name in ("queues", "taken", "aside"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._held: dict[str, Path] = {}
        self._swept_at = -SWEEP_SECONDS

    def _queue(self, queue: str) -> Path:
        return self.folder / "queues" / quote(queue, safe="")

    def _messages(self, queue: str) -> list[Path]:
        """The messages of the queue, oldest first."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(self._queue(queue).iterdir())
        return []

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        aside = self.folder / "aside" / name
        aside.write_text(dumps(message), "utf-8")
        self._queue(queue).mkdir(exist_ok=True)
        aside.replace(self._queue(queue) / name)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        self._return_what_the_dead_held()
        own = WorkerFolder.of_this_process(self.folder).path / quote(queue, safe="")
        for path in self._messages(queue):
            own.mkdir(exist_ok=True)
            taken = own / path.name
            try:
                path.rename(taken)  # one reader wins
            except FileNotFoundError:
                continue
            try:
                message: dict[str, Any] = loads(taken.read_text("utf-8"))
            except ValueError:
                # Only a machine that lost its power leaves such a file; the facts are in the database.
                logger.warning("The broken message %s was dropped.", taken.name)
                taken.unlink()
                continue
            self._held[message["properties"]["delivery_tag"]] = taken
            return message
        raise Empty

    def forget(self, delivery_tag: str) -> None:
        if path := self._held.pop(delivery_tag, None):
            path.unlink(missing_ok=True)

    def _restore(self, message: virtual.Message) -> None:
        """Put a message that was read but not done back in its queue and place."""
        if path := self._held.pop(message.delivery_tag, None):
            path.rename(self.folder / "queues" / path.parent.name / path.name)

    def basic_consume(
        self, queue: str, no_ack: bool, callback: Callable[[Any], Any], consumer_tag: str, **kwargs: Any
    ) -> None:
        def forget_and_call(message: virtual.Message) -> Any:
            self.forget(message.delivery_tag)
            return callback(message)

        receiver = forget_and_call if no_ack else callback
        super().basic_consume(queue, no_ack, receiver, consumer_tag, **kwargs)

    def basic_get(self, queue: str, no_ack: bool = False, **kwargs: Any) -> virtual.Message | None:
        message = super().basic_get(queue, no_ack=no_ack, **kwargs)
        if message is not None and no_ack:
            self.forget(message.delivery_tag)
        return message

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for path in messages:
            path.unlink(missing_ok=True)
        return len(messages)

    def _return_what_the_dead_held(self) -> None:
        now = time.monotonic()
        if now - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = now
        for folder in WorkerFolder.of_this_process(self.folder).folders_of_the_dead():
            for path in folder.glob("*/*"):
                path.rename(self.folder / "queues" / path.parent.name / path.name)
        for path in (self.folder / "aside").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    path.unlink()


class Transport(virtual.Transport):
    """``safefs://`` with the folder in the transport options.

    It works inside Celery's event loop, as Redis does: there each child of a worker has a pipe of its own. Without
    the loop all children wait at one pipe under a lock, and a child killed with -9 takes the lock along: the others
    would wait for ever.
    """

    Channel = Channel
    implements = virtual.Transport.implements.extend(asynchronous=True)
    polling_interval = 0.2
    driver_type = driver_name = "safefs"

    def register_with_event_loop(self, connection: virtual.Transport, loop: Hub) -> None:
        loop.call_repeatedly(self.polling_interval, self._deliver_what_waits, connection)

    def _deliver_what_waits(self, connection: virtual.Transport) -> None:
        with contextlib.suppress(TimeoutError):
            while True:
                self.drain_events(connection, timeout=0)

    def driver_version(self) -> str:
        return "1"
