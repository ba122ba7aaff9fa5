"""Servers under load: CPU of whole process trees, times of answers, memory."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from trainingcenter.supervisor import need_free_port

HZ = os.sysconf("SC_CLK_TCK")
# As bin/start runs the centre.
WORKERS, THREADS = 2, 4
SCRIPT = """
local cookies = {%s}
local turn = 0
request = function()
  turn = turn %% #cookies + 1
  return wrk.format("GET", nil, {["Cookie"] = cookies[turn]})
end
done = function(summary, latency, requests)
  io.write(string.format("RES n=%%d p50=%%.2f p95=%%.2f bad=%%d bytes=%%d\\n", summary.requests,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.connect,
    summary.bytes / math.max(summary.requests, 1)))
end
"""


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    database_pid: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def cpu_seconds(self) -> float:
        """User and system time of the web processes and of PostgreSQL, the reaped ones included."""
        return tree_seconds(self.pid) + tree_seconds(self.database_pid)

    def worker_megabytes(self) -> float:
        """The proportional memory of the largest web process."""
        return max(pss_megabytes(pid) for pid in children(self.pid))


@dataclass(frozen=True)
class Run:
    requests: int
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    bad: int


@contextlib.contextmanager
def serve(application: str, port: int, environment: Mapping[str, str], database_pid: int) -> Iterator[Server]:
    need_free_port(port)  # else what a broken run left behind would be measured
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += [
        "--workers",
        str(WORKERS),
        "--threads",
        str(THREADS),
        "--no-control-socket",
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        wait_for(port, process)
        yield Server(port, process.pid, database_pid)
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit("The server ended before it answered.")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            time.sleep(2)  # until each worker has imported the application
            return
        time.sleep(0.1)
    raise SystemExit("The server does not answer.")


def measure(
    server: Server, path: str, cookies: Sequence[str], *, connections: int, seconds: int, runs: int = 3
) -> Run:
    """The run with the median of CPU; the page is warmed before."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    once(server, path, cookies, connections=4, seconds=2)
    found = sorted(
        (once(server, path, cookies, connections=connections, seconds=seconds) for _ in range(runs)),
        key=lambda run: run.cpu_ms,
    )
    return found[len(found) // 2]


def once(server: Server, path: str, cookies: Sequence[str], *, connections: int, seconds: int) -> Run:
    script = Path(os.environ.get("TMPDIR", "/tmp")) / f"bench-{os.getpid()}.lua"
    script.write_text(SCRIPT % ",".join(f'"{cookie}"' for cookie in cookies))
    time.sleep(1.0)  # what is left of the run before
    before = server.cpu_seconds()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
    said = subprocess.run([*command, server.url(path)], capture_output=True, text=True, check=True).stdout
    time.sleep(0.3)  # requests under way
    used = server.cpu_seconds() - before
    script.unlink()
    value = {name: float(number) for name, number in re.findall(r"(\w+)=([\d.]+)", said[said.index("RES") :])}
    return Run(
        requests=int(value["n"]),
        cpu_ms=used * 1000 / max(value["n"], 1),
        p50_ms=value["p50"],
        p95_ms=value["p95"],
        bad=int(value["bad"]),
    )


def tree_seconds(root: int) -> float:
    ticks = stat(root)[1] if stat(root) else 0
    for pid in [root, *descendants(root)]:
        if found := stat(pid):
            ticks += found[0]
    return ticks / HZ


def stat(pid: int) -> tuple[int, int, int] | None:
    """Ticks of the process, of its reaped children, and its parent."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14]), int(fields[1])


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (read := stat(int(entry.name))) and read[2] == parent:
            found.append(int(entry.name))
    return found


def descendants(root: int) -> list[int]:
    found = []
    for child in children(root):
        found += [child, *descendants(child)]
    return found


def pss_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def of_three(numbers: Sequence[float]) -> str:
    """ "min–median–max"."""
    return f"{min(numbers):.1f}–{median(numbers):.1f}–{max(numbers):.1f}"
