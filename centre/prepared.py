"""Querysets that are built once: building the SQL of a hot page costs Django several times what running it costs.

    nearest = Prepared(lambda: Meeting.objects.filter(session_id__any=Given("sessions"), starts_at__gt=Given("now")))
    meetings = nearest(sessions=[1, 2], now=timezone.now())

What differs from call to call is `Given`; everything else is the same for the life of the process, so a date or a
moment among the other parameters is a mistake and refused. Rows come out as of any queryset, models or values;
what changes the query itself, such as a search of any number of words, stays an ordinary queryset.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import connections, models
from django.db.models import QuerySet
from django.db.models.expressions import Expression
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler


@dataclass(frozen=True)
class Slot:
    """Where a value goes among the parameters."""

    name: str


class Given(Expression):
    """A value that the caller of a prepared queryset gives under this name; a list for the lookup `any`."""

    def __init__(self, name: str, output_field: "models.Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def __repr__(self) -> str:
        return f"Given({self.name!r})"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        return "%s", [Slot(self.name)]


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


@dataclass(frozen=True)
class Built:
    """A query with everything that building it costs."""

    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[Any, ...]


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
        filled = copy(built.compiler)
        filled.connection = connections[built.queryset.db]  # of this thread
        params = tuple(given[one.name] if isinstance(one, Slot) else one for one in built.params)
        vars(filled)["as_sql"] = lambda *args, **kwargs: (built.sql, params)
        queryset: QuerySet[Any, Any] = built.queryset._chain()  # type: ignore[attr-defined]
        vars(queryset.query)["get_compiler"] = lambda *args, **kwargs: filled
        return list(queryset)

    def _prepare(self) -> Built:
        queryset = self.build()
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        if stale := [one for one in params if isinstance(one, date | time)]:
            raise ValueError(f"{stale} would stay the same for ever: make it Given.")
        return Built(queryset, compiler, sql, tuple(params))
