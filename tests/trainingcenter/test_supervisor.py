"""bin/start as a person meets it: one Ctrl-C ends everything at any moment, what dies is started again."""

import contextlib
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path

import pytest

from tests.trainingcenter.running_centre import PATIENCE_SECONDS, Centre, works

CHILDREN = ("gunicorn trainingcenter", "celery -A trainingcenter worker", "celery -A trainingcenter beat")


@pytest.fixture(scope="module")
def var():
    # Short, so that the socket lies in the data folder.
    folder = Path(tempfile.mkdtemp(prefix="centre's var ", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def centre(var):
    centre = Centre(var)
    yield centre
    if centre.process and centre.process.poll() is None:
        centre.interrupt()
    for process in centre.processes():
        process.kill()


@pytest.fixture
def running(centre):
    centre.start()
    centre.wait_for("is open at")
    return centre


def in_group_of(one, other):
    with contextlib.suppress(ProcessLookupError):
        return os.getpgid(one.pid) == os.getpgid(other.pid)
    return False


@pytest.mark.parametrize("seconds", [0.2, 0.6, 1.2, 2.5])
def test_ctrl_c_while_it_starts_leaves_nothing_running(centre, seconds):
    centre.start()
    time.sleep(seconds)

    # A terminal sends Ctrl-C to its whole foreground: nothing else may be there to be cut in half.
    in_foreground = {process.pid for process in centre.processes() if in_group_of(centre.process, process)}
    centre.interrupt()

    assert in_foreground == {centre.process.pid}
    assert centre.processes() == []
    assert "Traceback" not in centre.said.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_signal_ends_everything(running, number):
    assert running.status() == 200

    running.process.send_signal(number)
    running.process.wait(PATIENCE_SECONDS)

    assert running.said.read_text().endswith("Stopped.\n")
    assert running.processes() == []


def test_a_terminal_that_is_gone_does_not_keep_it_from_ending(centre):
    reader, writer = os.pipe()
    centre.start(said=writer)
    os.close(writer)
    centre.wait_until(lambda: b"is open at" in os.read(reader, 10_000))
    os.close(reader)

    centre.process.send_signal(signal.SIGHUP)
    centre.process.wait(PATIENCE_SECONDS)

    assert centre.processes() == []


def test_what_is_killed_is_started_again(running):
    for words in CHILDREN:
        killed = running.process_of(words)
        family = [killed, *killed.children()]
        killed.kill()
        running.wait_until(lambda family=family: not any(map(works, family)))
        running.wait_until(lambda words=words: running.has(words))
    postmaster = running.postmaster()
    postmaster.kill()
    running.wait_for("PostgreSQL had ended and was started again.")

    assert running.said.read_text().count("process had ended and was started again") == len(CHILDREN)
    assert running.postmaster() != postmaster
    running.wait_until(lambda: running.status() == 200)


def test_the_next_start_takes_over_what_a_killed_one_left(running):
    postmaster = running.postmaster()
    old = [running.process_of(words) for words in CHILDREN]
    running.process.kill()
    running.process.wait()

    running.start()
    running.wait_for("is open at")

    assert running.postmaster() == postmaster
    assert [process for process in old if works(process)] == []
    assert running.status() == 200


def test_a_second_start_of_the_same_folder_is_refused(running):
    assert re.fullmatch(
        rf"The centre runs already: http://127\.0\.0\.1:{running.port}/, process {running.process.pid}\. "
        r"Stop it there with Ctrl-C\.\n",
        running.refusal(),
    )


def test_a_busy_port_is_named(centre):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        assert centre.refusal(PORT=str(port)) == (
            f"Port {port} is taken by another program. "
            f"Stop it, or choose another: PORT={port + 1} bin/start\n"
        )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "0"}, "PORT is 0; a port lies between 1 and 65535."),
        ({"PORT": "65536"}, "PORT is 65536; a port lies between 1 and 65535."),
        ({"PORT": "web"}, 'Environment variable "PORT" invalid: Not a valid integer. See .env.example.'),
        (
            {"ENVIRONMENT": "prodution"},
            "ENVIRONMENT is neither development nor production. See .env.example.",
        ),
        (
            {"ENV_FILE": "/nowhere/.env"},
            "ENV_FILE names /nowhere/.env, which does not exist. See .env.example.",
        ),
        (
            {"DATABASE_URL": "mysql://centre@db.example/centre"},
            "DATABASE_URL is not like postgres://user:password@host/name, the address of a PostgreSQL. "
            "See .env.example.",
        ),
        (
            {"DATABASE_URL": "postgres://centre@db.example:x/centre"},
            "DATABASE_URL is not like postgres://user:password@host/name, the address of a PostgreSQL. "
            "See .env.example.",
        ),
        (
            {"EMAIL_URL": "pigeon://mail.example"},
            "EMAIL_URL is not like submission://user:password@host:587, the address of a mail server. "
            "See .env.example.",
        ),
        (
            {"VAR_DIR": "/proc/var"},
            "/proc/var cannot be written: No such file or directory. Start as its owner, or set VAR_DIR.",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(centre, variables, sentence):
    assert centre.refusal(**variables) == f"{sentence}\n"
