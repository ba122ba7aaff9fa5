"""What every page needs beside its own data."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from centre.theme import Theme, chosen_theme
from people.models import Employee
from website.hub import routes_of_hub, shelves_for
from website.parts import parts_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main menu; `count` is how much waits there for the reader."""

    url: str
    title: str | Promise
    is_current: bool
    count: int = 0


def navigation(request: HttpRequest) -> dict[str, object]:
    """The main menu, whom to ask, and the theme. Lazy: a fragment, which shows no menu, costs no query."""
    return {
        "navigation": SimpleLazyObject(lambda: menu(request)),
        "help_email": settings.HELP_EMAIL,
        "help_phone": settings.HELP_PHONE,
        "theme": chosen_theme(request),
        "themes": Theme,
    }


def menu(request: HttpRequest) -> list[Entry]:
    """At most seven entries, by what the person does here."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    places = [(reverse(name), title) for name, title in sections(user)]
    current = max((url for url, _title in places if request.path.startswith(url)), key=len, default=None)
    if current == "/" and request.path != "/":
        # A page of the centre's hub that has no entry of its own.
        hub = reverse("website:centre")
        current = hub if hub in dict(places) and stands_in_hub(request.path) else None
    return [Entry(url, title, url == current) for url, title in places]


def stands_in_hub(path: str) -> bool:
    return any(path.startswith(reverse(route)) for route in routes_of_hub())


def sections(user: Employee) -> Iterator[tuple[str, str | Promise]]:
    """Whoever does everything finds their completions on the home page, so that the menu stays short."""
    parts = parts_of(user)
    plans = user.has_perm("scheduling.plan_session")
    yield "website:home", _("My training")
    yield "website:catalogue", _("Catalogue")
    if not (plans and (parts.teaches or parts.leads)):
        yield "website:completions", _("Completions")
    if parts.teaches:
        yield "enrolment:timetable", _("My timetable")
    if parts.leads:
        yield "website:office_list", _("My office")
    if plans:
        yield "scheduling:session_list", _("Sessions")
    if any(shelves_for(user)):
        yield "website:centre", _("Centre")
    if user.has_perm("notifications.view_message"):
        yield "notifications:message_list", _("Messages")
    else:
        yield "notifications:my_messages", _("Messages")
