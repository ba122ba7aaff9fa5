"""The web server: one answer to a request of two lengths, and no statement runs for ever (S12, S28, S30)."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from people.models import Employee
from trainingcenter.first_start import wants_demo

ROOT = Path(__file__).resolve().parents[2]
# The database's own address of the tests; the pages that are asked for here need no table.
PROGRAM = """
import django
from trainingcenter.wsgi import application
from django.db import OperationalError, connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The port of a gunicorn whose database is away: it serves all the same."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing"}
    command = ["-m", "gunicorn", "trainingcenter.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
    command += ["--no-control-socket"]
    log = (tmp_path_factory.mktemp("gunicorn") / "log").open("wb")
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log
    ) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
        process.terminate()


def answers(port, *lines, body=b""):
    """Everything that the server says to these lines until it closes, or is silent for a while."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as door:
        door.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        try:
            while piece := door.recv(65536):
                said += piece
        except TimeoutError:
            pass
    return said


HIDDEN = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "lengths",
    [
        ["Content-Length: 0", f"Content-Length: {len(HIDDEN)}"],
        [f"Content-Length: {len(HIDDEN)}", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
        ["Content-Length: +5"],
    ],
)
def test_s12_a_request_of_two_lengths_gets_one_answer(server, lengths):
    said = answers(server, "POST /healthz HTTP/1.1", "Host: localhost", *lengths, body=HIDDEN)

    assert said.count(b"HTTP/1.1 ") <= 1
    assert b"not ready" not in said


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["Host: localhost"], b"200"),
        (["Host: evil.example"], b"400"),
        (["Host: localhost", "X-Forwarded-Host: evil.example"], b"200"),
        (["Host: localhost, evil.example"], b"400"),
        (["Host: localhost@evil.example"], b"400"),
    ],
)
def test_s12_only_the_sites_own_name_is_answered(server, headers, status):
    said = answers(server, "GET /healthz HTTP/1.1", *headers, "Connection: close")

    assert said.split(b" ", 2)[1] == status
    assert b"evil.example" not in said


def test_s12_no_other_origin_may_read_an_answer(server):
    said = answers(
        server,
        "OPTIONS /healthz HTTP/1.1",
        "Host: localhost",
        "Origin: https://evil.example",
        "Access-Control-Request-Method: POST",
        "Connection: close",
    )

    assert b"Access-Control" not in said


@pytest.mark.django_db
def test_s30_no_statement_of_a_page_runs_for_ever():
    said = subprocess.check_output([sys.executable, "-c", PROGRAM], cwd=ROOT, env=database(), text=True)

    assert said.splitlines()[-1] == "30s"


def test_the_collector_does_not_look_through_the_program_in_the_middle_of_an_answer():
    program = "import gc, trainingcenter.wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"
    said = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)

    kept, looked_through = map(int, said.split()[-2:])
    assert kept > 10 * looked_through


def database():
    """The tests' own database, as an address."""
    facts = connection.settings_dict
    host = facts["HOST"].replace("/", "%2F")
    password = f":{facts['PASSWORD']}" if facts["PASSWORD"] else ""
    address = f"postgres://{facts['USER']}{password}@{host}:{facts['PORT'] or 5432}/{facts['NAME']}"
    return {**os.environ, "DATABASE_URL": address}


def test_s28_nothing_is_shown_or_given_by_default(settings):
    """No debug pages, no account of our own making, no demo in a real installation."""
    settings.IS_PRODUCTION = True

    assert not settings.DEBUG
    assert not wants_demo()


@pytest.mark.django_db
def test_s28_a_new_database_has_no_account():
    assert not Employee.objects.exists()
