"""Quiet hours: rule 26, as calculation."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from centre.models import Policy
from notifications.quiet_hours import outside_quiet_hours, reminder_time
from tests.factories import moscow

ZONE = timezone.get_default_timezone()
NIGHT = Policy()  # 21:00–08:00
MORNING = moscow(2026, 11, 25, 8)


@pytest.mark.parametrize(
    ("at", "told_at"),
    [
        (moscow(2026, 11, 24, 20, 59), moscow(2026, 11, 24, 20, 59)),
        (moscow(2026, 11, 24, 21), MORNING),
        (moscow(2026, 11, 24, 23, 59), MORNING),
        (moscow(2026, 11, 25, 0), MORNING),
        (moscow(2026, 11, 25, 7, 59), MORNING),
        (MORNING, MORNING),
    ],
)
def test_rule_26_news_waits_for_the_end_of_the_quiet_hours(at, told_at):
    assert outside_quiet_hours(at, NIGHT, ZONE) == told_at


def test_rule_26_news_of_something_that_begins_at_dawn_does_not_wait():
    at = moscow(2026, 11, 24, 22)

    assert outside_quiet_hours(at, NIGHT, ZONE, deadline=moscow(2026, 11, 25, 8, 30)) == at
    assert outside_quiet_hours(at, NIGHT, ZONE, deadline=moscow(2026, 11, 25, 9)) == MORNING


@pytest.mark.parametrize(
    ("starts_at", "told_at"),
    [
        (moscow(2026, 11, 25, 12), moscow(2026, 11, 25, 10)),
        (moscow(2026, 11, 25, 9, 30), MORNING),
        (moscow(2026, 11, 25, 9), MORNING),
        (moscow(2026, 11, 25, 8, 30), moscow(2026, 11, 24, 20)),
        (moscow(2026, 11, 25, 8), moscow(2026, 11, 24, 20)),
    ],
)
def test_rule_26_a_reminder_goes_after_the_quiet_hours_or_the_evening_before(starts_at, told_at):
    at = starts_at - timedelta(hours=2)

    assert reminder_time(at, NIGHT, ZONE, deadline=starts_at) == told_at


def test_rule_26_quiet_hours_may_lie_within_a_day_or_be_none():
    siesta = Policy(quiet_from=time(13), quiet_until=time(15))
    none = Policy(quiet_from=time(0), quiet_until=time(0))

    assert outside_quiet_hours(moscow(2026, 11, 24, 14), siesta, ZONE) == moscow(2026, 11, 24, 15)
    assert outside_quiet_hours(moscow(2026, 11, 24, 23), siesta, ZONE) == moscow(2026, 11, 24, 23)
    assert outside_quiet_hours(moscow(2026, 11, 24, 3), none, ZONE) == moscow(2026, 11, 24, 3)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Moscow", (2026, 3, 29)),
        ("Europe/Berlin", (2026, 3, 29)),  # the clock goes from two to three
        ("Europe/Berlin", (2026, 10, 25)),  # and from three to two
        ("America/New_York", (2026, 3, 8)),
        ("Australia/Lord_Howe", (2026, 4, 5)),  # by half an hour
        ("Asia/Vladivostok", (2026, 12, 31)),
    ],
)
def test_rule_26_r15_the_readers_own_clock_says_when_it_is_quiet_whichever_policy_was_asked_before(zone, day):
    zone = ZoneInfo(zone)
    policies = [
        NIGHT,
        Policy(quiet_from=time(21), quiet_until=time(9)),
        Policy(quiet_from=time(13), quiet_until=time(15)),
        Policy(quiet_from=time(0), quiet_until=time(8)),
    ]
    midday = datetime(*day, 12, tzinfo=zone).astimezone(UTC)

    for minutes in range(-36 * 60, 36 * 60, 30):
        at = midday + timedelta(minutes=minutes)
        clock = at.astimezone(zone).time()
        for policy in policies:  # in turn, so that one is never answered for another
            begins, ends = policy.quiet_from, policy.quiet_until
            is_quiet = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
            told_at = outside_quiet_hours(at, policy, zone)
            if is_quiet:
                assert at < told_at <= at + timedelta(hours=14)
                assert told_at.astimezone(zone).time() == ends
            else:
                assert told_at == at
