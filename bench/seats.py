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
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from bench.fill import SEAT_COURSES
from bench.load import WORKERS, Server, tree_seconds
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
# More of them than cores displace what the others have in the caches.
PROCESSES = WORKERS
BURST_PEOPLE, BURST_SEATS = 200, 20


# A machine has faster and slower seconds, so both are measured in turn, and what counts is the middle one of these.
SLICES, SLICE_SEATS, SLICE_SECONDS = 9, 400, 2
WARMING_SEATS = 200


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


class Takers:
    """Processes that take seats when told, and are kept from turn to turn, as those that serve people are."""

    def __init__(self, processes: int = PROCESSES) -> None:
        connection.close()
        context = multiprocessing.get_context("fork")
        self.lines, ends = zip(*(context.Pipe() for _ in range(processes)), strict=True)
        self.workers = [context.Process(target=take_seats, args=(end,), daemon=True) for end in ends]
        for worker in self.workers:
            worker.start()

    def take(self, wishes: Sequence[Wish], database_pid: int) -> Rate:
        """All of the seats, shared out among the processes."""
        began, before = time.monotonic(), self.cpu_seconds(database_pid)
        for number, line in enumerate(self.lines):
            line.send(wishes[number :: len(self.lines)])
        answers = [line.recv() for line in self.lines]  # of every one, also when the first refuses
        if not all(answers):
            raise SystemExit("A seat was refused.")
        took, used = time.monotonic() - began, self.cpu_seconds(database_pid) - before
        return Rate(len(wishes) / took, used * 1000 / len(wishes))

    def cpu_seconds(self, database_pid: int) -> float:
        return sum(tree_seconds(pid) for pid in (database_pid, *(worker.pid or 0 for worker in self.workers)))

    def stop(self) -> None:
        for worker in self.workers:
            worker.terminate()
            worker.join()


def take_seats(line: Any) -> None:
    while True:
        wishes = line.recv()
        try:
            held = [
                enrol(Employee(pk=person), Session(pk=session)).seat == Seat.HELD
                for person, session in wishes
            ]
        except Exception as error:
            print(error)
            held = [False]
        line.send(all(held))


def wishes_of_turns(*, is_hot: bool) -> list[list[Wish]]:
    """For each turn people and their sessions: spread over the 600, or all in one until that is full."""
    sessions, per_turn = seat_sessions(), -(-SLICE_SEATS // LARGEST_SESSION)
    people = people_without_seat(WARMING_SEATS + SLICES * SLICE_SEATS)
    # One that serves has thousands of seats behind it: its statements are planned, and the broker was nudged.
    turns = [[(person, sessions[-1 - number]) for number, person in enumerate(people[:WARMING_SEATS])]]
    for turn in range(SLICES):
        first = WARMING_SEATS + turn * SLICE_SEATS
        places = [
            turn * per_turn + number // LARGEST_SESSION if is_hot else (first + number) % len(sessions)
            for number in range(SLICE_SEATS)
        ]
        turns.append(
            [
                (person, sessions[place])
                for person, place in zip(people[first : first + SLICE_SEATS], places, strict=True)
            ]
        )
    return turns


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
