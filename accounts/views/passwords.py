"""A forgotten password, and choosing a new one by a link; nothing tells who exists (promises S8, S9)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_safe

from accounts.actions import passwords as actions
from accounts.errors import AccountError
from accounts.forms.passwords import ForgottenForm, NewPasswordForm
from accounts.password_links import INVITATION, read_token
from audit.security import log_security
from centre.http import require_form
from people.models import Employee
from people.requests import client_address

# Between the link and the form the token is in the session: no page has it in its address, so no Referer has.
LINK = "password_link"
WAIT_SECONDS = 3600


@require_form
def forgot_password(request: HttpRequest) -> HttpResponse:
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = client_address(request)
        if actions.is_asked_too_often(address):
            response = render(request, "accounts/asked_too_often.html", status=429)
            response["Retry-After"] = str(WAIT_SECONDS)
            return response
        log_security("password_asked_for", request)
        actions.ask_for_password(form.cleaned_data["name"], address)
        return redirect("accounts:password_asked")
    return render(request, "accounts/forgot_password.html", {"form": form})


@require_safe
def password_asked(request: HttpRequest) -> HttpResponse:
    """The same words for everybody."""
    return render(request, "accounts/password_asked.html")


@never_cache
@require_safe
@sensitive_variables("token")
def password_link(request: HttpRequest, token: str) -> HttpResponse:
    """Uses nothing up: programs of mail servers open links too."""
    request.session[LINK] = token
    response = redirect("accounts:new_password")
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@sensitive_post_parameters()
@require_form
def new_password(request: HttpRequest) -> HttpResponse:
    link = read_token(request.session.get(LINK, ""))
    person = Employee.objects.filter(pk=link.person_id).first() if link else None
    if link is None or person is None or not link.opens(person):
        request.session.pop(LINK, None)
        return render(request, "accounts/link_is_dead.html", status=410)
    form = NewPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_password(link, form.cleaned_data["new_password1"])
        except AccountError:
            return render(request, "accounts/link_is_dead.html", status=410)
        log_security("password_chosen", request, account=person.pk)
        request.session.flush()
        messages.success(request, _("The password is saved. Sign in with it."))
        return redirect("accounts:sign_in")
    context = {"form": form, "person": person, "is_first": link.kind == INVITATION}
    return render(request, "accounts/new_password.html", context)
