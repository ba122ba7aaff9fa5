"""The letter about the week: one a person and ISO week, however often it is planned."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from notifications.actions import PlannedMessage
from notifications.models import Message
from scheduling.loading import midnight

WEEK = "week_of_office"


def about(day: date) -> str:
    """The week of the day: "week:2026-W49"."""
    year, week, _weekday = day.isocalendar()
    return f"week:{year}-W{week:02}"


def week_messages(people: Iterable[int], day: date, send_after: datetime) -> list[PlannedMessage]:
    return [PlannedMessage(WEEK, person, about(day), send_after) for person in sorted(people)]


def told_of_the_week_on(day: date) -> set[int]:
    """Keys of those whose letter about the week leaves on this day."""
    letters = Message.objects.about(about(day)).filter(kind=WEEK)
    on_day = letters.filter(send_after__gte=midnight(day), send_after__lt=midnight(day + timedelta(days=1)))
    return set(on_day.values_list("recipient", flat=True))
