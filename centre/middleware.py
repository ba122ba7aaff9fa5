"""Counts searches, whatever the list, and answers whoever does too much of something."""

import math
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from centre.limits import TooOften, count_use


class LimitMiddleware:
    """Every list is searched by the word `q` of its address: one place for all, so that none can be forgotten."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        if request.GET.get("q") and request.user.is_authenticated:
            try:
                count_use(request, "search")
            except TooOften as error:
                return too_often(request, error)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return too_often(request, exception) if isinstance(exception, TooOften) else None


def too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    """The page, or for a fragment's request the sentence alone, which stands among the messages (app.js)."""
    minutes = math.ceil(error.wait_seconds / 60)
    wait = ngettext("Try again in %(minutes)s minute.", "Try again in %(minutes)s minutes.", minutes)
    sentence = f"{error.sentence} {wait % {'minutes': minutes}}"
    if request.headers.get("HX-Request") == "true":
        messages.error(request, sentence)
        response = render(request, "components/_messages.html", status=429)
    else:
        response = render(request, "429.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(error.wait_seconds)
    return response
