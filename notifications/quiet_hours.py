"""The hours in which nobody is disturbed, as the policy sets them (rule 26). Calculation only, no queries."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from centre.models import Policy

# Who must be somewhere learns of it at least so long before, even when that falls into the quiet hours.
LEAST_NOTICE = timedelta(hours=1)
# What would come too late after the quiet hours goes so long before they begin.
EVENING_LEAD = timedelta(hours=1)


def outside_quiet_hours(
    at: datetime, policy: Policy, zone: ZoneInfo, *, deadline: datetime | None = None
) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into.

    News with a deadline, such as the start of a session, does not wait when it would then come less than an
    hour before that.
    """
    span = quiet_hours_around(at, policy, zone)
    if span is None:
        return at
    end = span[1]
    return at if deadline is not None and end > deadline - LEAST_NOTICE else end


def reminder_time(at: datetime, policy: Policy, zone: ZoneInfo, *, deadline: datetime) -> datetime:
    """When to send what is due at `at`: after the quiet hours, or, if that is too late, the evening before them."""
    span = quiet_hours_around(at, policy, zone)
    if span is None:
        return at
    begin, end = span
    return end if end <= deadline - LEAST_NOTICE else begin - EVENING_LEAD


def quiet_hours_around(at: datetime, policy: Policy, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """The quiet hours that `at` falls into; half-open: at their end people may be told."""
    if policy.quiet_from == policy.quiet_until:
        return None
    today = at.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        begin, end = quiet_hours_of(day, policy.quiet_from, policy.quiet_until, zone)
        if begin <= at < end:
            return begin, end
    return None


@lru_cache(maxsize=1000)
def quiet_hours_of(day: date, begins: time, ends: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Those that begin on the day, and may end on the next."""
    last = day + timedelta(days=ends <= begins)
    begin, end = (datetime.combine(day, begins, tzinfo=zone), datetime.combine(last, ends, tzinfo=zone))
    return begin.astimezone(UTC), end.astimezone(UTC)
