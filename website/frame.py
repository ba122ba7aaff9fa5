"""The frame of every page: its head, the header with the menu, the note before a session ends, the footer.

All of it is fragments: one reader's frame is the same from page to page, and much of it is everybody's.
"""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from centre.fragments import Fragment
from centre.templatetags.centre_text import short_name
from centre.theme import Theme
from people.models import Employee
from website.menu import Entry, menu


class Head(NamedTuple):
    theme: Theme
    is_signed_in: bool


class Header(NamedTuple):
    navigation: tuple[Entry, ...]
    is_signed_in: bool
    is_staff: bool


class Note(NamedTuple):
    """Nothing of the note before the session's end depends on the reader."""


class Footer(NamedTuple):
    help_email: str
    help_phone: str
    theme: Theme
    themes: tuple[Theme, ...]
    is_elsewhere: bool


HEAD = Fragment("components/_head.html")
HEADER = Fragment("components/_header.html", holes=["name", "here", "csrf_token"])
NOTE = Fragment("components/_session.html", holes=["seconds", "csrf_token"])
FOOTER = Fragment("components/_footer.html", holes=["csrf_token"])


def head(request: HttpRequest, theme: Theme) -> SafeString:
    return HEAD(Head(theme, request.user.is_authenticated))


def header(request: HttpRequest, csrf_token: str) -> SafeString:
    user = request.user
    facts = Header(menu(user, request.path), user.is_authenticated, getattr(user, "is_staff", False))
    here = request.get_full_path() if request.method == "GET" else ""
    return HEADER(facts, name=name_of(user), here=here, csrf_token=csrf_token)


def name_of(user: Employee | AnonymousUser) -> str:
    return short_name(user) if isinstance(user, Employee) else ""


def session_note(request: HttpRequest, csrf_token: str) -> SafeString:
    """Whose eyes the reader sees the site through; else, hidden, that the session is about to end."""
    if getattr(request, "seen_by", None):
        return render_to_string("components/_seen_by.html", {"user": request.user}, request)
    return NOTE(Note(), seconds=str(request.session.get_expiry_age()), csrf_token=csrf_token)


def footer(request: HttpRequest, theme: Theme, csrf_token: str) -> SafeString:
    is_elsewhere = bool(getattr(request.user, "time_zone", ""))
    facts = Footer(settings.HELP_EMAIL, settings.HELP_PHONE, theme, tuple(Theme), is_elsewhere)
    return FOOTER(facts, csrf_token=csrf_token)
