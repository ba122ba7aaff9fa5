"""Querysets that are built once: building the SQL of a hot page costs Django several times what running it costs.

    nearest = Prepared(lambda: Meeting.objects.filter(session_id__any=Given("sessions"), starts_at__gt=Given("now")))
    meetings = nearest(sessions=[1, 2], now=timezone.now())

What differs from call to call is `Given`; everything else is the same for the life of the process, so a date or a
moment among the other parameters is a mistake and refused. Rows come out as of any queryset, models or values;
what changes the query itself, such as a search of any number of words, stays an ordinary queryset or is asked `once`.

PostgreSQL plans such a query once a connection (PREPARE), for any values: planning costs it more than running. Fresh
statistics make it plan anew. A pool of connections between the centre and PostgreSQL that hands out another one for
each transaction cannot keep plans: PREPARED_STATEMENTS=false.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from itertools import count
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.expressions import Expression
from django.db.models.lookups import Lookup
from django.db.models.query import ValuesIterable
from django.db.models.sql.compiler import SQLCompiler

from centre.connection import REFUSED_PLANS, held_back
from centre.reading import Reader, reader_of


@dataclass(frozen=True)
class Slot:
    """Where a value goes among the parameters, and its type where the query does not say it."""

    name: str
    kind: str = ""


class Given(Expression):
    """A value that the caller of a prepared queryset gives under this name; a list for the lookup `any`."""

    def __init__(self, name: str, output_field: "models.Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name
        self.known = output_field

    def __repr__(self) -> str:
        return f"Given({self.name!r})"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        kind = self.known.cast_db_type(connection) if self.known else None
        return "%s", [Slot(self.name, kind or "")]


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class AnyOf(Lookup):
    """`pk__any=[1, 2]`: as `in`, but one parameter whatever the length, and no error for an empty list."""

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = (
            compiler.compile(self.rhs) if hasattr(self.rhs, "as_sql") else ("%s", [list(self.rhs)])
        )
        kind = self.lhs.output_field.cast_db_type(connection)
        return f"{left} = ANY({right}::{kind}[])", [*left_params, *right_params]


# A parameter of Django's SQL, or a per cent sign that stands for itself.
PLACE = re.compile("%(s|%)")
PLACE_BY_NUMBER = re.compile(r"\$(\d+)")
NUMBERS = count(1)


@dataclass(frozen=True, eq=False)
class Plan:
    """A statement that PostgreSQL plans once a connection; `text` has $1, $2 … for its values.

    `places` are the values as they stand in a call, in their order ("%s::bigint").
    """

    text: str
    places: tuple[str, ...]
    word: str = "prepared"

    @cached_property
    def call(self) -> str:
        return f" ({', '.join(self.places)})" if self.places else ""


@dataclass(frozen=True)
class Said:
    """A statement with its values, to be run by `run`; `plain` is its SQL where plans are not kept."""

    plan: Plan
    values: tuple[Any, ...]
    plain: Callable[[], tuple[str, tuple[Any, ...]]]


def run(said: Sequence[Said], database: BaseDatabaseWrapper) -> Any:
    """Run the statements in one round trip, in their order; return the cursor, at the answer of the last.

    PostgreSQL keeps the plan of each under a name. There is a new one for every try: whether a statement that
    broke off was kept, only PostgreSQL knows. A plan that it refuses, as when a migration has widened a column, is
    made anew: at once, or, where a transaction is lost with it, at the next try.
    """
    try:
        return _run(said, database)
    except DatabaseError as error:
        # The connection has forgotten its plans then (centre/connection.py).
        if database.in_atomic_block or not isinstance(error.__cause__, REFUSED_PLANS):
            raise
    return _run(said, database)


def say_with_the_next(said: Said, database: BaseDatabaseWrapper) -> None:
    """Say it in one journey with whatever is said next in the transaction, at the latest COMMIT.

    Its errors come there. At once outside of a transaction, and where PostgreSQL has to plan it first: what was never
    sent must not be taken for planned.
    """
    is_planned = not settings.PREPARED_STATEMENTS or said.plan in plans_of(database)
    if database.in_atomic_block and is_planned:
        with held_back(database.connection):
            _run([said], database).close()
    else:
        run([said], database).close()


def plans_of(database: BaseDatabaseWrapper) -> dict[Plan, str]:
    """The names by which PostgreSQL knows what was prepared on the connection of this thread."""
    database.ensure_connection()
    return database.connection.plans


def _run(said: Sequence[Said], database: BaseDatabaseWrapper) -> Any:
    cursor = database.cursor()
    if not settings.PREPARED_STATEMENTS:
        plain = [one.plain() for one in said]
        cursor.execute("; ".join(sql for sql, _values in plain), [one for _sql, own in plain for one in own])
        return cursor
    known = plans_of(database)
    preparing, new = "", dict[Plan, str]()
    calls: list[str] = []
    values: list[Any] = []
    for one in said:
        plan = one.plan
        if not (name := known.get(plan) or new.get(plan)):
            name = new[plan] = f"{plan.word}_{next(NUMBERS)}"
            preparing += f"PREPARE {name} AS {plan.text.replace('%', '%%')}; "
        calls.append(f"EXECUTE {name}{plan.call}")
        values += one.values
    cursor.execute(preparing + "; ".join(calls), values)
    known |= new
    return cursor


@dataclass(frozen=True)
class Built:
    """A query with everything that building it costs; `params` are the places of the values that are given."""

    queryset: QuerySet[Any, Any]
    sql: str
    params: tuple[Any, ...]
    # The same query with the given values numbered, and all others written out.
    plan: Plan
    slots: tuple[Slot, ...]
    reader: Reader

    def said(self, given: dict[str, Any]) -> Said:
        return Said(
            self.plan,
            tuple([given[slot.name] for slot in self.slots]),
            lambda: (self.sql, self.filled(given)),
        )

    def filled(self, given: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(given[one.name] if isinstance(one, Slot) else one for one in self.params)


class Prepared:
    """A queryset that is built at its first use, and then only filled and run."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self.build = build
        self.built: Built | None = None

    def __call__(self, **given: Any) -> list[Any]:
        """The rows for these values.

        Raises:
            KeyError: a value is missing.
        """
        # Whole or not at all: threads that ask first at the same moment each build it, and either will do.
        built = self.built = self.built or self._prepare()
        many = MANY.get()
        if many and many.concerns(built, given):
            return many.rows_of(self, built, given)
        return self._asked(built, given)

    def behind(self, *first: Said, **given: Any) -> list[Any]:
        """The rows, asked for in one round trip with statements that are run before, in their order.

        They are as those leave everything, what others committed while one waited for a lock included.
        """
        built = self.built = self.built or self._prepare()
        return self._asked(built, given, first)

    def once(self, **given: Any) -> list[Any]:
        """The rows, of a query that is built for this call alone: a plan of it would be kept for nobody."""
        built = self._prepare()
        database = connections[built.queryset.db]
        with database.cursor() as cursor:
            cursor.execute(built.sql, built.filled(given))
            found = cursor.fetchall()
        return built.reader.read(found, database)

    def _asked(self, built: Built, given: dict[str, Any], first: Sequence[Said] = ()) -> list[Any]:
        database = connections[built.queryset.db]  # of this thread
        with run([*first, built.said(given)], database) as cursor:
            found = cursor.fetchall()
        return built.reader.read(found, database)

    def of_each(
        self, built: Built, name: str, keys: Sequence[int], given: dict[str, Any]
    ) -> dict[int, list[Any]]:
        """The rows of every key at once: the same query beside each key, in one statement. Only for values."""
        inner = rows_of_each(built, name)
        params = [given[one.name] if isinstance(one, Slot) else one for one in inner.params]
        statement = (
            "SELECT found.*, many.key FROM unnest(%s::bigint[]) AS many(key) "  # noqa: S608
            f"CROSS JOIN LATERAL ({inner.sql}) AS found"
        )
        found = defaultdict(list)
        database = connections[built.queryset.db]
        with database.cursor() as cursor:
            cursor.execute(statement, (list(keys), *params))
            for row in built.reader.converted(cursor.fetchall(), database):
                found[row[-1]].append(built.reader.make(row))
        return found

    def _prepare(self) -> Built:
        queryset = self.build()
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        if stale := [one for one in params if isinstance(one, date | time)]:
            raise ValueError(f"{stale} would stay the same for ever: make it Given.")
        text, slots = numbered(sql, params, connections[queryset.db])
        plan = Plan(with_plain_columns(text), ("%s",) * len(slots))
        return Built(queryset, sql, tuple(params), plan, slots, reader_of(queryset, compiler))


class PreparedText:
    """A statement of our own in SQL with $1, $2 … for its values, planned once a connection as a queryset is."""

    def __init__(self, text: str, *kinds: str) -> None:
        self.plan = Plan(text, tuple(f"%s::{kind}" for kind in kinds))

    def __call__(self, *values: Any) -> None:
        run([self.said(*values)], connections[DEFAULT_DB_ALIAS]).close()

    def said(self, *values: Any) -> Said:
        """For these values, to be run in front of a queryset (`Prepared.behind`)."""
        return Said(self.plan, values, lambda: self._plain(values))

    def _plain(self, values: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        text, places = self.plan.text.replace("%", "%%"), self.plan.places
        numbers = [int(number) - 1 for number in PLACE_BY_NUMBER.findall(text)]
        in_order = PLACE_BY_NUMBER.sub(lambda found: places[int(found[1]) - 1], text)
        return in_order, tuple(values[number] for number in numbers)


# --- many at once ---------------------------------------------------------------------------------


@dataclass
class Many:
    """The keys of which each will be asked the same, and what was loaded for all of them."""

    name: str
    keys: frozenset[int]
    loaded: "dict[tuple[Prepared, str], dict[int, list[Any]]]" = field(default_factory=dict)

    def concerns(self, built: Built, given: dict[str, Any]) -> bool:
        asks = any(slot.name == self.name for slot in built.slots)
        return asks and given.get(self.name) in self.keys and built.queryset._iterable_class is ValuesIterable

    def rows_of(self, prepared: "Prepared", built: Built, given: dict[str, Any]) -> list[Any]:
        others = {name: value for name, value in given.items() if name != self.name}
        asked = (prepared, repr(sorted(others.items())))
        if asked not in self.loaded:
            self.loaded[asked] = prepared.of_each(built, self.name, sorted(self.keys), given)
        return [dict(row) for row in self.loaded[asked].get(given[self.name], [])]


MANY: ContextVar[Many | None] = ContextVar("many", default=None)


@contextmanager
def for_many(name: str, keys: Iterable[int]) -> Iterator[None]:
    """Let prepared querysets of values that are asked for one of these keys load the rows of all in one statement.

        with for_many("trainee", [1, 2, 3]):
            for trainee in trainees:
                situations(trainee, [session], ...)  # as many statements as for one

    Values are dictionaries here, not lists. The rows are those of the first question: only for looking, never under a
    lock that was taken in between.
    """
    token = MANY.set(Many(name, frozenset(keys)))
    try:
        yield
    finally:
        MANY.reset(token)


@dataclass(frozen=True)
class BesideKey:
    sql: str
    params: tuple[Any, ...]


def rows_of_each(built: Built, name: str) -> BesideKey:
    """The query with the key of `many` in the place of the named value."""
    rest, kept = iter(built.params), []

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%%"
        param = next(rest)
        if isinstance(param, Slot) and param.name == name:
            return "many.key"
        kept.append(param)
        return f"%s::{param.kind}" if isinstance(param, Slot) and param.kind else "%s"

    return BesideKey(PLACE.sub(place, built.sql), tuple(kept))


def with_plain_columns(text: str) -> str:
    """The query from outside: at each EXECUTE PostgreSQL copies the expressions of its columns, and these are names.

    A column that is a query of its own would be copied as a whole; ten of them took a twentieth of a seat's time there.
    """
    return f"SELECT * FROM ({text}) AS found"  # noqa: S608


def numbered(sql: str, params: Iterable[Any], connection: Any) -> tuple[str, tuple[Slot, ...]]:
    """The query with $1, $2 … for the given values, each once, and every other parameter written out."""
    rest, numbers = iter(params), dict[Slot, int]()

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        param = next(rest)
        if not isinstance(param, Slot):
            with connection.cursor() as cursor:
                return cursor.mogrify("%s", [param]).decode()
        number = numbers.setdefault(param, len(numbers) + 1)
        return f"${number}::{param.kind}" if param.kind else f"${number}"

    return PLACE.sub(place, sql), tuple(numbers)
