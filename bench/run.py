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
    count = 300 if quick else 2000
    print(f"\nA seat costs {seats.statements_of_a_seat()} statements.\n")
    print(
        "| seats | pgbench, a second | the action, a second | part | CPU of pgbench's, ms | of the action's | part |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    for words, script, is_hot in (
        ("spread over 600", "lock_many.sql", False),
        ("all on one", "lock_hot.sql", True),
    ):
        before = seats.pgbench(binaries, host, script, database_pid)
        rate = seats.seat_rate(database_pid, is_hot=is_hot, seats=count)
        after = seats.pgbench(binaries, host, script, database_pid)
        floor, cpu = (before.a_second + after.a_second) / 2, (before.cpu_ms + after.cpu_ms) / 2
        print(
            f"| {words} | {floor:.0f} | {rate.a_second:.0f} | 1/{floor / rate.a_second:.1f} "
            f"| {cpu:.2f} | {rate.cpu_ms:.1f} | 1/{rate.cpu_ms / cpu:.1f} |",
            flush=True,
        )
