"""The seat: how many a second, next to the bare SQL; and the burst of 200 people on 20 seats over real HTTP."""

import http.client
import multiprocessing
import os
import re
import secrets
import string
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from bench.fill import SEAT_COURSES
from bench.load import Server, tree_seconds
from bench.pages import cookies_of, statements
from centre.models import Policy
from courses.models import Course
from enrolment.actions import enrol
from enrolment.models import Enrolment, Seat
from people.models import Employee
from scheduling.models import Booking, Meeting, Room, Session

# A person and the session in which they want a seat.
Wish = tuple[int, int]

YARDSTICKS = Path(__file__).parent / "yardsticks"
CLIENTS = 16
SEAT_SESSIONS = 600
# The seats of the largest room there is, a webinar's: no session has more.
LARGEST_SESSION = 200
# Seats that each process has taken before it is measured, for one that serves has thousands behind it: its statements
# are planned, and the broker has been nudged for the first time.
WARMING = 5
BURST_PEOPLE, BURST_SEATS = 200, 20


# A machine has faster and slower seconds, so both are measured in turn, and what counts is the middle one of these.
SLICES, SLICE_SEATS, SLICE_SECONDS = 9, 400, 2


@dataclass(frozen=True)
class Rate:
    """How many a second, and the processor time of each: of the clients and of PostgreSQL together.

    A machine that does something else too, or disks that answer slowly, change the first more than the second.
    """

    a_second: float
    cpu_ms: float


def cpu_seconds(database_pid: int) -> float:
    """Of PostgreSQL, and of the processes that this one has waited for."""
    clients = os.times()
    return tree_seconds(database_pid) + clients.children_user + clients.children_system


def statements_of_a_seat() -> int:
    """Statements of the action itself: without BEGIN, COMMIT and savepoints, which no wrapper sees."""
    session, person = seat_sessions()[0], people_without_seat(1)[0]
    Policy.objects.last_read()  # as a process does once
    with transaction.atomic(), statements() as seen:
        enrol(Employee(pk=person), Session(pk=session))
        transaction.set_rollback(True)
    return len([one for one in seen if not one.startswith(("SAVEPOINT", "RELEASE"))])


def seat_sessions() -> list[int]:
    """The sessions that were made for it; those of the bursts, which are full, came later."""
    found = Session.objects.filter(course__code__startswith="BENCH-").order_by("pk")
    return list(found.values_list("pk", flat=True)[:SEAT_SESSIONS])


def people_without_seat(count: int) -> list[int]:
    taken = Enrolment.objects.filter(course__code__startswith="BENCH-").values("trainee")
    people = Employee.objects.employed().exclude(pk__in=taken).exclude(trainer__isnull=False)
    return list(people.order_by("pk").values_list("pk", flat=True)[:count])


def seat_rate(database_pid: int, *, is_hot: bool, seats: int, first: int = 0, processes: int = 4) -> Rate:
    """Seats given by so many processes at once, spread over the 600 sessions, or all in one until that is full.

    Those of the latter are taken from the `first` on.
    """
    sessions, people = seat_sessions(), people_without_seat(seats + processes * WARMING)
    wishes = [
        (person, sessions[first + number // LARGEST_SESSION if is_hot else number % len(sessions)])
        for number, person in enumerate(people)
    ]
    before, wishes = wishes[seats:], wishes[:seats]
    connection.close()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(processes + 1)
    workers = [
        context.Process(
            target=take_seats, args=(before[number::processes], wishes[number::processes], barrier)
        )
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    barrier.wait()
    began, before = time.monotonic(), cpu_seconds(database_pid)
    for worker in workers:
        worker.join()
    took, used = time.monotonic() - began, cpu_seconds(database_pid) - before
    if any(worker.exitcode for worker in workers):
        raise SystemExit("A seat was refused.")
    held = Enrolment.objects.filter(
        trainee__in=people, seat=Seat.HELD, course__code__startswith="BENCH-"
    ).count()
    if held != len(people):
        raise SystemExit(f"{held} seats instead of {len(people)}")
    return Rate(len(wishes) / took, used * 1000 / len(wishes))


def take_seats(before: Sequence[Wish], wishes: Sequence[Wish], barrier: Barrier) -> None:
    for person, session in before:
        enrol(Employee(pk=person), Session(pk=session))
    barrier.wait()
    for person, session in wishes:
        enrol(Employee(pk=person), Session(pk=session))


def pgbench(binaries: Path, host: str, script: str, database_pid: int, seconds: int) -> Rate:
    """Transactions of the bare SQL, durable."""
    command = [binaries / "pgbench", "-h", host, "-U", "postgres", "-n", "-M", "prepared", "-c", str(CLIENTS)]
    command += ["-j", "2", "-T", str(seconds), "-f", YARDSTICKS / script, "yardstick"]
    before = cpu_seconds(database_pid)
    said = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(database_pid) - before
    done = int(re.search(r"actually processed: (\d+)", said)[1])
    return Rate(float(re.search(r"tps = ([\d.]+)", said)[1]), used * 1000 / done)


# --- the burst ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Burst:
    seconds: float
    held: int
    waiting: int
    answers: dict[int, int]


def burst(server: Server, number: int) -> Burst:
    """200 people, signed in and with an open connection each, press the button at one moment; 20 seats."""
    session = burst_session(number)
    people = list(Employee.objects.filter(pk__in=people_without_seat(BURST_PEOPLE)))
    cookies = cookies_of(people)
    token = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
    path = reverse("enrolment:enrol_in_session", args=[session.pk])
    barrier = threading.Barrier(len(people) + 1)
    answers: Counter[int] = Counter()
    done: list[float] = []
    guard = threading.Lock()

    def press(cookie: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        line.connect()
        headers = {
            "Cookie": f"{cookie}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({"csrfmiddlewaretoken": token})
        barrier.wait()
        line.request("POST", path, body, headers)
        status = line.getresponse().status
        with guard:
            answers[status] += 1
            done.append(time.monotonic())
        line.close()

    threads = [threading.Thread(target=press, args=[cookie]) for cookie in cookies]
    for thread in threads:
        thread.start()
    barrier.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    live = session.enrolments.live()
    return Burst(
        max(done) - began,
        live.filter(seat=Seat.HELD).count(),
        live.filter(seat=Seat.WAITING).count(),
        dict(answers),
    )


def burst_session(number: int) -> Session:
    starts_at = timezone.now() + timedelta(days=1000 + number)
    ends_at = starts_at + timedelta(hours=6)
    session = Session.objects.create(
        course=Course.objects.get(code=f"BENCH-{number % SEAT_COURSES + 1}"),
        status=Session.Status.OPEN,
        seats=BURST_SEATS,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    meeting = Meeting.objects.create(session=session, starts_at=starts_at, ends_at=ends_at)
    room = Room.objects.filter(code__startswith="BENCH-").first()
    Booking.objects.create(meeting=meeting, room=room, period=(starts_at, ends_at))
    return session
