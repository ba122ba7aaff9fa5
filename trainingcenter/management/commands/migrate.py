"""``manage.py migrate``, which may be killed at any moment and run by two machines at once."""

import contextlib
from typing import Any

from django.core.management.commands import migrate as django_migrate
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from trainingcenter.quick_states import keep_unchanged_classes

# The advisory lock under which one migrate at a time changes the database.
MIGRATE_LOCK = 21


class WholeExecutor(MigrationExecutor):
    """Does a migration and notes that it is done in one transaction.

    Django notes some migrations, those with deferred statements, after their commit. Killed in between, the next
    migrate would find the tables and no note, and never get past them.
    """

    def apply_migration(self, state: Any, migration: Any, *args: Any, **options: Any) -> Any:
        with self.whole(migration):
            return super().apply_migration(state, migration, *args, **options)

    def unapply_migration(self, state: Any, migration: Any, *args: Any, **options: Any) -> Any:
        with self.whole(migration):
            return super().unapply_migration(state, migration, *args, **options)

    def whole(self, migration: Any) -> contextlib.AbstractContextManager[Any]:
        if migration.atomic:
            return transaction.atomic(self.connection.alias)
        return contextlib.nullcontext()  # it says itself that it may not be one transaction


# The command has no other place to be told of another executor.
django_migrate.MigrationExecutor = WholeExecutor  # type: ignore[attr-defined]
keep_unchanged_classes()


class Command(django_migrate.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATE_LOCK])
        try:
            return super().handle(*args, **options)
        finally:
            with connections[options["database"]].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATE_LOCK])
