"""Who acts, from where and why: known to the code that begins a piece of work, told to the database's triggers.

Each web request, task and command opens `acting(…)`; every action adds its `by` and `reason` (centre/actions.py). The
words travel in front of each writing statement, in the same round trip, as a setting local to the transaction: a
savepoint that is rolled back takes a setting back, so it is not remembered that it was told once.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakSet

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import QuotedString

REASON_LENGTH = 300
SOURCE_LENGTH = 200
# The first word, or the name of a prepared statement (centre/inserts.py).
WRITES = re.compile(r"\s*((INSERT|UPDATE|DELETE|MERGE|WITH)\b|(PREPARE|EXECUTE) insert_)", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Acting:
    """Who acts. `by` is a key of an employee, or asked for when something is written: a request loads its user late."""

    by: int | Callable[[], int | None] | None = None
    source: str = ""
    address: str = ""
    reason: str = ""

    def in_json(self) -> str:
        by = self.by() if callable(self.by) else self.by
        facts = {"by_id": by, "source": self.source, "address": self.address or None, "reason": self.reason}
        return orjson.dumps({name: value for name, value in facts.items() if value}).decode()


_present: ContextVar[Acting | None] = ContextVar("acting", default=None)
# Connections that were told something; what is written later without a context must not inherit it.
_told: WeakSet[BaseDatabaseWrapper] = WeakSet()


@contextmanager
def acting(
    *,
    by: int | Callable[[], int | None] | None = None,
    source: str | None = None,
    address: str | None = None,
    reason: str | None = None,
) -> Iterator[None]:
    """What is written inside is recorded with these facts; what is not given stays as it was outside."""
    given: dict[str, Any] = {}
    if by is not None:
        given["by"] = by
    if address is not None:
        given["address"] = address
    if source is not None:
        given["source"] = one_line(source, SOURCE_LENGTH)
    if reason:
        given["reason"] = one_line(reason, REASON_LENGTH)
    token = _present.set(replace(_present.get() or Acting(), **given))
    try:
        yield
    finally:
        _present.reset(token)


def present() -> Acting:
    """Who acts now; nothing known outside of any work."""
    return _present.get() or Acting()


def one_line(text: str, length: int) -> str:
    return CONTROLS.sub(" ", text).strip()[:length]


def tell_each_connection(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    if connection.vendor == "postgresql" and tell_database not in connection.execute_wrappers:
        connection.execute_wrappers.append(tell_database)


def tell_database(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Put the facts in front of a statement that writes."""
    connection = context["connection"]
    acts = _present.get()
    if (acts is None and connection not in _told) or not writes(sql, context["cursor"]):
        return execute(sql, params, many, context)
    words = QuotedString(acts.in_json() if acts else "")
    words.prepare(connection.connection)
    told = f"SET LOCAL audit.context = {words.getquoted().decode()}"
    _told.add(connection)
    if many:
        context["cursor"].cursor.execute(told)  # `execute` is that of many rows
        return execute(sql, params, many, context)
    if params is not None:
        told = told.replace("%", "%%")
    return execute(f"{told}; {sql}", params, many, context)


def writes(sql: Any, cursor: Any) -> bool:
    """Whether the statement may change rows. A named cursor only reads, and takes one statement alone."""
    if not isinstance(sql, str) or getattr(cursor, "name", None):
        return False
    return WRITES.match(sql) is not None
