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
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import travel

from accounts.models import BrowserSession
from accounts.sessions import TOUCH_EVERY, SessionStore
from enrolment.invariants import booking_faults
from enrolment.models import Seat
from people.models import Employee
from tests.databases import database_elsewhere
from tests.factories import PASSWORD, EmployeeFactory, MandatorySessionFactory
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
    """People before one session, signed in, who all press "Take a seat" and press again until they are told.

    The first `by_form` of them sign in by the form of the site, as all would if a password took no time to check.
    The last `late` of them come when half of the others have been told.
    """

    def __init__(self, centre, people, *, by_form=0, late=0):
        self.port = centre.port
        with transaction.atomic():
            self.session = MandatorySessionFactory(seats=SEATS)
            password = ScryptPasswordHasher().encode(PASSWORD, "salt") if by_form else ""
            people = Employee.objects.bulk_create(
                [
                    *EmployeeFactory.build_batch(by_form, password=password),
                    *EmployeeFactory.build_batch(people - by_form),
                ]
            )
            cookies = signed_in(people[by_form:])
        connection.close()  # the database may die before it is asked again
        self.path = reverse("enrolment:enrol_in_session", args=[self.session.pk])
        # Of each person: the cookies of their browser and the token that their page holds against forgery.
        self.cookies = {person.pk: self.sign_in(person) for person in people[:by_form]} | {
            key: with_token(cookie) for key, cookie in cookies.items()
        }
        # Of each person: 0 for a seat, else the place in the queue.
        self.told = {}
        self.pressed_at, self.told_at = {}, {}
        self.presses = Counter()
        self.last_unavailable_at = None
        self.unexpected = []
        self.end = time.monotonic() + PATIENCE_SECONDS
        early = len(people) - late
        self.start = threading.Barrier(early, timeout=PATIENCE_SECONDS)
        come = [self.start.wait] * early + [lambda: self.wait_until_told(early // 2)] * late
        self.threads = [
            threading.Thread(target=self.press, args=[person.pk, comes], daemon=True)
            for person, comes in zip(people, come, strict=True)
        ]
        for thread in self.threads:
            thread.start()

    def sign_in(self, person):
        """By the form, and then to the page on which the button stands: its cookies and its token."""
        page, cookies = self.open("/sign-in/", SimpleCookie())
        form = {"username": person.username, "password": PASSWORD, "csrfmiddlewaretoken": token_of(page)}
        self.open("/sign-in/", cookies, form)
        assert settings.SESSION_COOKIE_NAME in cookies
        page, cookies = self.open(reverse("website:session", args=[self.session.pk]), cookies)
        return as_header(cookies), token_of(page)

    def open(self, path, cookies, form=None):
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": as_header(cookies), "Content-Type": "application/x-www-form-urlencoded"}
        try:
            door.request("POST" if form else "GET", path, form and urlencode(form), headers)
            answer = door.getresponse()
            assert answer.status == (302 if form else 200)
            for cookie in answer.headers.get_all("Set-Cookie", ()):
                cookies.load(cookie)
            return answer.read().decode(), cookies
        finally:
            door.close()

    def press(self, person, comes):
        comes()
        self.pressed_at[person] = time.monotonic()
        while time.monotonic() < self.end:
            try:
                status, retry_after, shown = self.ask(*self.cookies[person])
            except (OSError, http.client.HTTPException):
                self.presses["broken off"] += 1
            else:
                self.presses[status] += 1
                if status != 503:
                    self.told_at[person] = time.monotonic()
                    self.note(person, status, shown)
                    return
                self.last_unavailable_at = time.monotonic()
                if retry_after is None or CALM not in shown:
                    self.unexpected.append((status, shown))
            time.sleep(0.3)

    def ask(self, cookie, token):
        door = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {
            "Cookie": cookie,
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
        """Every seat is taken, the others wait one behind the other as they came, and everybody was told so."""
        for thread in self.threads:
            thread.join()
        assert self.unexpected == []
        standing = self.standing()
        assert list(standing.values()) == [0] * SEATS + list(range(1, len(self.cookies) - SEATS + 1))
        assert self.told == standing
        assert self.told.keys() == self.cookies.keys()
        assert self.overtaken(list(standing)) == []
        assert booking_faults() == []

    def overtaken(self, order):
        """Who had been told of their place before somebody who stands before them pressed for the first time (R2)."""
        found = []
        last_pressed_ahead = 0.0
        for person in order:
            last_pressed_ahead = max(last_pressed_ahead, self.pressed_at[person])
            if self.told_at[person] < last_pressed_ahead:
                found.append(person)
        return found

    def standing(self):
        """As in `told`, by the database, in the order in which people came."""
        enrolments = list(self.session.enrolments.order_by("requested_at", "pk"))
        people = [enrolment.trainee_id for enrolment in enrolments]
        assert len(people) == len(set(people))
        return {
            enrolment.trainee_id: 0 if enrolment.seat == Seat.HELD else enrolment.place_in_queue
            for enrolment in enrolments
        }


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def token_of(page):
    return TOKEN.search(page)[1]


def as_header(cookies):
    return "; ".join(f"{name}={one.value}" for name, one in cookies.items())


def with_token(cookie):
    """What a browser sends beside the cookie of its session, and what its page says again."""
    token = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
    return f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}", token


def signed_in(people):
    """The cookies of people who have looked at the page for a while, so that the press also renews their session.

    One signs in, and the others' sessions are like theirs.
    """
    client = Client()
    with travel(timezone.now() - TOUCH_EVERY - timedelta(minutes=1)):
        client.force_login(people[0], settings.AUTHENTICATION_BACKENDS[-1])
        rows = [session_like(client.session, person) for person in people]
    BrowserSession.objects.bulk_create(rows)
    return {row.person_id: f"{settings.SESSION_COOKIE_NAME}={row.session_key}" for row in rows}


def session_like(other, person):
    store = SessionStore()
    store.update({**dict(other.items()), **whose(person)})
    return store.create_model_instance(dict(store.items()))


def whose(person):
    return {SESSION_KEY: str(person.pk), HASH_SESSION_KEY: person.get_session_auth_hash()}


def test_r1_five_hundred_people_for_twenty_seats(centre, database):
    rush = Rush(centre, people=500)

    rush.finish()

    assert rush.presses == {200: 500}


def test_r2_r3_r4_five_hundred_people_while_web_workers_and_then_postgresql_are_killed(centre, database):
    """Who was told of a seat has it afterwards, and whose press was broken off presses again and is one person still.

    A worker that dies breaks off what it was at and no more; a database that dies is told in words, and is there again
    in seconds without the web's being started anew.
    """
    rush = Rush(centre, people=500, by_form=30, late=100)
    web = centre.process_of("gunicorn")
    for told in (10, 40, 80):
        rush.wait_until_told(told)
        min(web.children(), key=psutil.Process.create_time).kill()  # one that has long been at work
    rush.wait_until_told(140)
    assert set(rush.presses) == {200, "broken off"}
    broken_off, workers = rush.presses["broken off"], web_processes(centre)
    for told in (150, 300):
        rush.wait_until_told(told)
        kill_database(centre)
        wait_for(cluster(centre).answers, PATIENCE_SECONDS)
        answers_again_at, told = time.monotonic(), len(rush.told)
        wait_for(lambda told=told: len(rush.told) > told, RECOVERY_SECONDS)

    rush.finish()

    assert set(rush.presses) == {200, 503, "broken off"}
    assert rush.presses["broken off"] == broken_off
    assert rush.last_unavailable_at < answers_again_at + RECOVERY_SECONDS
    assert web_processes(centre) == workers


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
