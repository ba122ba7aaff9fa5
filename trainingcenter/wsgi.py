"""The door for web servers; it stays shut on settings or a database that would harm a real installation."""

import gc
import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.urls import get_resolver

# Nobody waits longer for one statement; what is cut off is answered with the calm page of 503 (promise S30).
STATEMENT_SECONDS = 30


def bound_statements(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Of web processes only: a migration or a task may take its time."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")


def make_application() -> WSGIHandler:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingcenter.settings")
    handler = get_wsgi_application()
    connection_created.connect(bound_statements, dispatch_uid="bound_statements")

    from trainingcenter.checks import refuse_unsafe_start  # it needs the applications, which are loaded now

    refuse_unsafe_start()
    keep_what_is_loaded()
    return handler


def keep_what_is_loaded() -> None:
    """The program stays until the process ends: the collector need not look through it in the middle of an answer."""
    get_resolver().url_patterns  # noqa: B018  with them all views and forms, before the first reader needs them
    gc.collect()
    gc.freeze()


application = make_application()
