"""The `action` decorator: what every verb of the product has in common."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg2 import errors as pg

from audit.context import acting
from centre.connection import REFUSED_PLANS
from centre.errors import explain_violation

P = ParamSpec("P")
R = TypeVar("R")

# What says nothing about the work itself.
ONCE_MORE = (pg.DeadlockDetected, pg.SerializationFailure, *REFUSED_PLANS)


def action(verb: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction whose refusals are sentences.

    A violated constraint becomes the error that its app registered for the constraint's name; it is asked
    for outside the failed transaction, so that it may look up the booking that stood in the way. A deadlock,
    a serialisation failure or a plan that a migration made stale is tried once more when no outer transaction would
    keep a broken half.
    The verb's own `by` and `reason`, when it has them, are the who and why of the audit.
    """
    by_of, reason_of = argument(verb, "by"), argument(verb, "reason")

    def told(args: tuple[Any, ...], kwargs: dict[str, Any]) -> AbstractContextManager[None]:
        reason = reason_of(args, kwargs)
        return acting(
            by=getattr(by_of(args, kwargs), "pk", None), reason=reason if isinstance(reason, str) else None
        )

    @wraps(verb)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not connection.in_atomic_block
        try:
            with told(args, kwargs), transaction.atomic():
                return verb(*args, **kwargs)
        except IntegrityError as error:
            raise explain_violation(error) from error
        except DatabaseError as error:
            if not (outermost and isinstance(error.__cause__, ONCE_MORE)):
                raise
        try:
            with told(args, kwargs), transaction.atomic():
                return verb(*args, **kwargs)
        except IntegrityError as error:
            raise explain_violation(error) from error

    return wrapper


def argument(verb: Callable[..., Any], name: str) -> Callable[[tuple[Any, ...], dict[str, Any]], Any]:
    """Finds the argument of this name in a call; None when it is not given, or the verb has none."""
    names = list(inspect.signature(verb).parameters)
    if name not in names:
        return lambda args, kwargs: None
    place = names.index(name)
    return lambda args, kwargs: kwargs[name] if name in kwargs else args[place] if place < len(args) else None


def force_deferred_constraints() -> None:
    """Check the deferrable constraints now, inside the action, where their violation still has a sentence."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
