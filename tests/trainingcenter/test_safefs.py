"""The broker in a folder: nothing is lost when workers are killed, and nothing half-written is read."""

import collections
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import psutil
import pytest
from celery import Celery
from kombu import Connection

ROOT = Path(__file__).resolve().parents[2]
WORKER = "-m celery -A tests.trainingcenter.broker_app worker -c 2 --without-mingle --without-gossip -l ERROR"


@pytest.fixture
def environment(tmp_path):
    return {**os.environ, "BROKER_TEST_FOLDER": str(tmp_path)}


@pytest.fixture
def queue(tmp_path):
    with Connection("safefs://", transport_options={"folder": str(tmp_path / "broker")}) as connection:
        yield connection.SimpleQueue("celery")


def start_worker(environment):
    return subprocess.Popen(
        [sys.executable, *WORKER.split()], cwd=ROOT, env=environment, start_new_session=True
    )


def done(folder):
    path = folder / "done"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def wait_until(claim, seconds=60):
    end = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < end
        time.sleep(0.05)


def publisher(tmp_path):
    app = Celery("publisher", broker="safefs://")
    app.conf.broker_transport_options = {"folder": str(tmp_path / "broker")}
    return app


def test_killed_workers_lose_no_message(environment, tmp_path):
    app = publisher(tmp_path)
    for number in range(40):
        app.send_task("tests.trainingcenter.broker_app.note", [number])

    worker = start_worker(environment)
    wait_until(lambda: len(done(tmp_path)) >= 10)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    worker = start_worker(environment)
    wait_until(lambda: len(set(done(tmp_path))) == 40)
    worker.terminate()
    worker.wait(30)

    assert set(done(tmp_path)) == set(range(40))
    # Only what ran at the moment of the kill may run again.
    assert sum(times - 1 for times in collections.Counter(done(tmp_path)).values()) <= 2
    assert [
        path for path in (tmp_path / "broker").rglob("*") if path.is_file() and path.suffix != ".lock"
    ] == []


def test_killed_children_do_not_stop_their_worker(environment, tmp_path):
    app = publisher(tmp_path)
    app.send_task("tests.trainingcenter.broker_app.note", [0])
    worker = start_worker(environment)
    wait_until(lambda: done(tmp_path) == [0])

    for child in psutil.Process(worker.pid).children():
        child.kill()
    for number in range(1, 10):
        app.send_task("tests.trainingcenter.broker_app.note", [number])

    wait_until(lambda: set(done(tmp_path)) == set(range(10)), seconds=20)
    worker.terminate()
    worker.wait(30)


def test_messages_being_written_are_never_read(queue, tmp_path):
    large = {"text": "ё" * 200_000}

    def publish():
        for _ in range(30):
            publisher(tmp_path).send_task("note", [large])

    threads = [threading.Thread(target=publish) for _ in range(3)]
    for thread in threads:
        thread.start()
    received = [queue.get(timeout=20) for _ in range(90)]
    for thread in threads:
        thread.join()

    assert all(message.payload[0] == [large] for message in received)


def test_messages_keep_their_order_and_unfinished_ones_return_to_their_place(queue, tmp_path):
    for number in range(3):
        queue.put(number)
    first = queue.get(timeout=5)
    assert first.payload == 0

    first.requeue()

    received = [queue.get(timeout=5) for _ in range(3)]
    assert [message.payload for message in received] == [0, 1, 2]
    for message in received:
        message.ack()
    assert queue.qsize() == 0


def test_an_empty_file_left_by_a_loss_of_power_is_dropped(queue, tmp_path):
    queue.put("first")
    [path] = (tmp_path / "broker" / "queues" / "celery").iterdir()
    path.write_text("")
    queue.put("second")

    assert queue.get(timeout=5).payload == "second"


@pytest.mark.broker
def test_the_same_tasks_run_on_redis(environment, tmp_path):
    environment |= {
        "BROKER_TEST_URL": os.environ["REDIS_URL"],
        "BROKER_TEST_QUEUE": f"test-{uuid.uuid4().hex}",
    }
    app = Celery("publisher", broker=environment["BROKER_TEST_URL"])
    for number in range(20):
        app.send_task(
            "tests.trainingcenter.broker_app.note", [number], queue=environment["BROKER_TEST_QUEUE"]
        )

    worker = start_worker(environment)
    wait_until(lambda: len(done(tmp_path)) == 20)
    worker.terminate()
    worker.wait(30)

    assert sorted(done(tmp_path)) == list(range(20))
