"""Where sessions of browsers are kept and how long they last (promise S6).

Own rows instead of Django's: they say whose they are, so that people see and end theirs. The database decides when
one is over; the cookie itself lasts until the browser is closed, as on a computer that several people share.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import OperationalError
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import BrowserSession
from accounts.second_factor import Step, next_step
from centre.models import Policy
from centre.prepared import Given, Prepared
from people.models import Employee
from people.requests import client_address

# How often a session in use is written again: being idle is measured this exactly.
TOUCH_EVERY = timedelta(minutes=5)
# The session's own words.
STARTED_AT, SEEN_AT, ADDRESS, DEVICE, FACTOR = "started_at", "seen_at", "address", "device", "second_factor"


SESSIONS = Prepared(
    lambda: BrowserSession.objects.filter(session_key=Given("key"), expire_date__gt=Given("now"))
)


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def _get_session_from_db(self) -> BrowserSession | None:
        """By a prepared queryset, for every page asks; Django's own way says what to do when there is none."""
        found = SESSIONS(key=self.session_key, now=timezone.now())
        return found[0] if found else super()._get_session_from_db()  # type: ignore[misc]

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        row = cast(BrowserSession, super().create_model_instance(data))
        if person := data.get(SESSION_KEY):
            row.person_id = int(person)
            row.started_at, row.seen_at = moment(data, STARTED_AT), moment(data, SEEN_AT)
            row.address, row.device = data.get(ADDRESS), data.get(DEVICE, "")
        return row

    def get_expire_at_browser_close(self) -> bool:
        return True

    def save(self, must_create: bool = False) -> None:
        """Save; Django takes every error of the database for a session that somebody ended, and answers 400.

        Raises:
            OperationalError: the database is away, which the site answers with its calm page.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise


def moment(data: SessionBase | dict[str, Any], word: str) -> datetime | None:
    kept = data.get(word)
    return datetime.fromisoformat(kept) if kept else None


def begin(request: HttpRequest, person: Employee) -> None:
    """Note in the session of somebody who just signed in since when and where, and what is asked of them next."""
    session, now = request.session, timezone.now()
    session[STARTED_AT] = now.isoformat()
    session[ADDRESS] = client_address(request)
    session[DEVICE] = request.META.get("HTTP_USER_AGENT", "")[:300].replace("\0", "")
    touch(session, person, now)


def keep_alive(request: HttpRequest) -> None:
    """Put off the end of a session in use, at most every few minutes, for it costs a statement."""
    seen_at, now = moment(request.session, SEEN_AT), timezone.now()
    if seen_at is None or now - seen_at >= TOUCH_EVERY:
        touch(request.session, cast(Employee, request.user), now)


def touch(session: SessionBase, person: Employee, now: datetime) -> None:
    policy = Policy.objects.current(now)
    started_at = moment(session, STARTED_AT) or now
    session[SEEN_AT] = now.isoformat()
    session[FACTOR] = next_step(person, policy)
    last = started_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session.set_expiry(min(last, now + timedelta(minutes=policy.idle_minutes)))


def asked_step(session: SessionBase) -> Step:
    """What somebody who gave the right password has to do before they see anything."""
    return Step(session.get(FACTOR, Step.NONE))
