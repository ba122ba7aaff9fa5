"""One's own account: who one is, the password, where one is signed in, and a form that came too late."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import kept_form as kept_forms
from accounts import sessions
from accounts.actions.passwords import change_password as change
from accounts.forms.passwords import OwnPasswordForm
from accounts.forms.sign_in import TimeZoneForm
from accounts.roles import Role
from accounts.second_factor import is_required, phone_of
from centre.http import require_form
from centre.models import Policy
from people.models import Employee
from people.requests import UserRequest

WORDS_FROM = 3


@login_required
@require_safe
def account(request: UserRequest) -> HttpResponse:
    person = request.user
    context = {
        "employments": person.employments.current().select_related("office", "position"),
        "roles": [Role(group.name).label for group in person.groups.all() if group.name in Role.values],
        "browsers": person.sign_ins.live().count(),
        "phone": phone_of(person),
        "zone_form": TimeZoneForm(initial={"time_zone": person.time_zone}),
        "needs_factor": is_required(person, Policy.objects.current()),
    }
    return render(request, "accounts/account.html", context)


@login_required
@require_POST
def choose_time_zone(request: UserRequest) -> HttpResponse:
    """From now on pages and letters say the reader's own time beside the centre's."""
    form = TimeZoneForm(request.POST)
    if form.is_valid():
        # The centre's own is kept as none: it needs nothing beside it.
        chosen = form.cleaned_data["time_zone"]
        request.user.time_zone = "" if chosen == settings.TIME_ZONE else chosen
        request.user.save(update_fields=["time_zone"])
        messages.success(request, _("The time zone is saved."))
    else:
        messages.error(request, _("Choose a time zone from the list."))
    return redirect("accounts:account")


@never_cache
@login_required
@sensitive_post_parameters()
@require_form
def change_password(request: UserRequest) -> HttpResponse:
    form = OwnPasswordForm(request, request.POST or None)
    form.cancel_url = resolve_url("accounts:account")
    if request.method == "POST" and form.is_valid():
        person = change(
            request.user, form.cleaned_data["new_password1"], session_key=request.session.session_key
        )
        # This session stays and gets a new id; every other session of the person ended.
        update_session_auth_hash(request, person)
        messages.success(request, _("The password is changed. Other devices have to sign in again."))
        return redirect("accounts:account")
    return render(request, "accounts/change_password.html", {"form": form})


@login_required
@require_safe
def own_sessions(request: UserRequest) -> HttpResponse:
    """Where the reader is signed in, this browser first."""
    here = request.session.session_key
    rows = sorted(request.user.sign_ins.live(), key=lambda row: row.session_key != here)
    return render(request, "accounts/own_sessions.html", {"rows": rows, "here": here})


@login_required
@require_POST
def end_session(request: UserRequest) -> HttpResponse:
    """End one of the reader's other sessions, named in the form, or without a name all of them."""
    others = request.user.sign_ins.exclude(session_key=request.session.session_key)
    if handle := request.POST.get("session"):
        keys = [row.session_key for row in others if row.handle == handle]
        if not keys:
            raise Http404
        others = others.filter(session_key__in=keys)
    ended = others.delete()[0]
    messages.success(
        request,
        ngettext("%(count)s device is signed out.", "%(count)s devices are signed out.", ended)
        % {"count": ended},
    )
    return redirect("accounts:own_sessions")


@login_required
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Who was warned that the session ends goes on; the answer is in how many seconds it ends now."""
    sessions.touch(request.session, cast(Employee, request.user), timezone.now())
    return HttpResponse(request.session.get_expiry_age(), content_type="text/plain")


@never_cache
@login_required
@require_form
def kept_form(request: UserRequest) -> HttpResponse:
    """What the reader typed before the session ended: to be sent now, or thrown away."""
    form = kept_forms.kept(request.session)
    if request.method == "POST":
        kept_forms.drop(request.session)
        messages.success(request, _("What you had typed is thrown away."))
        return redirect("website:home")
    if form is None:
        return redirect("website:home")
    # Words that a person typed; keys of chosen rows say nothing to anybody.
    shown = [value for _name, value in form["fields"] if len(value) >= WORDS_FROM and not value.isdigit()]
    return render(request, "accounts/kept_form.html", {"kept": form, "shown": shown})
