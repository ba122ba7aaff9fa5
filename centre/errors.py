"""Refusals that people may read, and the constraints that cause some of them."""

from collections.abc import Callable

from django.db import IntegrityError

from centre.quotes import with_inner_quotes

Explanation = Callable[[str], Exception]

_explanations: dict[str, Explanation] = {}


class Refusal(Exception):
    """Base of every app's errors: its text is a sentence for people; any other exception is a bug for the log."""

    def __str__(self) -> str:
        return with_inner_quotes(super().__str__())


def explains(constraint: str) -> Callable[[Explanation], Explanation]:
    """Register what a violation of the named constraint tells people.

    The decorated function gets PostgreSQL's detail ("Key (…)=(…) conflicts with existing key (…)=(…).")
    after the failed transaction was rolled back, so it may query.
    """

    def register(explanation: Explanation) -> Explanation:
        _explanations[constraint] = explanation
        return explanation

    return register


def explain_violation(error: IntegrityError) -> Exception:
    """The registered error for a broken constraint; the same error when nobody explains it, which is a bug."""
    diagnostics = getattr(error.__cause__, "diag", None)
    explanation = _explanations.get(getattr(diagnostics, "constraint_name", None) or "")
    if diagnostics is None or explanation is None:
        return error
    return explanation(diagnostics.message_detail or "")
