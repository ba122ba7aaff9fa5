"""The whole centre as bin/start runs it, beside the tests: its processes, in a folder of its own."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


def hold_ctrl_c_back():
    """As bin/start does before it hands over."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def works(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def command_line(process):
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Centre:
    """An empty centre in a folder of its own, with its private PostgreSQL."""

    def __init__(self, var):
        self.var = var
        self.port = free_port()
        self.said = var / "said"
        self.process = None

    def environment(self, **variables):
        # Not the server of the tests.
        kept = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        return {**kept, "VAR_DIR": str(self.var), "PORT": str(self.port), "LOAD_DEMO": "false", **variables}

    def start(self, said=None):
        with self.said.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trainingcenter.supervisor"],
                cwd=ROOT,
                env=self.environment(),
                stdout=said or file,
                stderr=said or file,
                preexec_fn=hold_ctrl_c_back,
            )

    def refusal(self, **variables):
        """What it says when it does not start."""
        refused = subprocess.run(
            [sys.executable, "-m", "trainingcenter.supervisor"],
            cwd=ROOT,
            env=self.environment(**variables),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert refused.returncode == 1
        return refused.stderr

    def wait_for(self, words):
        self.wait_until(lambda: words in self.said.read_text())

    def wait_until(self, claim):
        end = time.monotonic() + PATIENCE_SECONDS
        while not claim():
            assert self.process.poll() is None and time.monotonic() < end, self.said.read_text()
            time.sleep(0.05)

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_SECONDS)

    def status(self):
        """How the sign-in page answers; None while nobody does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/sign-in/")
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def processes(self):
        """Everything that runs for this centre."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if works(process) and self.is_ours(process):
                    found.append(process)
        return found

    def is_ours(self, process):
        return process.environ().get("VAR_DIR") == str(self.var) or process.cwd().startswith(str(self.var))

    def has(self, words):
        return bool(self._children(words))

    def process_of(self, words):
        """The process with these words in its command line that this centre started itself."""
        [found] = self._children(words)
        return found

    def _children(self, words):
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if words in command_line(child)]

    def postmaster(self):
        return psutil.Process(int((self.var / "postgres" / "postmaster.pid").read_text().split()[0]))
