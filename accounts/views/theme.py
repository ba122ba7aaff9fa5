"""The look that a reader chose for the pages: light, dark, or as their system has it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.views.sign_in import own_page
from centre.theme import THEME_COOKIE, Theme

A_YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice in this browser, for a phone at night and a desk by day may differ."""
    response = redirect(own_page(request, request.META.get("HTTP_REFERER")))
    wish = request.POST.get("theme")
    if wish == Theme.SYSTEM:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    elif wish in (Theme.LIGHT, Theme.DARK):
        response.set_cookie(
            THEME_COOKIE,
            wish,
            max_age=A_YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
