"""The main menu: at most seven entries, by what the person does here."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrolment.approvals.deciders import awaiting
from enrolment.approvals.needs import DECIDE
from people.models import Employee
from website.hub import routes_of_hub, shelves_for
from website.parts import parts_of

# Each address is asked for on every page, and stays the same for the life of the process.
address = cache(reverse)


class Entry(NamedTuple):
    """One entry of the menu; `current` is the value of its `aria-current`: "page", "true" inside it, or nothing."""

    url: str
    title: str
    current: str = ""
    # So much waits there for the reader; nothing is shown of nought.
    number: int = 0


def menu(user: Employee | AnonymousUser, path: str) -> tuple[Entry, ...]:
    """The entries of this person, who reads the page of this path; none before signing in."""
    if not isinstance(user, Employee):
        return ()
    places = [(address(name), str(title)) for name, title in sections(user)]
    current = max((url for url, _title in places if path.startswith(url)), key=len, default=None)
    if current == "/" and path != "/":
        # A page of the centre's hub that has no entry of its own.
        hub = address("website:centre")
        current = hub if hub in dict(places) and stands_in_hub(path) else None
    waiting = {address("enrolment:decisions"): decisions_of(user)}
    return tuple(
        Entry(url, title, "" if url != current else "page" if url == path else "true", waiting.get(url, 0))
        for url, title in places
    )


def decisions_of(user: Employee) -> int:
    """How many requests stand on the page of decisions: of who leads an office and decides for HR too, both kinds."""
    parts = parts_of(user)
    return awaiting(user).count() if parts.leads and user.has_perm(DECIDE) else parts.decisions


def stands_in_hub(path: str) -> bool:
    return any(path.startswith(address(route)) for route in routes_of_hub())


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
        if not (plans and parts.teaches):  # then a card of the home page leads there
            yield "enrolment:decisions", _("For your decision")
    if plans:
        yield "scheduling:session_list", _("Sessions")
    if any(shelves_for(user)):
        yield "website:centre", _("Centre")
    if user.has_perm("notifications.view_message"):
        yield "notifications:message_list", _("Messages")
    else:
        yield "notifications:my_messages", _("Messages")
