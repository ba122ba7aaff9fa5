"""Inserts that are built and planned once: Django spends more on such a statement than PostgreSQL on the row.

    ENTRIES = PreparedInsert(EnrolmentEntry)
    ENTRIES.insert([{"enrolment_id": enrolment.pk, "kind": kind, "at": timezone.now()}])

Rows are values by column, for making a model costs more than its row. One statement for any number of rows, which
travel as one text in JSON: both sides are done with it in a third of the time that an array for each column takes.
Constraints, defaults of the model and the record of changes are those of any insert; signals are not sent. Nothing
comes back of what the database decides (keys, `db_default`), so several of them can travel together:

    with one_round_trip():
        ENTRIES.insert(entries)
        BOOKINGS.insert(bookings)
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.expressions import DatabaseDefault
from psycopg2.extras import Json, Range

from centre.prepared import Plan, Said, say_with_the_next

# A statement of this name writes: audit/context.py.
INSERT = "insert"
# Where the rows go into a statement.
NUMBERED = re.compile(r"\(\$\d+::")

Values = dict[str, Any]

# By the plan its rows.
Held = dict[Plan, list[Values]]

_held: ContextVar[Held | None] = ContextVar("held", default=None)


@contextmanager
def one_round_trip() -> Iterator[None]:
    """Hold the inserts of the block back and send them together at its end, as one statement.

    Rows of one model keep their order. Nothing in the block may read what it writes, and a broken constraint shows
    at the end. After an exception nothing is sent.
    """
    held: Held = {}
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    if held:
        send(held)


def send(held: Held) -> None:
    """PostgreSQL spends more on beginning and ending a statement than on a row, so there is one."""
    plan = joined(tuple(held))
    values = tuple(map(in_json, held.values()))
    said = Said(plan, values, lambda: (NUMBERED.sub("(%s::", plan.text.replace("%", "%%")), values))
    say_with_the_next(said, connections[DEFAULT_DB_ALIAS])


@cache
def joined(plans: tuple[Plan, ...]) -> Plan:
    """Each but the last as a part of the last's WITH, numbered in their order."""
    if len(plans) == 1:
        return plans[0]
    texts = [plan.text.replace("($1::", f"(${number}::") for number, plan in enumerate(plans, 1)]
    parts = ", ".join(f"part_{number} AS ({text})" for number, text in enumerate(texts[:-1], 1))
    return Plan(f"WITH {parts} {texts[-1]}", ("%s",) * len(plans), INSERT)


class PreparedInsert:
    """The INSERT of rows of one model. `ignore_conflicts` leaves out rows that break a unique constraint."""

    def __init__(self, model: type[models.Model], *, ignore_conflicts: bool = False) -> None:
        self.model = model
        self.ignore_conflicts = ignore_conflicts
        # By the columns that are given: a centre has a handful of each.
        self.plans: dict[tuple[str, ...], Plan] = {}

    def insert(self, rows: Iterable[Values]) -> None:
        """Write the rows, which all have the same columns; inside of `one_round_trip` at its end.

        What is not given has the model's default, or what the database decides. Moments have none and are given.

        Raises:
            TypeError: there is no such column, or one without a default is not given.
        """
        if not (rows := list(rows)):
            return
        names = tuple(rows[0])
        if any(row.keys() != rows[0].keys() for row in rows):
            raise TypeError(f"Rows of {self.model.__name__} that travel together have the same columns.")
        if (plan := self.plans.get(names)) is None:
            plan = self.plans[names] = Plan(self.text(names), ("%s",), INSERT)
        if (held := _held.get()) is None:
            send({plan: rows})
        else:
            held.setdefault(plan, []).extend(rows)

    def text(self, names: tuple[str, ...]) -> str:
        if unknown := [name for name in names if name not in self.fields]:
            raise TypeError(f"{self.model.__name__} takes no {unknown[0]!r}.")
        constants = self.constants(names)
        quote = connection.ops.quote_name
        given = ", ".join(map(quote, names))
        # Types without lengths: a cast would cut what is too long, and the column refuses it.
        kinds = ", ".join(
            f"{quote(name)} {(self.fields[name].cast_db_type(connection) or '').partition('(')[0]}"
            for name in names
        )
        conflicts = " ON CONFLICT DO NOTHING" if self.ignore_conflicts else ""
        return (  # names of our own tables and columns, and defaults of our own
            f"INSERT INTO {quote(self.model._meta.db_table)} ({', '.join([given, *map(quote, constants)])}) "  # noqa: S608
            f"SELECT {', '.join([given, *constants.values()])} "
            f"FROM json_to_recordset($1::json) AS given ({kinds}){conflicts}"
        )

    @cached_property
    def fields(self) -> "dict[str, models.Field[Any, Any]]":
        return {str(field.column): field for field in self.model._meta.local_concrete_fields}

    def constants(self, given: tuple[str, ...]) -> dict[str, str]:
        """By column the default as SQL, where the row does not bring it and the database has none of its own."""
        found = {}
        for name, field in self.fields.items():
            if name in given or (field.has_db_default() and not field.has_default()):
                continue
            if is_made_anew(field):
                raise TypeError(f"Each row of {self.model.__name__} brings its own {name!r}.")
            if (value := field.get_default()) is not None:
                with connection.cursor() as cursor:
                    ready = field.get_db_prep_save(value, connection)
                    found[name] = cursor.mogrify("%s", [ready]).decode()
        return found


def columns_of(one: models.Model) -> Values:
    """Of a row that is to be written: its key, and what differs from the model's default."""
    found = {}
    for name, column, default in columns_with_defaults(type(one)):
        value = getattr(one, name)
        if value is not default and value != default and not isinstance(value, DatabaseDefault):
            found[column] = value
    return found


@cache
def columns_with_defaults(model: type[models.Model]) -> list[tuple[str, str, Any]]:
    return [
        (field.attname, str(field.column), None if is_made_anew(field) else field.get_default())
        for field in model._meta.local_concrete_fields
    ]


def is_made_anew(field: "models.Field[Any, Any]") -> bool:
    return callable(field.default) and field.default not in (dict, list, models.NOT_PROVIDED)


def in_json(rows: list[Values]) -> str:
    return orjson.dumps(rows, default=as_text).decode()


def as_text(value: Any) -> Any:
    """What JSON has no word for, as PostgreSQL reads it."""
    match value:
        case Decimal():
            return str(value)
        case Range() if not value.isempty:
            lower, upper = (
                "" if end is None else end.isoformat() if isinstance(end, date) else str(end)
                for end in (value.lower, value.upper)
            )
            return f"{value._bounds[0]}{lower},{upper}{value._bounds[1]}"
        case Json():
            return orjson.loads(value.dumps(value.adapted))
    raise TypeError(f"{value!r} cannot be written by a prepared insert.")
