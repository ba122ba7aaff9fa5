"""Signing in and out, and the language of the pages."""

import math

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import kept_form
from accounts.forms.sign_in import LanguageForm, SignInForm
from people.models import Employee

# Chosen on the sign-in page, before we know whose choice it is.
CHOSEN_LANGUAGE = "chosen_language"


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    destination = own_page(request, request.POST.get("next") or request.GET.get("next"))
    if request.user.is_authenticated:
        return redirect(destination)
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        chosen = request.session.pop(CHOSEN_LANGUAGE, None)
        login(request, form.employee)
        if chosen:
            keep_language(form.employee, chosen)
        response = redirect(destination)
        remember_language(response, form.employee.language)
        return response
    context = {"form": form, "next": destination, "kept": kept_form.kept(request.session)}
    return render(request, "accounts/sign_in.html", context)


@require_safe
def admin_door(request: HttpRequest) -> HttpResponse:
    """Where the administration pages send whom they do not let in."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return redirect_to_login(own_page(request, request.GET.get("next")))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You have signed out."))
    return redirect("accounts:sign_in")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Shows the site in another language, and from now on also writes letters in it."""
    back = request.POST.get("next") or request.META.get("HTTP_REFERER")
    response = redirect(own_page(request, back))
    form = LanguageForm(request.POST)
    if form.is_valid():
        language = form.cleaned_data["language"]
        if request.user.is_authenticated:
            keep_language(request.user, language)
        else:
            request.session[CHOSEN_LANGUAGE] = language
        remember_language(response, language)
    return response


def locked(
    request: HttpRequest, refused: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """The answer after too many wrong passwords; django-axes asks for it."""
    minutes = math.ceil(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    response = render(request, "accounts/locked.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def own_page(request: HttpRequest, address: str | None) -> str:
    """The address when it is a page of this site, else the home page.

    A bare word would be an allowed relative address, but `redirect` takes it for a view's name.
    """
    address = address or ""
    if address.startswith(("/", "http://", "https://")) and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return address
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def keep_language(employee: Employee, language: str) -> None:
    employee.language = language
    employee.save(update_fields=["language"])


def remember_language(response: HttpResponse, language: str) -> None:
    """The browser shows this language from its next request on."""
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
