"""What stands between a session and every page: its end, the second factor, other eyes, a form that came too late."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts import kept_form
from accounts.second_factor import Step, is_verified
from accounts.sessions import asked_step, keep_alive
from accounts.viewing import through_other_eyes

# What somebody may do who gave the right password and has yet to show the second factor.
ALWAYS = {"accounts:sign_out", "accounts:choose_language", "accounts:choose_theme"}
BEFORE_THE_FACTOR = {
    Step.CODE: {"accounts:second_factor_code", *ALWAYS},
    Step.SET_UP: {"accounts:set_up_factor", *ALWAYS},
}
STEP_PAGES = {Step.CODE: "accounts:second_factor_code", Step.SET_UP: "accounts:set_up_factor"}

# What is fetched by itself before an empty chair: it needs no session, and it must not prolong one.
RENEWS_ITSELF = {"scheduling:room_door", "enrolment:calendar"}
# A page for somebody signed in that asks for itself every half minute: whoever walked away is signed out all the same.
ASKED_BY_ITSELF = {"website:state"}


class AccessMiddleware:
    """One place for all views, so that none can be forgotten (promises S6, S10)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.what_stands_before(request) or self.get_response(request)
        kept_form.drop_when_sent(request)
        if is_sent_to_sign_in(request, response):
            if request.method == "POST" and kept_form.keep(request):
                response = redirect_to_login(reverse("accounts:kept_form"))
                messages.info(
                    request, _("Your session has ended. Sign in again: what you typed is kept for you.")
                )
            return client_redirect(request, response)
        return response

    def what_stands_before(self, request: HttpRequest) -> HttpResponse | None:
        """The answer when the page itself may not answer; None for almost everybody."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return None
        if route_of(request) in RENEWS_ITSELF:
            return None
        if not is_asked_by_itself(request):
            keep_alive(request)
        return missing_factor(request) or through_other_eyes(request, route_of(request))


def is_asked_by_itself(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and route_of(request) in ASKED_BY_ITSELF


def missing_factor(request: HttpRequest) -> HttpResponse | None:
    """The way to the step that is still to be taken."""
    step = asked_step(request.session)
    if step == Step.NONE or is_verified(request.session) or route_of(request) in BEFORE_THE_FACTOR[step]:
        return None
    asked = request.get_full_path() if request.method == "GET" else resolve_url(settings.LOGIN_REDIRECT_URL)
    address = f"{reverse(STEP_PAGES[step])}?{urlencode({'next': asked})}"
    return client_redirect(request, HttpResponseRedirect(address))


def route_of(request: HttpRequest) -> str:
    """Empty for an address that leads nowhere, which is as closed as any other."""
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def is_sent_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    location = urlsplit(response.headers.get("Location", "")).path
    return (
        response.status_code == 302
        and location == resolve_url(settings.LOGIN_URL)
        and not request.user.is_authenticated
        and request.path != reverse("accounts:sign_out")
    )


def client_redirect(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A fragment's request gets the whole page moved: a page to sign in on is no fragment."""
    if request.headers.get("HX-Request") != "true":
        return response
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = shown.path + (f"?{shown.query}" if shown.query else "")
    address = urlsplit(response.headers["Location"])
    if "kept_form" not in address.query and back:
        return HttpResponseClientRedirect(f"{address.path}?{urlencode({'next': back})}")
    return HttpResponseClientRedirect(address.geturl())
