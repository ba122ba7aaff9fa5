"""Seeing the site as another person does: read only, for a while, recorded and marked (expectation 29)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from people.models import Employee

AS, UNTIL = "seen_as", "seen_until"
LONGEST = timedelta(minutes=30)
STOP = "accounts:stop_viewing"
# The beginnings of routes that nobody opens through other eyes; the page of a calendar shows its secret address.
CLOSED = ("accounts:", "admin:", "enrolment:own_calendar")


def begin(request: HttpRequest, person: Employee) -> None:
    request.session[AS] = person.pk
    request.session[UNTIL] = (timezone.now() + LONGEST).timestamp()


def end(request: HttpRequest) -> int | None:
    """The key of the person who was looked at."""
    request.session.pop(UNTIL, None)
    seen: int | None = request.session.pop(AS, None)
    return seen


def through_other_eyes(request: HttpRequest, route: str) -> HttpResponse | None:
    """Let the page take the other person for its reader; answer what may not be done through their eyes.

    The right is asked again for every page. Their account and what else is secret, and the administration pages, stay
    closed.
    """
    if AS not in request.session or route == STOP:
        return None
    person = Employee.objects.employed().filter(pk=request.session[AS], is_staff=False).first()
    is_over = timezone.now().timestamp() >= request.session[UNTIL]
    if person is None or is_over or not request.user.has_perm("accounts.give_role"):
        end(request)
        return None
    request.seen_by = request.user  # type: ignore[attr-defined]
    request.user = person
    if request.method not in {"GET", "HEAD"} or route.startswith(CLOSED):
        return render(request, "accounts/only_looking.html", status=403)
    return None
