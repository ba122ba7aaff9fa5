"""What PostgreSQL's planner takes a table of the tests for: as long as its pages are, whatever was there before.

A test's rows stand in a transaction that is taken back. Whoever counts meanwhile, autovacuum before all, sees none and
notes a table of fifty pages without a row; from then on each is planned as if it were empty, and a statement about two
thousand people that takes a second alone took more than four minutes. So nobody counts but the tests themselves.
"""

from django.db import connection

PAGES_TO_SPARE = 64


def let_nobody_count() -> None:
    """Called once for a new database: its tables are left alone by autovacuum, on any server."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} SET (autovacuum_enabled = false)")


def give_pages_back() -> None:
    """Between two modules: tables that rows taken back have made long, and those that were counted as empty."""
    if connection.in_atomic_block:  # of a fixture that outlives its module
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT quote_ident(relname) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                AND (pg_relation_size(oid) > %s * 8192 OR (reltuples = 0 AND relpages > 0))
            """,
            [PAGES_TO_SPARE],
        )
        if tables := [name for (name,) in cursor.fetchall()]:
            cursor.execute(f"VACUUM {', '.join(tables)}")
