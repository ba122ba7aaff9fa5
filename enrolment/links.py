"""Links of letters that answer for who got the letter: signed, kept nowhere, and good for one question alone.

Looking at one decides nothing, for programs of mail servers open links too. What it opens puts the token into the
session and leads on, so that no page has it in its address and no Referer brings it to another site.
"""

from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def sign(values: list[Any], salt: str) -> str:
    return signing.dumps(values, salt=salt)


def read_signed(token: str, salt: str) -> list[Any] | None:
    """What the link says, however old it is; None when nobody here has made it."""
    try:
        return signing.loads(token, salt=salt)
    except signing.BadSignature:
        return None


def is_older(token: str, salt: str, age: timedelta) -> bool:
    """Whether a link of ours was made longer ago."""
    try:
        signing.loads(token, salt=salt, max_age=age)
    except signing.SignatureExpired:
        return True
    return False


def keep_and_lead(request: HttpRequest, name: str, token: str, route: str) -> HttpResponse:
    """The token goes into the session under the name, and its reader to the page of the route."""
    request.session[name] = token
    return without_referrer(redirect(route))


def without_referrer(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    return response


def for_its_reader_alone(response: HttpResponse) -> HttpResponse:
    """A page that a link opens without a sign-in: no search engine has it, and no other site hears of it.

    Its own site does, for the forms of a page without any referrer come as if from nowhere and are refused. The token
    is not in its address.
    """
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    return response
