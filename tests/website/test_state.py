"""The page of the state: each line is judged, says what to do, and spoils no other (expectation 30)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import shared_task
from celery.schedules import crontab
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import BrowserSession
from accounts.roles import Role
from centre.models import Heartbeat
from centre.tasks import forget_uses
from notifications.models import Message
from tests.factories import EmployeeFactory
from tests.rights import in_role, sign_in
from website.state import judging, questions, reading
from website.state.facts import Standing
from website.state.reading import Disk, Queue
from website.state.schedule import TASK_WORDS, PeriodicTask, periodic_tasks
from website.templatetags.state_text import with_commands

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD, LOOK, BROKEN, NEVER = Standing.GOOD, Standing.LOOK, Standing.BROKEN, Standing.NEVER
FAILING = "tests.failing_task"


def ago(**span):
    return NOW - timedelta(**span)


def beats(name, **values):
    return {name: Heartbeat(name=name, **values)}


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (judging.due(Queue(0, None), NOW), GOOD),
        (judging.due(Queue(3, ago(minutes=2)), NOW), GOOD),
        (judging.due(Queue(3, ago(minutes=16)), NOW), LOOK),
        (judging.due(Queue(3, ago(hours=3)), NOW), BROKEN),
        (judging.given_up(Queue(0, None), NOW), GOOD),
        (judging.given_up(Queue(1, ago(days=1)), NOW), LOOK),
        (judging.worker({}, NOW), NEVER),
        (judging.worker(beats("worker", at=ago(seconds=40)), NOW), GOOD),
        (judging.worker(beats("worker", at=ago(minutes=3)), NOW), LOOK),
        (judging.worker(beats("worker", at=ago(hours=1)), NOW), BROKEN),
        (judging.backup({}, NOW), NEVER),
        (judging.backup(beats("backup", at=ago(hours=25)), NOW), GOOD),
        (judging.backup(beats("backup", at=ago(hours=27)), NOW), LOOK),
        (judging.backup(beats("backup", at=ago(days=4)), NOW), BROKEN),
        (judging.backup(beats("backup", at=ago(hours=2), failed_at=ago(hours=1)), NOW), BROKEN),
        (judging.backup(beats("backup", at=ago(hours=1), failed_at=ago(hours=2)), NOW), GOOD),
        (judging.restore_test({}, NOW), NEVER),
        (judging.restore_test(beats("restore_test", at=ago(days=7)), NOW), GOOD),
        (judging.restore_test(beats("restore_test", at=ago(days=9)), NOW), LOOK),
        (judging.restore_test(beats("restore_test", failed_at=ago(days=1)), NOW), BROKEN),
        (judging.staff_lists(Queue(1, ago(minutes=5)), NOW), GOOD),
        (judging.staff_lists(Queue(1, ago(hours=1)), NOW), LOOK),
        (judging.migrations([], NOW), GOOD),
        (judging.migrations(["centre.0099_later"], NOW), BROKEN),
        (judging.disks([Disk(Path("/srv"), 50, 100)], NOW), GOOD),
        (judging.disks([Disk(Path("/srv"), 14, 100)], NOW), LOOK),
        (judging.disks([Disk(Path("/srv"), 4, 100)], NOW), BROKEN),
    ],
)
def test_30_each_line_is_judged_and_says_what_to_do(facts, standing):
    (fact,) = facts

    assert fact.standing == standing
    assert bool(fact.advice) == (standing != GOOD)


@pytest.mark.parametrize(
    ("schedule", "ended_at", "standing"),
    [
        (30.0, ago(minutes=5), GOOD),
        (30.0, ago(minutes=6), LOOK),
        (30.0, ago(hours=3), BROKEN),
        (3600.0, ago(minutes=63), GOOD),
        # At 3:20 in Moscow, 0:20 by this clock.
        (crontab(hour=3, minute=20), ago(hours=11, minutes=39), GOOD),
        (crontab(hour=3, minute=20), ago(hours=11, minutes=41), BROKEN),
        (crontab(hour=3, minute=20), ago(days=2), BROKEN),
    ],
)
def test_30_a_task_is_late_by_its_own_schedule(schedule, ended_at, standing):
    fact = judging.task_fact(PeriodicTask("a.task", schedule), Heartbeat(at=ended_at), NOW)

    assert fact.standing == standing


def test_30_a_run_that_failed_is_told_with_its_error_until_one_ends_well():
    task = PeriodicTask("a.task", 30.0)

    broken = judging.task_fact(task, Heartbeat(at=ago(minutes=2), failed_at=ago(minutes=1), error="Ow"), NOW)
    mended = judging.task_fact(task, Heartbeat(at=ago(minutes=1), failed_at=ago(minutes=2), error="Ow"), NOW)

    assert (broken.standing, broken.since) == (BROKEN, ago(minutes=1))
    assert (mended.standing, mended.since) == (GOOD, ago(minutes=1))
    assert "Ow" in broken.words
    assert "Ow" in mended.words


def test_30_each_periodic_task_has_its_words():
    assert {task.name for task in periodic_tasks()} == set(TASK_WORDS)


@shared_task(name=FAILING)
def failing_task():
    raise ValueError("nothing works\nDETAIL: Иванов")


@pytest.mark.django_db
def test_30_each_run_of_a_periodic_task_is_noted_in_one_statement():
    with CaptureQueriesContext(connection) as queries:
        forget_uses.apply()
        failing_task.apply()  # not of the beat's schedule
    assert len([one for one in queries if "centre_heartbeat" in one["sql"]]) == 1
    assert timezone.now() - Heartbeat.objects.get().at < timedelta(seconds=20)


@pytest.mark.django_db
def test_30_a_failure_is_noted_by_the_first_line_of_its_error(settings):
    settings.CELERY_BEAT_SCHEDULE = {"fail": {"task": FAILING, "schedule": 30.0}}
    earlier = timezone.now() - timedelta(minutes=1)
    Heartbeat.objects.create(name=FAILING, at=earlier)

    failing_task.apply()

    heard = Heartbeat.objects.get()
    assert heard.at == earlier
    assert heard.failed_at > earlier
    assert heard.error == "ValueError: nothing works"  # the second line of a database's errors quotes rows


@pytest.mark.django_db
def test_30_backup_and_restore_test_say_how_they_ended():
    call_command("heard", "backup")
    call_command("heard", "restore_test", "--failed", "two tables differ")

    heard = {one.name: one for one in Heartbeat.objects.all()}
    assert heard["backup"].went_well_at
    assert not heard["restore_test"].went_well_at
    assert heard["restore_test"].error == "two tables differ"


@pytest.fixture
def admin(client):
    admin = in_role(Role.SYSTEM_ADMIN)
    sign_in(client, admin)
    return admin


def standings(answer):
    return {fact.title: fact.standing for shelf in answer.context["shelves"] for fact in shelf.facts}


@pytest.mark.django_db
@pytest.mark.rows_of("website:state")
def test_30_the_page_reads_in_a_constant_number_of_statements(client, admin, django_assert_num_queries):
    client.get("/state/")
    with CaptureQueriesContext(connection) as before:
        client.get("/state/")
    for name in TASK_WORDS:
        Heartbeat.objects.create(name=name, at=timezone.now())
    now = timezone.now()
    Message.objects.bulk_create(
        Message(recipient=admin, kind="note", key=str(number), state="failed", send_after=now)
        for number in range(20)
    )

    with django_assert_num_queries(len(before)):
        answer = client.get("/state/")

    told = answer.content.decode()
    assert standings(answer)["Отправка сообщений"] == GOOD
    assert standings(answer)["Резервная копия"] == NEVER
    assert 'href="/messages/?tab=failed"' in told
    assert "20 сообщений" in told


@pytest.mark.django_db
def test_30_what_cannot_be_read_says_so_and_spoils_nothing_else(client, admin, settings):
    """A table is away, and another question sleeps longer than it may."""
    settings.MEDIA_ROOT = Path("/dev/null\0")  # no such name can be
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE centre_heartbeat RENAME TO gone")

    answer = client.get("/state/")

    found = standings(answer)
    assert answer.status_code == 200
    assert found["Резервная копия"] == found["Периодические задания"] == Standing.UNREADABLE
    assert found["Миграции"] == found["Сообщения, которым пора уйти"] == GOOD


@pytest.mark.django_db
def test_30_a_question_that_takes_too_long_is_stopped(monkeypatch):
    def sleep(now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    monkeypatch.setattr(reading, "STATEMENT_MILLISECONDS", 50)
    question = questions.Question("Slow", sleep, judging.due)

    (fact,) = question.answer(NOW)

    assert fact.standing == Standing.UNREADABLE
    assert EmployeeFactory().pk  # the transaction of the page goes on, and without the limit
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db
def test_30_a_page_that_renews_itself_keeps_nobody_signed_in(client, admin):
    client.get("/state/")
    earlier = (timezone.now() - timedelta(minutes=20)).isoformat()
    session = client.session
    session["seen_at"] = earlier
    session.save()

    answer = client.get("/state/", headers={"HX-Request": "true"})

    assert "<h1" not in answer.content.decode()
    assert client.session["seen_at"] == earlier
    client.get("/state/")
    assert client.session["seen_at"] > earlier

    BrowserSession.objects.all().delete()
    gone = client.get("/state/", headers={"HX-Request": "true"})
    assert "/sign-in/" in gone["HX-Redirect"]


@pytest.mark.django_db
def test_30_the_page_can_stand_still(client, admin):
    assert 'hx-trigger="every 30s"' in client.get("/state/").content.decode()
    assert "hx-trigger" not in client.get("/state/?still=1").content.decode()


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Restart it.", "Restart it."),
        ("Run deploy/backup.sh & read.", 'Run <code translate="no">deploy/backup.sh</code> &amp; read.'),
        (
            "Look: systemctl status trainingcenter-worker trainingcenter-beat; then",
            'Look: <code translate="no">systemctl status trainingcenter-worker trainingcenter-beat</code>; then',
        ),
        ("Диск папки /srv/media", 'Диск папки <code translate="no">/srv/media</code>'),
        ("audit_change 664,0 КБ", '<code translate="no">audit_change</code> 664,0 КБ'),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_30_commands_and_paths_are_set_apart_from_the_words(sentence, shown):
    assert with_commands(sentence) == shown
