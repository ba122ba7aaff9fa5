"""What somebody typed when their session had ended: kept for them until they have signed in (expectation 36).

Kept in the session that the refused request begins, for whose session had ended and for nobody else: on a shared
computer the next person must not find it.
"""

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import BrowserSession
from people.models import Employee

KEPT = "kept_form"
LONGEST = 100_000
KEPT_FOR_SECONDS = 3600
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "code")


def keep(request: HttpRequest) -> bool:
    """Keep the form of this refused request, when its sender's session has ended; False when it is nobody's."""
    owner = whose_session_ended(request)
    fields = fields_of(request)
    if owner is None or not fields or sum(len(value) for _name, value in fields) > LONGEST:
        return False
    request.session[KEPT] = {"owner": owner, "path": request.get_full_path(), "fields": fields}
    request.session.set_expiry(KEPT_FOR_SECONDS)
    return True


def whose_session_ended(request: HttpRequest) -> int | None:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    ended = BrowserSession.objects.filter(session_key=key[:40], person__isnull=False)
    return ended.values_list("person", flat=True).first() if key else None


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, without secrets; files are not kept."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not any(word in name for word in NEVER_KEPT)
        for value in values
    ]


def kept(session: SessionBase) -> dict[str, Any] | None:
    found: dict[str, Any] | None = session.get(KEPT)
    return found


def drop(session: SessionBase) -> None:
    session.pop(KEPT, None)


def drop_of_others(session: SessionBase, person: Employee) -> None:
    if (form := kept(session)) and form["owner"] != person.pk:
        drop(session)


def drop_when_sent(request: HttpRequest) -> None:
    """Once the form went to its page, that page has it: with its answer, or with its errors."""
    if request.method != "POST" or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return
    form = kept(request.session) if request.user.is_authenticated else None
    if form and form["path"] == request.get_full_path():
        drop(request.session)
