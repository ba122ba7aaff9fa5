"""Times stand in the site's zone, with the reader's own beside it where that differs: whose own it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

# Asked only when a time is shown: a request loads its reader late.
_reader: ContextVar[Callable[[], ZoneInfo | None]] = ContextVar("reader", default=lambda: None)


@contextmanager
def read_in(zone: Callable[[], ZoneInfo | None]) -> Iterator[None]:
    """What is shown inside is read by somebody of this zone; None for the site's own."""
    token = _reader.set(zone)
    try:
        yield
    finally:
        _reader.reset(token)


def centre_day(moment: datetime) -> date:
    """The day of a moment by the centre's clock, in whatever zone it is being told."""
    return moment.astimezone(timezone.get_default_timezone()).date()


def own_zone() -> ZoneInfo | None:
    """The reader's own zone; None for the site's own."""
    return _reader.get()()


def in_own_zone(*moments: datetime) -> list[datetime]:
    """The moments in the reader's own zone; none when its clocks show the same as the site's then."""
    zone = own_zone()
    if zone is None:
        return []
    own = [at.astimezone(zone) for at in moments]
    if all(
        one.utcoffset() == timezone.localtime(at).utcoffset() for one, at in zip(own, moments, strict=True)
    ):
        return []
    return own
