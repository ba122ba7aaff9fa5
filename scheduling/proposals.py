"""The days and times that the planning form proposes, until a planner says better."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta, tzinfo

from scheduling.facts import Span
from scheduling.models import ACADEMIC_HOUR

STARTS_AT = time(10)
LEAD_DAYS = 14
ROUND_TO = timedelta(minutes=5)


def proposed_spans(
    *, academic_hours: int, meetings: int, today: date, days_off: Collection[date], zone: tzinfo
) -> list[Span]:
    """The course's hours in equal meetings on consecutive working days, from ten o'clock, two weeks ahead."""
    length = meeting_length(academic_hours=academic_hours, meetings=meetings)
    spans: list[Span] = []
    day = today + timedelta(days=LEAD_DAYS)
    while len(spans) < meetings:
        if day.weekday() < 5 and day not in days_off:
            starts_at = datetime.combine(day, STARTS_AT, tzinfo=zone)
            spans.append(Span(starts_at, starts_at + length))
        day += timedelta(days=1)
    return spans


def meeting_length(*, academic_hours: int, meetings: int) -> timedelta:
    """Of equal meetings, in whole five minutes."""
    length = academic_hours * ACADEMIC_HOUR / meetings
    return length + -length % ROUND_TO
