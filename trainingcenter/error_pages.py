"""Pages of errors that need nothing which may be broken: no database, no session, no user (promises R5, S24).

Each says a number, which also stands in the log beside what happened: whoever reads it out by telephone is found.
"""

import logging
import secrets
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from trainingcenter.logs import DATABASE_IS_AWAY, NUMBER

RETRY_AFTER_SECONDS = 30

logger = logging.getLogger(__name__)


def new_number() -> str:
    """Short enough to be said, long enough to be found: "3F9A-07BC"."""
    number = secrets.token_hex(4).upper()
    return f"{number[:4]}-{number[4:]}"


def plain_page(request: HttpRequest, status: int) -> HttpResponse:
    """The page of the status, in both languages. Without the request: a context processor might ask the database."""
    number = request.META.get(NUMBER, "")
    return HttpResponse(render_to_string(f"{int(status)}.html", {"number": number}), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What is too large is told so; Django itself knows only 400."""
    is_too_large = isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent))
    return plain_page(request, 413 if is_too_large else 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort, also for what a middleware met before any view: mostly a database that is away."""
    if isinstance(sys.exception(), DATABASE_IS_AWAY):
        return unavailable(request, sys.exception())
    return plain_page(request, 500)


def unavailable(request: HttpRequest, exception: BaseException | None) -> HttpResponse:
    logger.error("The database does not answer: %s", exception, extra={"request": request})
    page = plain_page(request, 503)
    page["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page
