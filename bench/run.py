"""One run at one scale: fill, measure pages and seats next to the yardsticks, print the tables."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from django.core.management import call_command

from bench import seats
from bench.__main__ import BARE_PORT, BURSTS, PORT
from bench.board import measure_board
from bench.fill import fill
from bench.load import WORKERS, Run, measure, of_three, serve
from bench.pages import Cost, costs
from bench.scale import SCALES
from trainingcenter.embedded_postgres import Cluster


def run(name: str, cluster: Cluster, binaries: Path, *, quick: bool) -> None:
    logging.disable(logging.WARNING)
    host = str(cluster.socket_folder)
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    scale = SCALES[name]
    print(f"\n## {scale.employees} people, {scale.past_enrolments} past enrolments", flush=True)
    call_command("migrate", verbosity=0)
    fill(scale)
    psql = [
        binaries / "psql",
        "-h",
        host,
        "-U",
        "postgres",
        "-q",
        "yardstick",
        "-f",
        seats.YARDSTICKS / "schema.sql",
    ]
    subprocess.run([str(word) for word in psql], check=True, stderr=subprocess.DEVNULL)
    bare = {"YARDSTICK_HOST": host}
    said = subprocess.run(
        [sys.executable, "-m", "bench.yardsticks.bare"],
        env={**os.environ, **bare},
        capture_output=True,
        text=True,
        check=True,
    )
    bare_cookies = said.stdout.split()
    seconds = 2 if quick else 6
    centre = {"DATABASE_URL": os.environ["DATABASE_URL"], "VAR_DIR": os.environ["VAR_DIR"]}
    with (
        serve("bench.yardsticks.bare:application", BARE_PORT, bare, postmaster) as bare_server,
        serve("trainingcenter.wsgi", PORT, centre, postmaster) as server,
    ):
        floors = [measure(bare_server, "/list", bare_cookies, connections=16, seconds=seconds, runs=1)]
        found: list[Cost] = []
        for cost in costs(server, seconds=seconds):
            found.append(cost)
            floors.append(
                measure(bare_server, "/list", bare_cookies, connections=16, seconds=seconds, runs=1)
            )
        print_pages(found, floors)
        bursts = [seats.burst(server, number) for number in range(2 if quick else BURSTS)]
        print_bursts(bursts)
        print(
            f"\nMemory of a web process after all this (PSS, {WORKERS} processes): {server.worker_megabytes():.0f} MB"
        )
    print_seats(binaries, host, postmaster, quick=quick)


def run_board(cluster: Cluster, *, quick: bool) -> None:
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    fill(SCALES["board"])
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    centre = {"DATABASE_URL": os.environ["DATABASE_URL"], "VAR_DIR": os.environ["VAR_DIR"]}
    with serve("trainingcenter.wsgi", PORT, centre, postmaster) as server:
        measure_board(server, quick=quick)


def print_pages(found: list[Cost], floors: list[Run]) -> None:
    floor = median(run.cpu_ms for run in floors)
    print(
        f"\nBare page: {of_three([run.cpu_ms for run in floors])} ms of CPU (min–median–max of {len(floors)} runs)\n"
    )
    print("| page | statements | KB | CPU, ms | × bare | p50 / p95 alone, ms | p50 / p95 of 16, ms |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for cost in found:
        one, many = cost.alone, cost.together
        print(
            f"| {cost.page.name} | {cost.statements} | {cost.bytes / 1000:.1f} | {many.cpu_ms:.1f} "
            f"| {many.cpu_ms / floor:.2f} | {one.p50_ms:.0f} / {one.p95_ms:.0f} "
            f"| {many.p50_ms:.0f} / {many.p95_ms:.0f} |"
        )


def print_bursts(bursts: list[seats.Burst]) -> None:
    print(
        f"\nBurst of {seats.BURST_PEOPLE} people on {seats.BURST_SEATS} seats, {len(bursts)} times: "
        f"last answer after {of_three([one.seconds for one in bursts])} s; "
        f"seats {sorted({one.held for one in bursts})}, waiting {sorted({one.waiting for one in bursts})}, "
        f"answers {sorted({status for one in bursts for status in one.answers})}"
    )


def print_seats(binaries: Path, host: str, database_pid: int, *, quick: bool) -> None:
    print(
        f"\nA seat costs {seats.statements_of_a_seat()} statements. In turn with pgbench; the middle turn:\n"
    )
    print(
        "| seats | pgbench, a second | the action, a second | part, and all turns "
        "| CPU of pgbench's, ms | of the action's | part |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    for words, script, is_hot in (
        ("spread over 600", "lock_many.sql", False),
        ("all on one", "lock_hot.sql", True),
    ):
        warming, *turns = seats.wishes_of_turns(is_hot=is_hot)
        takers = seats.Takers()
        takers.take(warming, database_pid)
        floors = [seats.pgbench(binaries, host, script, database_pid, seats.SLICE_SECONDS)]
        rates: list[seats.Rate] = []
        for wishes in turns[: 3 if quick else None]:
            rates.append(takers.take(wishes, database_pid))
            floors.append(seats.pgbench(binaries, host, script, database_pid, seats.SLICE_SECONDS))
        takers.stop()
        parts = [
            (before.a_second + after.a_second) / 2 / rate.a_second
            for before, rate, after in zip(floors, rates, floors[1:], strict=False)
        ]
        cpu, floor_cpu = median(rate.cpu_ms for rate in rates), median(floor.cpu_ms for floor in floors)
        print(
            f"| {words} | {median(floor.a_second for floor in floors):.0f} "
            f"| {median(rate.a_second for rate in rates):.0f} "
            f"| 1/{median(parts):.1f} (1/{min(parts):.1f} to 1/{max(parts):.1f}) "
            f"| {floor_cpu:.2f} | {cpu:.1f} | 1/{cpu / floor_cpu:.1f} |",
            flush=True,
        )
