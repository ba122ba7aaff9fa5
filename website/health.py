"""Is the site well? For load balancers and monitors: nobody signs in, nothing told is anybody's (promise R23)."""

import logging
from datetime import datetime, timedelta
from functools import cache

from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

# The whole answer has five seconds, also when the database is stopped or holds everybody up.
CONNECT_SECONDS = 2
STATEMENT_MILLISECONDS = 1000
# The beat asks for both every half minute.
BEAT_IS_LATE = timedelta(minutes=2)
MESSAGES_ARE_LATE = timedelta(minutes=15)

# Waiting for the end of the quiet hours is no delay: whatever waits for them has been put off, so is not due.
STATE_OF_THE_QUEUE = """
    SELECT
        (SELECT min(send_after) FROM notifications_message WHERE state = 'planned' AND send_after <= now()),
        (SELECT count(*) FROM notifications_message WHERE state = 'failed'),
        (SELECT at FROM centre_heartbeat WHERE name = 'worker')
"""


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 when people should not be sent here: no database, or one that this code does not fit.

    Late messages or a silent worker are warnings under 200: pages are served all the same, and another web process
    would not help.
    """
    connection = hurried_connection()
    try:
        facts = state_of_the_site(connection)
    except (DatabaseError, InterfaceError):
        facts = {"status": "not ready", "database": "does not answer"}
    finally:
        connection.close()
    if facts["status"] == "ready":
        return JsonResponse(facts)
    logger.error("The site is not ready: %s", facts, extra={"request": request})
    return JsonResponse(facts, status=503)


def hurried_connection() -> BaseDatabaseWrapper:
    """One of its own: it shows that another one can be had, and waits less than a page does."""
    connection = connections["default"].copy()
    connection.settings_dict["OPTIONS"] |= {"connect_timeout": CONNECT_SECONDS}
    return connection


@cache
def known_migrations() -> set[tuple[str, str]]:
    """Those of this code; read once, for it costs more than the rest of the answer."""
    return set(MigrationLoader(None).disk_migrations)


def applied_migrations(cursor: CursorWrapper) -> set[tuple[str, str]]:
    """Django's own recorder would ask the connection of the pages."""
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    if not cursor.fetchone()[0]:
        return set()
    cursor.execute("SELECT app, name FROM django_migrations")
    return set(cursor.fetchall())


def state_of_the_site(connection: BaseDatabaseWrapper) -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {STATEMENT_MILLISECONDS}")
        if missing := len(known_migrations() - applied_migrations(cursor)):
            return {"status": "not ready", "database": "answers", "migrations_missing": missing}
        cursor.execute(STATE_OF_THE_QUEUE)
        oldest, failed, heard = cursor.fetchone()
    now = timezone.now()
    warnings = {
        "messages are late": oldest and now - oldest > MESSAGES_ARE_LATE,
        "messages were given up": failed,
        "beat or worker is silent": not heard or now - heard > BEAT_IS_LATE,
    }
    return {
        "status": "ready",
        "database": "answers",
        "migrations_missing": 0,
        "oldest_due_message_seconds": seconds_since(oldest, now) or 0,
        "failed_messages": failed,
        "worker_heard_seconds_ago": seconds_since(heard, now),
        "warnings": [words for words, holds in warnings.items() if holds],
    }


def seconds_since(moment: datetime | None, now: datetime) -> int | None:
    return max(0, int((now - moment).total_seconds())) if moment else None
