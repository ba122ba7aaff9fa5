"""Whose clocks a page is read by."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse

from centre.zones import read_in


class ReaderZoneMiddleware:
    """Times of a page stand in the site's zone, with the reader's own beside it where it differs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def zone() -> ZoneInfo | None:
            return request.user.own_zone if request.user.is_authenticated else None

        with read_in(zone):
            return self.get_response(request)
