"""Fills an empty, migrated database to one of the scales.

The catalogue, the directories and the people are the demo's; sessions and enrolments are written by SQL, for a million
of them through the actions would take hours. `booking_faults` checks the result, and VACUUM ANALYZE ends it, so that
no autovacuum works during a measurement.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from bench.scale import Scale
from enrolment.invariants import booking_faults
from website.demo.catalogue import load_catalogue
from website.demo.directories import load_directories
from website.demo.staff import load_staff, load_trainers, open_accounts

FOLDER = Path(__file__).parent / "sql"
ROOMS = 40
SEAT_COURSES = 60
# Twenty people to a session, a session after every 2 500th: who comes twice comes on another day (sql/sessions.sql).
LEARNERS_STEP = 2500


def fill(scale: Scale) -> None:
    """Everything of the scale; prints what takes long."""
    with told(f"catalogue and {scale.employees} people"):
        load_directories()
        load_catalogue()
        load_staff(scale.employees)
        load_trainers(timezone.localdate())
        open_accounts()
    with told(f"{scale.past_sessions} sessions, {scale.past_enrolments} enrolments"), transaction.atomic():
        run("sessions.sql", rooms=ROOMS, upcoming=scale.upcoming_sessions, past=scale.past_sessions)
        run(
            "enrolments.sql",
            enrolments=scale.past_enrolments,
            upcoming=scale.upcoming_sessions,
            group=scale.group,
            learners=count("learning") // LEARNERS_STEP * LEARNERS_STEP,
        )
        run(
            "seat_sessions.sql",
            courses=SEAT_COURSES,
            sessions_a_course=scale.upcoming_sessions // SEAT_COURSES,
        )
        run("board_week.sql", rooms=ROOMS)
    if faults := booking_faults():
        raise SystemExit("\n".join(["The data are wrong:", *faults[:10]]))
    with told("vacuum"), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def run(file: str, **numbers: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute((FOLDER / file).read_text("utf-8").format(**numbers))


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@contextmanager
def told(what: str) -> Iterator[None]:
    """Says what was done and how long it took."""
    began = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - began:.1f} s", flush=True)
