"""Database expressions that every app shares."""

import re
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateField, DateTimeField, F, Func, Lookup, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate, Lower, Replace


def fold(expression: str | Combinable) -> Replace:
    """The text as people compare names and words: lower case, ё as е."""
    return Replace(
        Lower(expression, output_field=TextField()), Value("ё"), Value("е"), output_field=TextField()
    )


class SortKey(Func):
    """Orders Russian text as readers expect, Ё beside Е, on any server: no ICU is needed."""

    template = "%(expressions)s"
    output_field = TextField()

    def __init__(self, field: str | Combinable) -> None:
        super().__init__(Collate(fold(field), "C"))


def one_element_range(field: str) -> Func:
    """The foreign key as a range of one, which core PostgreSQL can exclude without btree_gist."""
    from django.contrib.postgres.fields import BigIntegerRangeField

    return Func(F(field), F(field), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


@CharField.register_lookup
class OneOf(Lookup):
    """`seat__one_of=["held", "offered"]`: as `in`, but the words are one constant; for constraints.

    PostgreSQL reads the text of a constraint anew in every statement that writes, and a constant for each word is what
    most of a long one consists of.
    """

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if unusual := [word for word in self.rhs if not re.fullmatch(r"\w*", word)]:
            raise ValueError(f"{unusual[0]!r} is no code word.")
        words = ",".join(f'"{word}"' for word in self.rhs)
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::text[])", [*params, f"{{{words}}}"]


class ClockTimestamp(Func):
    """The database's clock at this very moment, later than everything committed before the last lock.

    `now()` would be the transaction's start, before its locks: two people would stand in the queue in
    another order than they were answered.
    """

    function = "clock_timestamp"
    output_field = DateTimeField()


class CentreDay(Func):
    """The day of a moment by the centre's clock, in the one spelling in which indexes of days are found."""

    template = "(%(expressions)s AT TIME ZONE %(zone)s)::date"
    output_field = DateField()

    def __init__(self, moment: str | Combinable) -> None:
        super().__init__(moment, zone=f"'{settings.TIME_ZONE}'")
