"""How long a completion counts."""

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the end of a shorter month where there is no such day (rule 23)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def valid_until(completed_on: date, repeat_months: int | None) -> date | None:
    """The last day on which the completion counts; None when it counts for ever."""
    return None if repeat_months is None else add_months(completed_on, repeat_months)
