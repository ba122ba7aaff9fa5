"""Runs the whole centre on one machine until Ctrl-C: PostgreSQL, web, worker and beat; ``bin/start`` calls it.

A child that dies is started again; one that cannot live stops the centre with a sentence. When this process itself
is killed with -9, its children end with it (or, where the kernel does not offer that, at the next start), and the
next start takes PostgreSQL over.
"""

import contextlib
import ctypes
import fcntl
import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

import psutil
from environs import EnvError

from trainingcenter.embedded_postgres import Cluster, ClusterError, is_disk_full, private_data

WEB_WORKERS = 2
WEB_THREADS = 4
BACKGROUND_WORKERS = 2
ANSWER_SECONDS = 60
# Requests and tasks under way get this long to finish.
STOP_SECONDS = 20
# A child that dies oftener than this many times in so many seconds is not started again.
DEATHS_ALLOWED = 4
DEATHS_SECONDS = 60
LARGEST_LOG_BYTES = 10_000_000
LARGEST_PORT = 65_535
# How often the children are looked after, and PostgreSQL, which is asked by a program of its own.
ROUND_SECONDS = 0.2
ROUNDS_PER_QUESTION = 10
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """The centre cannot run; the text says why and what to do."""


class StopRequested(Exception):
    """Ctrl-C, or a polite signal."""


class StopSignals:
    """Ctrl-C and the polite signals, kept until the work comes to a place where it may be left.

    An exception out of a signal's handler would cut PostgreSQL's start in half, or be lost in a destructor.
    """

    def __init__(self) -> None:
        self.count = 0
        for number in STOP_SIGNALS:
            signal.signal(number, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)  # bin/start held Ctrl-C back for us

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1

    def wait(self, seconds: float = 0) -> None:
        """Let some time pass.

        Raises:
            StopRequested: somebody wants an end.
        """
        if not self.count:
            time.sleep(seconds)
        if self.count:
            raise StopRequested


def say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone, and what it asked for is done all the same
        print(text, flush=True)


class Child:
    """One of the centre's programs, kept alive; what it says goes to a file of var/log."""

    def __init__(self, name: str, command: list[str], logs: Path) -> None:
        self.name = name
        self.command = command
        self.log = logs / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._deaths: deque[float] = deque(maxlen=DEATHS_ALLOWED)

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        parent = os.getpid()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours to pass on
                preexec_fn=lambda: end_with_parent(parent),
            )

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start_again(self) -> None:
        """Start after a death.

        Raises:
            StartError: it died too often.
        """
        now = time.monotonic()
        if len(self._deaths) == DEATHS_ALLOWED and now - self._deaths[0] < DEATHS_SECONDS:
            raise StartError(f"The {self.name} process does not stay alive. {self.last_words()}")
        self._deaths.append(now)
        self.end_family()
        self.start()
        say(f"The {self.name} process had ended and was started again.")

    def end_family(self) -> None:
        """End what a killed child left behind: its own children share its session."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self) -> str:
        words = "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-15:])
        if is_disk_full(self.log.parent, words):
            return "The disk is full. Free some space and start again."
        return f"{self.log} says:\n{words}"


def end_with_parent(parent: int) -> None:
    """Ask the kernel (Linux) to end this process when its parent dies, even by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


class Supervisor:
    """The running centre of one var folder."""

    def __init__(self, var: Path, port: int, signals: StopSignals, *, has_private_cluster: bool) -> None:
        self.var = var
        self.port = port
        self.signals = signals
        self.cluster = Cluster(private_data(var)) if has_private_cluster else None
        self.pids = var / "processes.json"
        logs = var / "log"
        logs.mkdir(parents=True, exist_ok=True)
        web = (
            f"gunicorn trainingcenter.wsgi --bind 127.0.0.1:{port} --workers {WEB_WORKERS} "
            f"--threads {WEB_THREADS} --graceful-timeout {STOP_SECONDS - 5} --no-control-socket --access-logfile - "
            "--logger-class trainingcenter.access_log.AccessLogger"
        )
        worker = (
            f"celery -A trainingcenter worker --concurrency {BACKGROUND_WORKERS} "
            "--without-mingle --without-gossip --loglevel INFO"
        )
        # The only beat: the lock on var/start.lock keeps a second supervisor away.
        beat = "celery -A trainingcenter beat --pidfile= --loglevel INFO"
        self.web = Child("web", web.split(), logs)
        self.children = [self.web, Child("worker", worker.split(), logs), Child("beat", beat.split(), logs)]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def run(self) -> None:
        """Everything from the lock to the last child's end."""
        with self.only_one():
            self.end_orphans()
            need_free_port(self.port)
            try:
                if self.cluster:
                    self.cluster.hold()
                self.signals.wait()
                self.prepare()
                for child in self.children:
                    child.start()
                self.remember()
                self.wait_for_answer()
                say(f"\nThe training centre is open at {self.address}")
                say(f"Ctrl-C stops it; everything is kept in {self.var}")
                self.watch()
            finally:
                self.stop()

    @contextlib.contextmanager
    def only_one(self) -> Iterator[None]:
        with (self.var / "start.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise StartError(
                    f"The centre runs already: {file.read()}. Stop it there with Ctrl-C."
                ) from None
            write_over(file, f"{self.address}, process {os.getpid()}")
            yield

    def prepare(self) -> None:
        parent = os.getpid()
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "trainingcenter.first_start"],
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(parent),
        ) as step:
            try:
                while step.poll() is None:
                    self.signals.wait(ROUND_SECONDS)
            except StopRequested:
                step.kill()  # each of its steps is one transaction, and the next start goes on
                raise
        if step.returncode:
            raise StartError("The database could not be prepared; the lines above say why.")

    def wait_for_answer(self) -> None:
        """Return when the web process answers anything at all."""
        end = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < end:
            if not self.web.is_alive:
                raise StartError(f"The web process does not start. {self.web.last_words()}")
            # Not urllib, which would ask a proxy of the environment.
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("GET", "/")
                connection.getresponse()
            except OSError:
                self.signals.wait(ROUND_SECONDS)
            else:
                return
            finally:
                connection.close()
        raise StartError(f"The web process does not answer. {self.web.last_words()}")

    def watch(self) -> None:
        for round_number in itertools.count(1):
            self.signals.wait(ROUND_SECONDS)
            is_time_to_ask = round_number % ROUNDS_PER_QUESTION == 0
            if self.cluster and is_time_to_ask and not self.cluster.answers():
                self.cluster.start()
                say("PostgreSQL had ended and was started again.")
            for child in self.children:
                if not child.is_alive:
                    child.start_again()
                    self.remember()

    # --- the end ----------------------------------------------------------------------------------

    def stop(self) -> None:
        """End the children, let those under way finish; a second Ctrl-C does not wait."""
        if any(child.is_alive for child in self.children):
            say("\nStopping; what is under way is finished first.")
        for child in self.children:
            if child.process:
                child.process.terminate()
        heard = self.signals.count
        end = time.monotonic() + STOP_SECONDS
        while any(child.is_alive for child in self.children) and time.monotonic() < end:
            if self.signals.count > heard:
                say("Stopping at once.")
                break
            time.sleep(0.05)
        for child in self.children:
            child.end_family()
        if self.cluster:
            self.cluster.release()
        self.pids.unlink(missing_ok=True)

    # --- orphans ----------------------------------------------------------------------------------

    def remember(self) -> None:
        """Write down the children, each with its start: a number alone may be a stranger's after a reboot."""
        processes = []
        for child in self.children:
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.process:
                    processes.append([child.process.pid, psutil.Process(child.process.pid).create_time()])
        self.pids.write_text(json.dumps(processes))

    def end_orphans(self) -> None:
        """End the children of a supervisor that was killed, at once: whatever it interrupts is in the database."""
        orphans = []
        with contextlib.suppress(OSError, ValueError):
            for pid, created in json.loads(self.pids.read_text()):
                with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                    process = psutil.Process(pid)
                    if abs(process.create_time() - created) < 1:
                        orphans += [process, *process.children(recursive=True)]
                        os.killpg(pid, signal.SIGKILL)
        psutil.wait_procs(orphans, timeout=5)


def need_free_port(port: int) -> None:
    if not 0 < port <= LARGEST_PORT:
        raise StartError(f"PORT is {port}; a port lies between 1 and {LARGEST_PORT}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise StartError(f"Port {port} needs root. Choose one above 1023: PORT=8000 bin/start") from None
        except OSError:
            raise StartError(
                f"Port {port} is taken by another program. Stop it, or choose another: PORT={port + 1} bin/start"
            ) from None


def make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with (path / "start.lock").open("a"):
            pass  # it can be written
    except OSError as error:
        raise StartError(
            f"{error.filename} cannot be written: {error.strerror}. Start as its owner, or set VAR_DIR."
        ) from error
    if is_disk_full(path, ""):
        raise StartError(f"The disk of {path} is full. Free some space and start again.")


def write_over(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()


def main() -> str | None:
    """Run until Ctrl-C; the sentence to leave with, if any."""
    signals = StopSignals()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingcenter.settings")
    from django.conf import settings  # it reads .env, so its errors are answered here

    try:
        var: Path = settings.VAR_DIR
    except (EnvError, OSError) as error:
        return f"{error} See .env.example."
    try:
        make_folder(var)
        Supervisor(var, settings.PORT, signals, has_private_cluster=settings.USES_PRIVATE_CLUSTER).run()
    except StopRequested:
        say("Stopped.")
    except (StartError, ClusterError) as error:
        return str(error)
    except OSError as error:
        if is_disk_full(var, str(error)):
            return f"The disk of {var} is full. Free some space and start again."
        raise
    return None


if __name__ == "__main__":
    sys.exit(main())
