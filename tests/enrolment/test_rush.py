"""The rush for a session's seats, pressed over HTTP on the processes of bin/start, some of which die in it.

Each was first seen to fail: R1 without the session's lock, R3 with an answer before the commit, R4 with commits that
do not wait for the disk.
"""

import http.client
import re
import secrets
import shutil
import string
import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from accounts.sessions import TOUCH_EVERY
from enrolment.invariants import booking_faults
from enrolment.models import Seat
from tests.databases import database_elsewhere
from tests.factories import EmployeeFactory, MandatorySessionFactory
from tests.trainingcenter.running_centre import Centre, works
from trainingcenter.embedded_postgres import DATABASE, PORT, SUPERUSER, Cluster, private_data

SEATS = 20
# What the panel says to who has a seat, or a place in the queue.
SEAT, PLACE = re.compile(r">\s*Вы записаны\s*<"), re.compile(r">\s*Ваше место в очереди — (\d+)\s*<")
CALM = "Сайт ненадолго остановлен"
PATIENCE_SECONDS = 240
RECOVERY_SECONDS = 10

pytestmark = pytest.mark.threads


@pytest.fixture(scope="module")
def centre():
    folder = Path(tempfile.mkdtemp(prefix="rush-", dir="/tmp"))
    centre = Centre(folder)
    centre.start()
    try:
        centre.wait_for("is open at")
        yield centre
    finally:
        centre.interrupt()
        shutil.rmtree(folder)


@pytest.fixture
def database(centre, django_db_blocker):
    """The centre's own database in place of the tests'."""
    address = {"HOST": str(cluster(centre).socket_folder), "PORT": str(PORT), "NAME": DATABASE}
    with django_db_blocker.unblock(), database_elsewhere(**address, USER=SUPERUSER, PASSWORD=""):
        yield


def cluster(centre):
    return Cluster(private_data(centre.var))


class Rush:
    """People before one session, signed in, who all press "Take a seat" and press again until they are told."""

    def __init__(self, centre, people):
        self.port = centre.port
        with transaction.atomic():
            self.session = MandatorySessionFactory(seats=SEATS)
            people = EmployeeFactory.create_batch(people)
            self.cookies = {person.pk: signed_in(person) for person in people}
        connection.close()  # the database may die before it is asked again
        self.path = reverse("enrolment:enrol_in_session", args=[self.session.pk])
        # Of each person: 0 for a seat, else the place in the queue.
        self.told = {}
        self.presses = Counter()
        self.last_unavailable_at = None
        self.unexpected = []
        self.start = threading.Barrier(len(people), timeout=PATIENCE_SECONDS)
        self.threads = [
            threading.Thread(target=self.press, args=[person.pk], daemon=True) for person in people
        ]
        self.end = time.monotonic() + PATIENCE_SECONDS
        for thread in self.threads:
            thread.start()

    def press(self, person):
        self.start.wait()
        while time.monotonic() < self.end:
            try:
                status, retry_after, shown = self.ask(self.cookies[person])
            except (OSError, http.client.HTTPException):
                self.presses["broken off"] += 1
            else:
                self.presses[status] += 1
                if status != 503:
                    self.note(person, status, shown)
                    return
                self.last_unavailable_at = time.monotonic()
                if retry_after is None or CALM not in shown:
                    self.unexpected.append((status, shown))
            time.sleep(0.3)

    def ask(self, cookie):
        token = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {
            "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}",
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
        }
        try:
            door.request("POST", self.path, urlencode({"csrfmiddlewaretoken": token}), headers)
            answer = door.getresponse()
            return answer.status, answer.getheader("Retry-After"), answer.read().decode()
        finally:
            door.close()

    def note(self, person, status, shown):
        place = PLACE.search(shown)
        if status == 200 and place:
            self.told[person] = int(place[1])
        elif status == 200 and SEAT.search(shown):
            self.told[person] = 0
        else:
            self.unexpected.append((status, shown))

    def wait_until_told(self, people):
        while len(self.told) < people:
            assert time.monotonic() < self.end, (self.presses, self.unexpected)
            time.sleep(0.01)

    def finish(self):
        """Every seat is taken, the others wait one behind the other, and everybody was told so."""
        for thread in self.threads:
            thread.join()
        assert self.unexpected == []
        standing = self.standing()
        queue = range(1, len(self.cookies) - SEATS + 1)
        assert sorted(standing.values()) == [0] * SEATS + list(queue)
        assert self.told == standing
        assert self.told.keys() == self.cookies.keys()
        assert booking_faults() == []

    def standing(self):
        """As in `told`, by the database."""
        enrolments = list(self.session.enrolments.order_by("requested_at", "pk"))
        people = [enrolment.trainee_id for enrolment in enrolments]
        assert len(people) == len(set(people))
        return {
            enrolment.trainee_id: 0 if enrolment.seat == Seat.HELD else enrolment.place_in_queue
            for enrolment in enrolments
        }


def signed_in(person):
    """The cookie of somebody who has looked at the page for a while, so that the press also renews their session."""
    client = Client()
    with travel(timezone.now() - TOUCH_EVERY - timedelta(minutes=1)):
        client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def test_r1_five_hundred_people_for_twenty_seats(centre, database):
    rush = Rush(centre, people=500)

    rush.finish()

    assert rush.presses == {200: 500}


def test_r3_web_workers_killed_in_the_rush(centre, database):
    rush = Rush(centre, people=200)
    web = centre.process_of("gunicorn")
    for told in (10, 40, 80):
        rush.wait_until_told(told)
        min(web.children(), key=psutil.Process.create_time).kill()  # one that has long been at work

    rush.finish()

    assert set(rush.presses) == {200, "broken off"}
    assert centre.process_of("gunicorn") == web


def test_r4_postgresql_killed_in_the_rush(centre, database):
    rush = Rush(centre, people=200)
    web = web_processes(centre)
    for told in (10, 60):
        rush.wait_until_told(told)
        kill_database(centre)
        wait_for(cluster(centre).answers, PATIENCE_SECONDS)
        answers_again_at, told = time.monotonic(), len(rush.told)
        wait_for(lambda told=told: len(rush.told) > told, RECOVERY_SECONDS)

    rush.finish()

    assert set(rush.presses) == {200, 503}
    assert rush.last_unavailable_at < answers_again_at + RECOVERY_SECONDS
    assert web_processes(centre) == web


def web_processes(centre):
    web = centre.process_of("gunicorn")
    return [web, *web.children()]


def kill_database(centre):
    """At one stroke: no process of it sees another one die."""
    postmaster = centre.postmaster()
    postmaster.suspend()
    family = [*postmaster.children(), postmaster]
    for process in family:
        process.kill()
    wait_for(lambda: not any(map(works, family)), PATIENCE_SECONDS)


def wait_for(claim, seconds):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.05)
