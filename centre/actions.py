"""The `action` decorator: what every verb of the product has in common."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg2 import errors as pg

from audit.context import acting
from centre.errors import explain_violation

P = ParamSpec("P")
R = TypeVar("R")


def action(verb: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction whose refusals are sentences.

    A violated constraint becomes the error that its app registered for the constraint's name; it is asked
    for outside the failed transaction, so that it may look up the booking that stood in the way. A deadlock
    or a serialisation failure is tried once more when no outer transaction would keep a broken half.
    The verb's own `by` and `reason`, when it has them, are the who and why of the audit.
    """
    signature = inspect.signature(verb)

    @wraps(verb)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not connection.in_atomic_block
        try:
            with acting_as_told(signature, args, kwargs), transaction.atomic():
                return verb(*args, **kwargs)
        except OperationalError as error:
            if not (outermost and isinstance(error.__cause__, pg.DeadlockDetected | pg.SerializationFailure)):
                raise
        except IntegrityError as error:
            raise explain_violation(error) from error
        try:
            with acting_as_told(signature, args, kwargs), transaction.atomic():
                return verb(*args, **kwargs)
        except IntegrityError as error:
            raise explain_violation(error) from error

    return wrapper


def acting_as_told(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> AbstractContextManager[None]:
    given = signature.bind(*args, **kwargs).arguments
    reason = given.get("reason")
    return acting(by=getattr(given.get("by"), "pk", None), reason=reason if isinstance(reason, str) else None)


def force_deferred_constraints() -> None:
    """Check the deferrable constraints now, inside the action, where their violation still has a sentence."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
