"""The second factor: the code at the door, setting it up, recovery codes, switching it off."""

from typing import cast

import django_otp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.actions import second_factor as actions
from accounts.errors import AccountError
from accounts.forms.second_factor import CodeForm, ConfirmForm, PasswordForm, ReplaceForm
from accounts.second_factor import (
    KEY_IN_SESSION,
    codes_left,
    device_of,
    is_required,
    is_verified,
    key_in_words,
    new_key,
    phone_of,
)
from accounts.sessions import FACTOR, Step, asked_step
from accounts.views.sign_in import own_page
from audit.security import log_security
from centre.http import require_form
from centre.models import Policy
from centre.qr import qr_code
from people.requests import UserRequest

# From so many on people are asked to make new ones.
FEW_CODES = 3


@never_cache
@login_required
@sensitive_post_parameters("code")
@require_form
def second_factor_code(request: UserRequest) -> HttpResponse:
    """The step after the password, for who has a second factor."""
    destination = own_page(request, request.POST.get("next") or request.GET.get("next"))
    if asked_step(request.session) != Step.CODE or is_verified(request.session):
        return redirect(destination)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = actions.check_code(request.user, form.cleaned_data["code"])
        except AccountError as error:
            log_security("second_factor_failed", request)
            form.add_error("code", str(error))
        else:
            log_security("second_factor_shown", request)
            let_in(request, device)
            warn_of_few_codes(request)
            return redirect(destination)
    return render(request, "accounts/second_factor_code.html", {"form": form, "next": destination})


@never_cache
@login_required
@sensitive_post_parameters()
@require_form
def set_up_factor(request: UserRequest) -> HttpResponse:
    """A key for the app, as QR code and as text; its first code confirms it, and recovery codes are shown once."""
    person, phone = request.user, phone_of(request.user)
    key = new_key(request.session)
    data = request.POST or None
    form = ReplaceForm(request, data) if phone else ConfirmForm(data)
    if request.method == "POST" and form.is_valid():
        try:
            device, codes = actions.set_up_factor(
                person, key, form.cleaned_data["code"], session_key=request.session.session_key
            )
        except AccountError as error:
            form.add_error("code", str(error))
        else:
            del request.session[KEY_IN_SESSION]
            let_in(request, device)
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "is_new": True})
    if asked_step(request.session) != Step.SET_UP:
        form.cancel_url = resolve_url("accounts:account")
    context = {
        "form": form,
        "phone": phone,
        "qr": qr_code(device_of(person, key).config_url),
        "key": key_in_words(key),
        "is_required": is_required(person, Policy.objects.current()),
    }
    return render(request, "accounts/set_up_factor.html", context)


@never_cache
@login_required
@sensitive_post_parameters()
@require_form
def recovery_codes(request: UserRequest) -> HttpResponse:
    """Ten new codes in place of the old ones."""
    if not phone_of(request.user):
        return redirect("accounts:set_up_factor")
    form = PasswordForm(request, request.POST or None)
    form.button_label, form.cancel_url = _("Make new codes"), resolve_url("accounts:account")
    if request.method == "POST" and form.is_valid():
        codes = actions.renew_recovery_codes(request.user)
        return render(request, "accounts/recovery_codes.html", {"codes": codes, "is_new": False})
    context = {"form": form, "left": codes_left(request.user)}
    return render(request, "accounts/renew_codes.html", context)


@never_cache
@login_required
@sensitive_post_parameters()
@require_form
def switch_factor_off(request: UserRequest) -> HttpResponse:
    if not phone_of(request.user):
        return redirect("accounts:account")
    form = PasswordForm(request, request.POST or None)
    form.button_label, form.button_class = _("Switch it off"), "button button--danger"
    form.cancel_url = resolve_url("accounts:account")
    if request.method == "POST" and form.is_valid():
        try:
            actions.switch_factor_off(request.user)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            forget(request)
            messages.success(
                request, _("The second factor is switched off: the password alone signs you in.")
            )
            return redirect("accounts:account")
    return render(request, "accounts/switch_factor_off.html", {"form": form})


def let_in(request: HttpRequest, device: django_otp.models.Device) -> None:
    """The session has shown both factors; it gets a new id, as after the password."""
    request.session.cycle_key()
    request.session[FACTOR] = Step.CODE
    django_otp.login(request, device)


def forget(request: HttpRequest) -> None:
    request.session.pop(django_otp.DEVICE_ID_SESSION_KEY, None)
    request.session[FACTOR] = Step.NONE


def warn_of_few_codes(request: HttpRequest) -> None:
    left = codes_left(cast(UserRequest, request).user)
    if left <= FEW_CODES:
        messages.warning(
            request,
            _("Recovery codes left: %(count)s. Make new ones on the page of your account.") % {"count": left},
        )
