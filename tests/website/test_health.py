"""What monitors are told: the truth, within five seconds, and nothing else (promises R5, R23)."""

import json
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from centre.models import Heartbeat
from centre.tasks import note_heartbeat
from notifications.models import Message
from tests.databases import database_away, silent_database
from tests.factories import EmployeeFactory


def message(**values):
    """Planned; due since ten seconds."""
    now = timezone.now()
    values = {
        "recipient": EmployeeFactory(),
        "kind": "note",
        "send_after": now - timedelta(seconds=10),
    } | values
    return Message.objects.create(key=str(now), **values)


def test_r23_the_process_says_that_it_lives_without_asking_the_database(client):
    with database_away():
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db(transaction=True)
def test_r23_a_site_that_is_ready_says_so(client, django_assert_num_queries):
    note_heartbeat()

    with django_assert_num_queries(0):  # on the connection that pages use
        answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "answers",
        "migrations_missing": 0,
        "oldest_due_message_seconds": 0,
        "failed_messages": 0,
        "worker_heard_seconds_ago": 0,
        "warnings": [],
    }


@pytest.mark.django_db(transaction=True)
def test_r23_messages_that_wait_and_a_silent_worker_are_warnings(client):
    now = timezone.now()
    message(send_after=now - timedelta(hours=2))
    message(send_after=now + timedelta(hours=2))
    message(state="failed")
    Heartbeat.objects.create(name="worker", at=now - timedelta(minutes=10))

    answer = client.get("/readyz")

    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "ready")
    assert told["oldest_due_message_seconds"] == pytest.approx(7200, abs=20)
    assert told["worker_heard_seconds_ago"] == pytest.approx(600, abs=20)
    assert told["failed_messages"] == 1
    assert told["warnings"] == ["messages are late", "messages were given up", "beat or worker is silent"]


@pytest.mark.django_db(transaction=True)
def test_r23_a_beat_that_was_never_heard_is_a_warning(client):
    told = client.get("/readyz").json()

    assert told["worker_heard_seconds_ago"] is None
    assert told["warnings"] == ["beat or worker is silent"]


@pytest.mark.django_db(transaction=True)
def test_r23_a_database_that_lacks_a_migration_is_not_ready(client):
    row = MigrationRecorder.Migration.objects.get(app="centre", name="0007_heartbeat_and_uses")
    row.delete()
    try:
        answer = client.get("/readyz")
    finally:
        row.save()

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": "answers", "migrations_missing": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("way", [database_away, silent_database])
def test_r23_a_database_that_is_away_is_told_within_five_seconds(client, way):
    begun = time.monotonic()
    with way():
        answer = client.get("/readyz")

    assert time.monotonic() - begun < 5
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "database": "does not answer"}


@pytest.mark.django_db(transaction=True)
def test_r23_nothing_of_the_installation_is_told(client, settings):
    message(kind="note", title="Тайна", error="mail.example refused 127.0.0.1")

    told = json.dumps(client.get("/readyz").json(), ensure_ascii=False)

    for secret in ("Тайна", "example", settings.DATABASES["default"]["NAME"], settings.SECRET_KEY):
        assert secret not in told
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("way", [database_away, silent_database])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_r5_while_the_database_is_away_every_page_is_calm(client, caplog, way, is_signed_in):
    """Also for who has signed in, whose session is asked for before any view."""
    client.raise_request_exception = False
    if is_signed_in:
        client.force_login(EmployeeFactory())

    begun = time.monotonic()
    with way():
        answer = client.get(
            "/" if is_signed_in else "/password/forgotten/", headers={"accept-language": "en"}
        )
        posted = client.post("/password/forgotten/", {"name": "1"})

    assert time.monotonic() - begun < 10  # of two answers
    for one in (answer, posted) if is_signed_in else (posted,):
        assert (one.status_code, one["Retry-After"]) == (503, "30")
        assert "Сайт ненадолго остановлен" in one.content.decode()
    assert all(record.exc_info is None for record in caplog.records if record.name != "django.request")


@pytest.mark.django_db
def test_r23_what_is_asked_often_costs_no_full_scan_of_the_ledger():
    """Failed messages are counted by an index of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT count(*) FROM notifications_message WHERE state = 'failed'")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "message_failed" in plan
