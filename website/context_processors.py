"""What every page needs beside its own data."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from people.models import Employee


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the main menu; `count` is how much waits there for the reader."""

    url: str
    title: str | Promise
    is_current: bool
    count: int = 0


def navigation(request: HttpRequest) -> dict[str, object]:
    """The main menu and whom to ask. Lazy: a fragment, which shows no menu, costs no query."""
    return {
        "navigation": SimpleLazyObject(lambda: menu(request)),
        "help_email": settings.HELP_EMAIL,
        "help_phone": settings.HELP_PHONE,
    }


def menu(request: HttpRequest) -> list[Entry]:
    """At most seven entries, by what the person does here."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    places = [(reverse(name), title) for name, title in sections(user)]
    current = max((url for url, _title in places if request.path.startswith(url)), key=len, default=None)
    if current == "/" and request.path != "/":
        current = None
    return [Entry(url, title, url == current) for url, title in places]


def sections(user: Employee) -> Iterator[tuple[str, str | Promise]]:
    teaches = hasattr(user, "trainer")
    plans = user.has_perm("scheduling.plan_session")
    yield "website:home", _("My training")
    yield "website:catalogue", _("Catalogue")
    if not (teaches and plans):  # who does everything finds them on the home page
        yield "website:completions", _("Completions")
    if teaches:
        yield "enrolment:timetable", _("My timetable")
    if plans:
        yield "scheduling:session_list", _("Sessions")
    if user.has_perm("courses.change_course"):
        yield "courses:course_list", _("Courses")
    if user.has_perm("people.import_staff"):
        yield "accounts:staff_import", _("Staff list")
    if user.has_perm("audit.view_change") and not plans:  # planners find it beside the sessions
        yield "website:changes", _("Record of changes")
    if user.has_perm("notifications.view_message"):
        yield "notifications:message_list", _("Messages")
    else:
        yield "notifications:my_messages", _("Messages")
