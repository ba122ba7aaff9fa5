"""The private PostgreSQL: a server from the binaries of a wheel, without root and without set-up.

It serves development, the demo centre and the tests; a real installation names its server in DATABASE_URL.
Only ``initdb`` and ``pg_ctl`` of the wheel are used: its Python launcher trusts stale pid files and kills
strangers.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import quote

from trainingcenter.postgres_owner import MAJOR_VERSION, Owner, OwnerError, binaries, find_owner

if TYPE_CHECKING:
    import psutil

SUPERUSER = "postgres"
DATABASE = "trainingcenter"
PORT = 5432
# Commands of manage.py that say themselves what a real installation lacks, or ask for nothing.
WITHOUT_DATABASE = {"check", "collectstatic", "diffsettings", "help", "version", "--help", "--version"}
# The kernel's limit for a socket's path is 108 bytes, 104 on macOS; the socket's own name needs some.
LONGEST_SOCKET_FOLDER = 80
START_SECONDS = 120
LARGEST_LOG_BYTES = 10_000_000
# One segment of the write-ahead log: with less, PostgreSQL cannot go on.
FULL_DISK_BYTES = 16_000_000

SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
max_connections = 120
max_parallel_workers_per_gather = 0
# Compiling a query of milliseconds takes tens of them.
jit = off
"""
# What a crash of the machine destroys in a throw-away cluster is made anew, see _forget_a_crash.
THROWAWAY_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class ClusterError(Exception):
    """The private PostgreSQL cannot run; the text says why and what to do."""


def private_database_url(var_dir: Path) -> str:
    """Where the private cluster answers once somebody has started it."""
    return Cluster(private_data(var_dir)).url(DATABASE)


def private_data(var_dir: Path) -> Path:
    return var_dir / "postgres"


def ensure_database() -> None:
    """Hold the private cluster until this process ends, when the settings name no other server.

    Raises:
        ClusterError: a real installation names none, and asks for something that needs one.
    """
    from django.conf import settings

    if settings.USES_PRIVATE_CLUSTER and settings.IS_PRODUCTION:
        if sys.argv[1:2] and sys.argv[1] not in WITHOUT_DATABASE:
            raise ClusterError(
                "DATABASE_URL is missing. Name a server that is backed up: "
                "DATABASE_URL=postgres://user:password@host/name"
            )
    elif settings.USES_PRIVATE_CLUSTER:
        cluster = Cluster(private_data(settings.VAR_DIR))
        atexit.register(cluster.release)
        cluster.hold()
        cluster.create_database(DATABASE)


def is_disk_full(path: Path, said: str) -> bool:
    """Whether what a program said, or what is left on the disk of this folder, means that the disk is full."""
    words = ("No space left on device", "Check free disk space", "Disk quota exceeded")
    return any(word in said for word in words) or shutil.disk_usage(path).free < FULL_DISK_BYTES


class Cluster:
    """A PostgreSQL server over one data folder, shared by all processes that hold it.

    ``hold`` and ``release`` count by file locks, which the kernel drops with their process: a holder killed
    with -9 is not waited for. ``start`` and ``stop`` do not ask who else needs the server.
    """

    def __init__(self, data: Path, *, throwaway: bool = False) -> None:
        self.data = data.expanduser().absolute()
        self.throwaway = throwaway
        self._held: IO[str] | None = None

    # --- addresses --------------------------------------------------------------------------------

    @property
    def socket_folder(self) -> Path:
        """Where the server's socket lies: the data folder, or a private one in /tmp when its path is long."""
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_FOLDER:
            return self.data
        # Not the temporary folder of the environment: every process must come to the same answer.
        return Path("/tmp") / f"postgres-{os.getuid()}-{self._tag}"  # noqa: S108

    def url(self, name: str = DATABASE) -> str:
        return f"postgres://{SUPERUSER}@{quote(str(self.socket_folder), safe='')}:{PORT}/{name}"

    @property
    def _tag(self) -> str:
        return hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]

    # --- life -------------------------------------------------------------------------------------

    def hold(self) -> Self:
        """Start the server if it does not run, and keep it for this process until ``release``."""
        with self._lock("lock", fcntl.LOCK_EX):
            # Held first: whoever is interrupted while it starts can release it.
            self._held = self._beside("holders").open("w")
            fcntl.flock(self._held, fcntl.LOCK_SH)
            self._start()
        return self

    def release(self) -> None:
        """Let go of the server; the last of its holders stops it."""
        if self._held is None:
            return
        with self._lock("lock", fcntl.LOCK_EX):
            self._held.close()
            self._held = None
            with contextlib.suppress(BlockingIOError), self._lock("holders", fcntl.LOCK_EX | fcntl.LOCK_NB):
                self._stop()

    def start(self) -> Self:
        with self._lock("lock", fcntl.LOCK_EX):
            self._start()
        return self

    def stop(self) -> None:
        with self._lock("lock", fcntl.LOCK_EX):
            self._stop()

    def create_database(self, name: str) -> None:
        """Create the database unless it is there."""
        created = self._run(None, "createdb", *self._address(), name)
        if created.returncode and "already exists" not in created.stdout:
            raise self._failure("The database cannot be created", created.stdout)

    def answers(self) -> bool:
        return self._state() == "up"

    def _start(self) -> None:
        if self._state() == "up":
            return
        owner = self._owner()
        if self.throwaway:
            self._forget_a_crash()
        self._check_version()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(owner)
        self._make_socket_folder(owner)
        self._write_settings(owner)
        deadline = time.monotonic() + START_SECONDS
        while (state := self._state()) != "up":
            if time.monotonic() > deadline:
                raise self._failure("PostgreSQL did not answer in time", "")
            if state == "busy" or self._has_living_processes():
                # It starts, stops, recovers, or the children of a killed server are about to notice.
                time.sleep(0.05)
                continue
            # PostgreSQL would refuse to start beside these: the process that they name may be a stranger's by
            # now (after a reboot), or a zombie that nobody reaps (in a container).
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
            started = self._control(owner, "start", "-l", str(self._log), "-t", str(START_SECONDS))
            if started.returncode:
                raise self._failure("PostgreSQL does not start", started.stdout)

    def _stop(self) -> None:
        if self._state() == "down" and not self._has_living_processes():
            return
        stopped = self._control(self._owner(), "stop", "-m", "fast", "-t", "60")
        if stopped.returncode and self._has_living_processes():
            raise self._failure("PostgreSQL does not stop", stopped.stdout)

    def _state(self) -> str:
        """Ask the server and not the pid file: "up", "busy" (starting, stopping, recovering) or "down"."""
        answer = self._run(None, "pg_isready", "-q", "-d", "postgres", "-t", "3", *self._address())
        return {0: "up", 1: "busy"}.get(answer.returncode, "down")

    def _has_living_processes(self) -> bool:
        return any(self._living_processes())

    def _living_processes(self) -> "Iterator[psutil.Process]":
        """Processes of PostgreSQL, a killed server's orphans too, that still work in the data folder."""
        import psutil  # comes with the wheel; settings.py imports this module and needs no psutil

        data = self.data.resolve()
        for process in psutil.process_iter(["name", "status"]):
            is_postgres = (process.info["name"] or "").startswith("postgres")
            if is_postgres and process.info["status"] != psutil.STATUS_ZOMBIE:
                with contextlib.suppress(psutil.Error, OSError):
                    if Path(process.cwd()) == data:
                        yield process

    def _end_processes(self) -> None:
        """End what works in a folder that was removed under it or never finished: there is nothing to keep."""
        import psutil

        processes = list(self._living_processes())
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGQUIT)
        psutil.wait_procs(processes, timeout=10)

    # --- files ------------------------------------------------------------------------------------

    def _owner(self) -> Owner:
        try:
            return find_owner(self.data)
        except OwnerError as error:
            raise ClusterError(str(error)) from error

    def _check_version(self) -> None:
        file = self.data / "PG_VERSION"
        version = file.read_text().strip() if file.exists() else MAJOR_VERSION
        if version != MAJOR_VERSION:
            raise ClusterError(
                f"{self.data} was made by PostgreSQL {version}, here is {MAJOR_VERSION}. "
                f"Dump it with pg_dump of {version}, or move the folder away to begin anew."
            )

    def _initialise(self, owner: Owner) -> None:
        self._end_processes()
        if self.data.exists() and any(self.data.iterdir()):
            self._empty_data()  # an initdb that was interrupted
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner.give(self.data)
        made = self._run(
            owner,
            "initdb",
            f"--pgdata={self.data.resolve()}",
            f"--username={SUPERUSER}",
            "--auth=trust",  # whoever reaches the socket owns its folder
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--text-search-config=russian",
            "--no-instructions",
            *(["--no-sync"] if self.throwaway else []),
        )
        if made.returncode:
            raise self._failure("PostgreSQL cannot make its data folder", made.stdout)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("include 'launcher.conf'\n")

    def _write_settings(self, owner: Owner) -> None:
        """The settings are written at every start: the folder may have been moved since the last one."""
        # A link stands for a place that the owner could not reach otherwise; see find_owner.
        folder = self.data.resolve() if self.data.is_symlink() else self.socket_folder
        quoted = str(folder).replace("'", "''").replace('"', '""')
        text = SETTINGS + (THROWAWAY_SETTINGS if self.throwaway else "")
        file = self.data / "launcher.conf"
        file.write_text(f"{text}unix_socket_directories = '\"{quoted}\"'\n", "utf-8")
        owner.give(file)
        if self._log.exists() and self._log.stat().st_size > LARGEST_LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))

    def _make_socket_folder(self, owner: Owner) -> None:
        folder = self.socket_folder
        if folder == self.data:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if status.st_uid not in {os.getuid(), owner.uid} or status.st_mode & 0o077:
            raise ClusterError(f"The folder {folder} belongs to somebody else. Remove it and start again.")
        owner.give(folder)

    def _forget_a_crash(self) -> None:
        """Drop a throw-away cluster that was not shut down: without fsync nobody knows what is left of it."""
        if (self.data / "postmaster.pid").exists() and not self._has_living_processes():
            self._empty_data()

    def _empty_data(self) -> None:
        # The folder itself stays: it may be a link, see find_owner.
        for path in self.data.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    @property
    def _log(self) -> Path:
        return self.data.resolve() / "server.log"

    def _beside(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")

    @contextlib.contextmanager
    def _lock(self, suffix: str, kind: int) -> Iterator[None]:
        try:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            file = self._beside(suffix).open("w")
        except PermissionError as error:
            raise ClusterError(
                f"{error.filename} belongs to another user. Start as that user, or set VAR_DIR."
            ) from error
        with file:
            fcntl.flock(file, kind)
            yield

    # --- commands ---------------------------------------------------------------------------------

    def _address(self) -> list[str]:
        return ["-h", str(self.socket_folder), "-p", str(PORT), "-U", SUPERUSER]

    def _control(self, owner: Owner, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(owner, "pg_ctl", "-D", str(self.data.resolve()), "-s", "-w", *arguments)

    def _run(self, owner: Owner | None, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a tool of PostgreSQL as the owner or as we are; stdout of the result holds all it said."""
        command = owner.command(tool) if owner else [str(binaries() / tool)]
        # Variables such as PGPORT or PGDATA mean somebody else's server.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        # A file, not a pipe: the server would inherit the pipe and we would wait for its end.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                cwd="/",
                env=environment,
                start_new_session=True,  # Ctrl-C is for whoever holds the server
                **(owner.identity if owner else {}),
            )
            output.seek(0)
            return subprocess.CompletedProcess(result.args, result.returncode, output.read())

    def _failure(self, what: str, output: str) -> ClusterError:
        with contextlib.suppress(OSError):
            output += "\n" + "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-10:])
        if is_disk_full(self.data, output):
            return ClusterError(f"The disk of {self.data} is full. Free some space and start again.")
        return ClusterError(f"{what}. {self._log} may tell more.\n{output.strip()}")
