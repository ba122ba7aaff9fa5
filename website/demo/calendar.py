"""Days and moments of the demo's timetable."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from centre.models import CalendarDay

OFF_WORK = (CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.TRANSFERRED_DAY_OFF)


def at(day: date, clock: time) -> datetime:
    """The moment in the centre's own zone."""
    return datetime.combine(day, clock, tzinfo=timezone.get_default_timezone())


def working_days(first: date, last: date) -> list[date]:
    """Days from `first` to `last` from Monday to Friday on which neither law nor centre rests."""
    days = CalendarDay.objects.filter(on__range=(first, last))
    off = {day.on for day in days if day.is_closed or day.kind in OFF_WORK}
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in span if day.weekday() < 5 and day not in off]
