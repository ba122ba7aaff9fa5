"""Days of work by the law's calendar: weekends, holidays, days that were moved (rule 5)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from centre.models import CalendarDay

# The longest run of days off that a calendar may hold: more is a slip of whoever wrote it.
SEARCHED_DAYS = 60


def working_days(first: date, last: date) -> list[date]:
    """The days from `first` to `last` on which the law has people at work, in order; one query."""
    law = {one.on: one.is_working_day for one in CalendarDay.objects.filter(on__range=(first, last))}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if (works if (works := law.get(day)) is not None else day.weekday() < 5)]


def after_working_days(start: datetime, count: int) -> datetime:
    """The moment so many working days later, at the same hour; what begins on a day off counts from the next morning.

    Monday 10:00 and three days are Thursday 10:00; Saturday and three days are the end of Wednesday. One query.
    """
    [found] = all_after_working_days([start], count)
    return found


def all_after_working_days(starts: Sequence[datetime], count: int) -> list[datetime]:
    """The same of each; one query for any number, none for none."""
    if not starts:
        return []
    dates = [timezone.localtime(start).date() for start in starts]
    days = working_days(min(dates), max(dates) + timedelta(days=2 * count + SEARCHED_DAYS))
    return [moment_after(start, count, days) for start in starts]


def moment_after(start: datetime, count: int, days: Sequence[date]) -> datetime:
    local = timezone.localtime(start)
    first = local.date()
    days = [day for day in days if day >= first]
    if not days or days[0] != first:
        local = datetime.combine(days[0] if days else first, time(), tzinfo=local.tzinfo)
    last = days[count] if len(days) > count else first + timedelta(days=count)
    return datetime.combine(last, local.timetz())
