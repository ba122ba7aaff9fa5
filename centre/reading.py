"""Turns the rows of a query that was built once into what its queryset yields: models, or dictionaries of values.

Django looks up the columns, their converters and the related objects anew at each run, and makes each model by its
`__init__`, which asks every field whether it was given and sends signals. A page of thirty rows spends more on that
than PostgreSQL on the rows. Here it is looked up once, and a model gets its columns at one stroke, as it would look
after `from_db`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.json import KeyTransform
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesIterable, ValuesListIterable
from django.db.models.signals import post_init, pre_init
from django.db.models.sql.compiler import SQLCompiler

Row = Sequence[Any]


@dataclass(frozen=True)
class Reader:
    """How rows of one query are read; `make` is given a row whose values are converted."""

    make: Callable[[Row], Any]
    # Position, converter and expression of each column that is converted, in the order of Django's.
    converters: tuple[tuple[int, Callable[..., Any], Any], ...]

    def read(self, rows: Iterable[Row], connection: Any) -> list[Any]:
        return list(map(self.make, self.converted(rows, connection)))

    def converted(self, rows: Iterable[Row], connection: Any) -> Iterable[Row]:
        if not self.converters:
            return rows
        return [self._converted(row, connection) for row in rows]

    def _converted(self, row: Row, connection: Any) -> Row:
        values = list(row)
        for place, convert, expression in self.converters:
            values[place] = convert(values[place], expression, connection)
        return values


def reader_of(queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> Reader:
    """For a queryset of models or of values, and a compiler that has made its SQL.

    Raises:
        TypeError: the queryset yields something else.
    """
    columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
    converters = tuple(
        (place, quicker(convert, expression), expression)
        for place, (found, expression) in compiler.get_converters(columns).items()
        for convert in found
    )
    return Reader(maker_of(queryset, compiler), converters)


Converter = Callable[[Any, Any, Any], Any]


def quicker(convert: Converter, expression: Any) -> Converter:
    """A converter of JSON, or of a list of it, that reads the same with another module; any other as it is."""
    field = getattr(convert, "__self__", None)
    if is_plain_json(field) and not isinstance(expression, KeyTransform):
        return lambda value, expression, connection: None if value is None else orjson.loads(value)
    if isinstance(field, ArrayField) and is_plain_json(field.base_field):
        return lambda value, expression, connection: None if value is None else list(map(read_one, value))
    return convert


def is_plain_json(field: Any) -> bool:
    return type(field) is models.JSONField and field.decoder is None


def read_one(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)


def maker_of(queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> Callable[[Row], Any]:
    """Rows may have more columns at their end, which only their order asked for."""
    kind, count = queryset._iterable_class, compiler.col_count
    # Of the rows of one object (`office.employments`) Django lets each know that object.
    has_more = queryset._prefetch_related_lookups or queryset._known_related_objects  # type: ignore[attr-defined]
    if kind is ModelIterable and not has_more:
        annotations = compiler.annotation_col_map or {}
        return model_maker(compiler.klass_info or {}, compiler.select, queryset.db, annotations)
    if kind is ValuesIterable:
        query = queryset.query
        names = list(query.selected or ()) or [
            *query.extra_select,
            *query.values_select,
            *query.annotation_select,
        ]
        return lambda row: dict(zip(names, row, strict=False))
    if kind is ValuesListIterable:
        return lambda row: tuple(row[:count])
    if kind is FlatValuesListIterable:
        return itemgetter(0)
    raise TypeError(
        f"{kind.__name__} is not read so: ask for models without prefetching and not of one object, or for values."
    )


def model_maker(
    found: dict[str, Any], select: Sequence[Any], db: str, annotations: dict[str, int]
) -> Callable[[Row], Any]:
    """Makes a model with its related objects from a row; `found` is what Django's compiler says of its class."""
    model = found["model"]
    refuse_unusual(model)
    places = {select[place][0].target.attname: place for place in found["select_fields"]}
    key = places[model._meta.pk.attname]
    places |= annotations
    names, values_of = tuple(places), values_at(tuple(places.values()))
    related = [
        (model_maker(one, select, db, {}), one["local_setter"], one["remote_setter"])
        for one in found.get("related_klass_infos", ())
    ]

    def make(row: Row) -> Any:
        if row[key] is None:  # of an outer join
            return None
        one = instance(model, zip(names, values_of(row), strict=True), db)
        for make_other, set_here, set_there in related:
            other = make_other(row)
            set_here(one, other)
            if other is not None:
                set_there(other, one)
        return one

    return make


def values_at(places: tuple[int, ...]) -> Callable[[Row], Row]:
    """Of one place alone `itemgetter` gives the value, not a row with it."""
    if len(places) > 1:
        return itemgetter(*places)
    [place] = places
    return lambda row: (row[place],)


def instance(model: type[models.Model], columns: Iterable[tuple[str, Any]], db: str) -> Any:
    """A saved row of the model, with values as Python has them; a column that is not given is loaded when asked for."""
    one = model.__new__(model)
    state = ModelState()
    state.db, state.adding = db, False
    attributes = vars(one)
    attributes["_state"] = state
    attributes.update(columns)
    return one


MADE_BY = {"__init__": models.Model.__init__, "from_db": models.Model.from_db.__func__}  # type: ignore[attr-defined]


def refuse_unusual(model: type[models.Model]) -> None:
    """Who listens to a model being made, or makes it otherwise, would not be asked here."""
    listens = pre_init.has_listeners(model) or post_init.has_listeners(model)
    makes = {name: getattr(getattr(model, name), "__func__", getattr(model, name)) for name in MADE_BY}
    if listens or makes != MADE_BY:
        raise TypeError(f"{model.__name__} is made in a way of its own: ask for its values.")
