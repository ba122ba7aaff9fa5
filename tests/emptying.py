"""How a test with real transactions ends: the tables are as migrations and Django's flush leave them, but sooner.

Django truncates a hundred tables, of which a test fills twenty, and then makes all content types, permissions and
roles again.
"""

from collections.abc import Callable

import pgtrigger
from django.db import connection, transaction
from django.test import TransactionTestCase

# What follows from the code alone; flush makes it anew.
MADE_BY_FLUSH = ["django_content_type", "auth_permission", "auth_group", "auth_group_permissions"]


class Emptying:
    """Takes the place of the end of a `TransactionTestCase`, which is `flush`."""

    def __init__(self, flush: Callable[[TransactionTestCase], None]) -> None:
        self.flush = flush
        self.as_flushed: list[tuple] = []

    def __call__(self, case: TransactionTestCase) -> None:
        # A test may have changed a right of a role: then it is made anew.
        if self.as_flushed and self.as_flushed == fingerprints():
            empty_what_is_full()
        else:
            with pgtrigger.ignore():
                self.flush(case)
            self.as_flushed = fingerprints()


def fingerprints() -> list[tuple]:
    """For each table that flush makes, what tells its present rows from any others."""
    return rows(
        " UNION ALL ".join(
            f"SELECT '{table}', md5(string_agg(t::text, ';' ORDER BY t.id)) FROM {table} t"
            for table in MADE_BY_FLUSH
        )
    )


def empty_what_is_full() -> None:
    """Waits, as TRUNCATE does, for whoever still writes: a page that the browser has left is answered all the same."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = [connection.ops.quote_name(table) for table in tables if table not in MADE_BY_FLUSH]
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"LOCK TABLE {', '.join(names)}")
        full = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
        for (name,) in rows(full):
            cursor.execute(f"DELETE FROM {name}")


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
