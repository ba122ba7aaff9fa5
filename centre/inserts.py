"""Inserts that are built and planned once: Django spends more on such a statement than PostgreSQL on the row.

    ENTRIES = PreparedInsert(EnrolmentEntry)
    ENTRIES.insert([EnrolmentEntry(enrolment=enrolment, kind=kind)])

One statement for any number of rows, which travel as one text in JSON: both sides are done with it in a third of the
time that an array for each column takes. Constraints, defaults of the model and the record of changes are those of any
insert; signals are not sent. Nothing comes back of what the database decides (keys, `db_default`), so several of them
can travel together:

    with one_round_trip():
        ENTRIES.insert(entries)
        BOOKINGS.insert(bookings)
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from types import NoneType
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg2.extras import Json, Range

from centre.prepared import Plan, executing

# A statement of this name writes: audit/context.py.
INSERT = "insert"

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Held:
    """An insert that is about to be sent, with its rows."""

    insert: "PreparedInsert[Any]"
    rows: str


_held: ContextVar[list[Held] | None] = ContextVar("held", default=None)


@contextmanager
def one_round_trip() -> Iterator[None]:
    """Hold the inserts of the block back and send them together at its end, in their order.

    Nothing in the block may read what they write, and a broken constraint shows at the end. After an exception
    nothing is sent.
    """
    held: list[Held] = []
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)
    send(held)


class PreparedInsert(Generic[M]):
    """The INSERT of rows of one model. `ignore_conflicts` leaves out rows that break a unique constraint.

    Of a `keyed` one the rows bring everything that the database would decide, for who writes rows that point at them
    in the same round trip.
    """

    def __init__(self, model: type[M], *, ignore_conflicts: bool = False, keyed: bool = False) -> None:
        self.model = model
        self.ignore_conflicts = ignore_conflicts
        self.keyed = keyed

    def insert(self, rows: Iterable[M]) -> None:
        """Write the rows; inside of `one_round_trip` at its end."""
        if not (rows := list(rows)):
            return
        self._send(self._in_json(rows))

    def insert_values(self, rows: Iterable[dict[str, Any]]) -> None:
        """As `insert`, of rows as values by column: where many wait, making a model costs more than its row.

        What is not given has the model's default; moments have none and are given.

        Raises:
            TypeError: there is no such column, or the database decides it.
        """
        if whole := [self.defaults | row for row in rows]:
            if unknown := [name for row in whole for name in row if name not in self.defaults]:
                raise TypeError(f"{self.model.__name__} takes no {unknown[0]!r}.")
            self._send(IN_JSON.encode(whole))

    def _send(self, rows: str) -> None:
        one = Held(self, rows)
        held = _held.get()
        if held is None:
            send([one])
        else:
            held.append(one)

    def _in_json(self, rows: Sequence[M]) -> str:
        for row in rows:
            for field in self.decided:
                value = getattr(row, field.attname)
                if value is not None and not isinstance(value, DatabaseDefault):
                    raise ValueError(f"{field.name} is decided by the database, not {value!r}.")
        return IN_JSON.encode([self._columns(row) for row in rows])

    def _columns(self, row: M) -> dict[str, Any]:
        """The given columns with their values as the database takes them.

        Rows of one model mostly hold values of the same types, so that which fields have to be asked is found once.
        """
        values = self.values_of(row)
        types = tuple(map(type, values))
        if (asked := self.asked_of.get(types)) is None:
            asked = self.asked_of[types] = tuple(
                place
                for place, field in enumerate(self.given)
                if types[place] not in kinds_as_they_are(field)
            )
        columns = dict(zip(self.names, values, strict=True))
        for place in asked:
            field = self.given[place]
            columns[self.names[place]] = field.get_db_prep_save(field.pre_save(row, add=True), connection)
        return columns

    @cached_property
    def decided(self) -> "tuple[models.Field[Any, Any], ...]":
        """Not a column with a default of ours too: the database's is there for older code that does not know it."""
        fields = () if self.keyed else self.model._meta.db_returning_fields
        return tuple(field for field in fields if not field.has_default())

    @cached_property
    def given(self) -> "tuple[models.Field[Any, Any], ...]":
        fields = self.model._meta.local_concrete_fields
        return tuple(field for field in fields if field not in self.decided)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(str(field.column) for field in self.given)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """By column what a row has that does not give it; nothing where each row has its own, such as a moment."""
        return {
            str(field.column): None if is_made_anew(field) else field.get_default() for field in self.given
        }

    @cached_property
    def values_of(self) -> "Callable[[M], tuple[Any, ...]]":
        return attrgetter(*(field.attname for field in self.given))

    @cached_property
    def asked_of(self) -> dict[tuple[type, ...], tuple[int, ...]]:
        """By the types of a row's values the places of those that are not passed on as they are."""
        return {}

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.text("$1"), INSERT)

    def text(self, place: str) -> str:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self.given)
        # Types without lengths: a cast would cut what is too long, and the column refuses it.
        kinds = ", ".join(
            f"{quote(str(field.column))} {(field.cast_db_type(connection) or '').partition('(')[0]}"
            for field in self.given
        )
        conflicts = "ON CONFLICT DO NOTHING" if self.ignore_conflicts else ""
        return (  # names of our own tables and columns alone
            f"INSERT INTO {quote(self.model._meta.db_table)} ({columns}) "  # noqa: S608
            f"SELECT {columns} FROM json_to_recordset({place}::json) AS given ({kinds}) "
            f"{conflicts}"
        )


# By the type of a field the types of values that Django would pass on unchanged; asking each field whether it does
# costs a seat more than the rest of its inserts.
AS_THEY_ARE: "dict[type[models.Field[Any, Any]], tuple[type, ...]]" = {
    models.CharField: (str, NoneType),
    models.TextField: (str, NoneType),
    models.BooleanField: (bool, NoneType),
    models.IntegerField: (int, NoneType),
    models.SmallIntegerField: (int, NoneType),
    models.PositiveIntegerField: (int, NoneType),
    models.PositiveSmallIntegerField: (int, NoneType),
    models.BigIntegerField: (int, NoneType),
    models.ForeignKey: (int, NoneType),
    models.JSONField: (dict, list),
}


def kinds_as_they_are(field: "models.Field[Any, Any]") -> tuple[type, ...]:
    """The types of values that the field takes as they are; exact ones, for subclasses may mean more."""
    if isinstance(field, models.ForeignKey) and not isinstance(field.target_field, models.AutoField):
        return ()
    if isinstance(field, models.JSONField) and field.encoder is not None:
        return ()
    return AS_THEY_ARE.get(type(field), (NoneType,) if field.null else ())


def is_made_anew(field: "models.Field[Any, Any]") -> bool:
    return callable(field.default) and field.default not in (dict, list, models.NOT_PROVIDED)


def as_text(value: Any) -> Any:
    """What JSON has no word for, as PostgreSQL reads it."""
    match value:
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case Range() if not value.isempty:
            lower, upper = ("" if end is None else as_text(end) for end in (value.lower, value.upper))
            return f"{value._bounds[0]}{lower},{upper}{value._bounds[1]}"
        case Json():
            return json.loads(value.dumps(value.adapted))
    raise TypeError(f"{value!r} cannot be written by a prepared insert.")


IN_JSON = json.JSONEncoder(ensure_ascii=False, default=as_text)


def send(held: Sequence[Held]) -> None:
    """Run the inserts in one round trip."""
    if not held:
        return
    params = [one.rows for one in held]
    if not settings.PREPARED_STATEMENTS:
        run([one.insert.text("%s") for one in held], params)
        return
    connection.ensure_connection()
    link = connection.connection
    plans = {one.insert.plan: one.insert.plan.named(link) for one in held}
    preparing = "".join(first for _name, first in plans.values())
    calls = [executing(plans[one.insert.plan][0], ["%s"]) for one in held]
    run([preparing + calls[0], *calls[1:]], params)
    for plan, (name, first) in plans.items():
        if first:
            plan.names[link] = name


def run(statements: Sequence[str], params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statements), params)
