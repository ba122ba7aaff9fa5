"""Killed workers, two sweepers at once, a broker that is down: promises R11 to R14, with real processes and threads."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import time as clock_time
from urllib.parse import urlsplit

import pytest
import redis
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from centre.models import Policy
from notifications.actions import PlannedMessage, plan_messages, withdraw_messages
from notifications.delivery import deliver_or_note_failure, message_id
from notifications.models import Message
from notifications.tasks import send_due_messages
from tests.factories import EmployeeFactory, PolicyFactory
from tests.notifications import processes
from tests.threads import at_once, before_the_commit

pytestmark = pytest.mark.django_db(transaction=True)
State = Message.State


@pytest.fixture(autouse=True)
def no_quiet_hours():
    """These tests live in real time, whatever hour it is."""
    PolicyFactory(quiet_from=clock_time(0), quiet_until=clock_time(0))


def plan(count):
    people = EmployeeFactory.create_batch(count)
    plan_messages(PlannedMessage("note", person.pk, "thing:1") for person in people)
    return list(Message.objects.order_by("pk"))


def wait_until(is_so, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def sweep_without_lock():
    """What the sweeper would be as a simple loop."""
    for message in list(Message.objects.due(timezone.now()).select_related("recipient")):
        deliver_or_note_failure(message, timezone.now(), Policy.objects.current())


def email_url(mail_server):
    host, port = mail_server.address
    return f"smtp://{host}:{port}"


def test_r11_a_worker_killed_after_sending_repeats_under_the_same_message_id(mail_server):
    (message,) = plan(1)
    mail_server.may_answer.clear()
    worker = processes.start("sweep", EMAIL_URL=email_url(mail_server))
    assert mail_server.has_letter.wait(timeout=30)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    mail_server.may_answer.set()

    wait_until(send_due_messages)

    assert mail_server.message_ids == [message_id(message)] * 2
    message.refresh_from_db()
    assert message.state == State.SENT
    assert send_due_messages() == 0


def test_r11_workers_killed_at_any_moment_lose_and_double_nothing(mail_server):
    messages = plan(60)
    mail_server.delay = 0.02

    kills = 0
    while Message.objects.planned().exists():
        worker = processes.start("sweep", EMAIL_URL=email_url(mail_server))
        had = len(mail_server.received)
        wait_until(lambda had=had: len(mail_server.received) > had or not Message.objects.planned().exists())
        time.sleep(random.uniform(0, 0.3))
        if kills < 3:
            os.kill(worker.pid, signal.SIGKILL)
            kills += 1
        worker.wait()

    arrived = Counter(mail_server.message_ids)
    assert set(arrived) == {message_id(message) for message in messages}
    assert sum(arrived.values()) - len(messages) <= kills
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.threads
def test_r12_four_sweepers_at_once_send_each_message_once():
    messages = plan(40)

    results = at_once([send_due_messages] * 4)

    assert sum(results) == 40
    sent = sorted(letter.extra_headers["Message-ID"] for letter in mail.outbox)
    assert sent == sorted(message_id(message) for message in messages)


@pytest.mark.threads
def test_r12_a_sweeper_without_the_row_lock_doubles():
    """The proof that the test above can fail."""
    plan(40)

    at_once([sweep_without_lock] * 2)

    assert len(mail.outbox) > 40


@pytest.mark.threads
def test_r12_a_sweeper_goes_round_the_letter_that_another_holds():
    held, free = plan(2)

    sent = before_the_commit(lambda: Message.objects.select_for_update().get(pk=held.pk), send_due_messages)

    assert sent == 1
    assert [letter.extra_headers["Message-ID"] for letter in mail.outbox] == [message_id(free)]


@pytest.mark.threads
def test_r14_withdrawing_waits_for_the_message_in_flight_and_nothing_leaves_afterwards(mail_server):
    in_flight, _next = plan(2)

    was_early, at_commit = withdraw_while_sending(mail_server, send_due_messages)
    send_due_messages()

    assert not was_early
    in_flight.refresh_from_db()
    assert in_flight.state == State.SENT
    # The second one is withdrawn, or was quicker than the withdrawal.
    assert len(mail_server.received) == at_commit == Message.objects.filter(state=State.SENT).count()


@pytest.mark.threads
def test_r14_a_sweeper_without_the_row_lock_sends_what_was_withdrawn(mail_server):
    """The proof that the test above can fail."""
    plan(2)

    was_early, at_commit = withdraw_while_sending(mail_server, sweep_without_lock)

    assert was_early
    assert len(mail_server.received) > at_commit


def withdraw_while_sending(mail_server, sweep):
    """Withdraw everything while a letter is in flight; whether that was done before the letter had arrived, and how
    many letters had left by then.
    """
    mail_server.may_answer.clear()
    sweeper = threading.Thread(target=closing(sweep))
    sweeper.start()
    assert mail_server.has_letter.wait(timeout=10)
    committed, left = threading.Event(), []

    def cancel():
        with transaction.atomic():
            withdraw_messages(["thing:1"])
        left.append(len(mail_server.received))
        committed.set()

    canceller = threading.Thread(target=closing(cancel))
    canceller.start()
    was_early = committed.wait(timeout=0.5)
    mail_server.may_answer.set()
    canceller.join()
    sweeper.join()
    return was_early, left[0]


def test_r13_with_the_broker_down_news_is_kept_and_the_request_goes_on():
    EmployeeFactory()

    took = seconds_of_the_commit(redis_url="redis://127.0.0.1:1/0")

    assert took < 2
    assert send_due_messages() == 1
    assert len(mail.outbox) == 1


def test_r13_a_broker_that_does_not_answer_costs_the_request_a_moment():
    EmployeeFactory()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        took = seconds_of_the_commit(redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0")

    assert took < 4
    assert send_due_messages() == 1


@pytest.fixture
def own_redis():
    """A database of the real Redis that nobody else uses."""
    address = urlsplit(os.environ["REDIS_URL"])._replace(path="/13").geturl()
    client = redis.Redis.from_url(address)
    client.flushdb()
    yield client, address
    client.flushdb()


@pytest.mark.broker
def test_r13_a_flushed_broker_loses_nothing(own_redis):
    client, address = own_redis
    EmployeeFactory()
    seconds_of_the_commit(redis_url=address)
    assert client.llen("celery") == 1

    client.flushdb()

    assert send_due_messages() == 1
    assert len(mail.outbox) == 1


@pytest.mark.broker
def test_r13_a_nudge_wakes_a_real_worker_at_once(own_redis, tmp_path):
    _client, address = own_redis
    EmployeeFactory(email="")
    environment = {"REDIS_URL": address, "DATABASE_URL": processes.database_url(), "VAR_DIR": str(tmp_path)}
    worker = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "tests.notifications.worker",
            "worker",
            "-P",
            "solo",
            "-l",
            "error",
        ],
        env={**os.environ, **environment},
    )
    try:
        seconds_of_the_commit(redis_url=address)
        wait_until(Message.objects.filter(state=State.SHOWN).exists)
    finally:
        worker.kill()
        worker.wait()


def seconds_of_the_commit(*, redis_url):
    process = processes.start("plan", REDIS_URL=redis_url)
    output, _nothing = process.communicate(timeout=60)
    assert process.returncode == 0
    return float(output)


def closing(call):
    def run():
        try:
            call()
        finally:
            connection.close()

    return run
