"""Stays calm when a visitor or the database misbehaves."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string

RETRY_AFTER_SECONDS = 30
METHODS = ["GET", "HEAD", "OPTIONS", "POST"]

logger = logging.getLogger(__name__)


class CalmMiddleware:
    """Other methods (TRACE) are refused; a database that is away makes a calm page with 503, not an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (OperationalError, InterfaceError)):
            return None
        logger.error("The database does not answer: %s", exception)
        # Without the request: a context processor might ask the database again.
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
