"""How letters say days and hours: in full, for they are read later and elsewhere. In the zone that
is active, with the reader's own beside it."""

from datetime import date, datetime

from django.utils.formats import date_format

from centre.templatetags.centre_text import clock, local_date, own_time, zone_name


def short_day(at: date | datetime) -> str:
    """ "24 November"."""
    return date_format(local_date(at), "j E")


def long_date(on: date | datetime) -> str:
    """ "24 November 2026"."""
    return date_format(local_date(on), "j E Y")


def full_day(at: date | datetime) -> str:
    """ "Tuesday, 24 November 2026"."""
    return date_format(local_date(at), "l, j E Y")


def full_time(starts_at: datetime, ends_at: datetime) -> str:
    """ "Tuesday, 24 November 2026, 10:00–13:00 (MSK)"."""
    if local_date(starts_at) != local_date(ends_at):
        return f"{full_moment(starts_at)} – {full_moment(ends_at)}"
    times = f"{clock(starts_at)}–{clock(ends_at)} ({zone_name(starts_at)}){own_time(starts_at, ends_at)}"
    return f"{full_day(starts_at)}, {times}"


def full_moment(at: datetime) -> str:
    """ "Tuesday, 24 November 2026, 10:00 (MSK)"."""
    return f"{full_day(at)}, {clock(at)} ({zone_name(at)}){own_time(at)}"
