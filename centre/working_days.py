"""Days of work by the law's calendar: weekends, holidays, days that were moved (rule 5)."""

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
    local = timezone.localtime(start)
    first = local.date()
    days = working_days(first, first + timedelta(days=2 * count + SEARCHED_DAYS))
    if not days or days[0] != first:
        local = datetime.combine(days[0] if days else first, time(), tzinfo=local.tzinfo)
    last = days[count] if len(days) > count else first + timedelta(days=count)
    return datetime.combine(last, local.timetz())
