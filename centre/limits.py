"""How often one person may do what costs much or carries much away, counted in the database (promise S25).

The count is common to all processes and machines, in one statement where something is searched, taken away or sent,
and in none where it is not. The numbers and their reasons stand in the settings.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "search": _("You searched so often within a minute that the site paused for a moment."),
    "export": _("You took away so many lists within an hour that the site paused."),
    "letter": _("You sent so many letters within an hour that the site paused."),
}
ONE_MORE = """
    INSERT INTO centre_use (key, since, count) VALUES (%s, %s, 1)
    ON CONFLICT (key, since) DO UPDATE SET count = centre_use.count + 1
    RETURNING count
"""


class TooOften(Exception):
    """Enough for now; the page of 429 says so (centre/middleware.py)."""

    def __init__(self, what: str, wait_seconds: int) -> None:
        super().__init__(what)
        self.sentence = SENTENCES[what]
        self.wait_seconds = wait_seconds


def count_use(request: HttpRequest, what: str) -> None:
    """Count one more "search", "export" or "letter" of whoever asks.

    Raises:
        TooOften: it is one too many within the span.
    """
    times, seconds = settings.RATE_LIMITS[what]
    now = timezone.now().timestamp()
    since = now // seconds * seconds
    with connection.cursor() as cursor:
        cursor.execute(ONE_MORE, [f"{what}:{request.user.pk}", datetime.fromtimestamp(since, UTC)])
        [count] = cursor.fetchone()
    if count > times:
        raise TooOften(what, int(since + seconds - now) + 1)
