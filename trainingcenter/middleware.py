"""Stays calm when a visitor or the database misbehaves."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from centre.http import ASKED_ANEW
from trainingcenter.error_pages import new_number, plain_page, unavailable
from trainingcenter.logs import DATABASE_IS_AWAY, NUMBER

METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
# Nothing that the site answers may lie in a cache: almost every page is somebody's own (promise S13).
KEPT_NOWHERE = "private, no-store"

logger = logging.getLogger(__name__)


class CalmMiddleware:
    """Numbers errors, gives each a page, and says of everything but static files that nobody may keep it.

    A database that is away makes a calm page with 503, not an error.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META[NUMBER] = new_number()
        response = self.get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            response = with_page(request, response)
            if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:  # which the log has
                words = (response.status_code, request.method, request.path)
                logger.warning("%s: %s %s", *words, extra={"request": request})
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if not says_who_keeps_it(response):
            response["Cache-Control"] = KEPT_NOWHERE
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(request, exception) if isinstance(exception, DATABASE_IS_AWAY) else None


class RefusalMiddleware:
    """Refuses other methods (TRACE), and a body that is too large before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if said_length(request) > settings.MAX_REQUEST_BYTES:
            return plain_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.get_response(request)


def with_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response; 405 with a page of ours in it, for Django's own is empty. Its headers stay."""
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
        page = plain_page(request, HTTPStatus.METHOD_NOT_ALLOWED)
        response.content = page.content
        response["Content-Type"] = page["Content-Type"]
    return response


def says_who_keeps_it(response: HttpResponse) -> bool:
    """Static files may lie in a shared cache; a program that subscribed to a calendar keeps its own copy."""
    said = response.get("Cache-Control", "")
    return "public" in said or said == ASKED_ANEW


def said_length(request: HttpRequest) -> int:
    """The length of the body as the visitor announced it; nothing is read beyond it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
