"""Roles and rights in words, and one person's access: for system administrators (promises S31, R27)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import viewing
from accounts.actions import access as actions
from accounts.actions.second_factor import reset_factor as forget_factor
from accounts.errors import AccountError
from accounts.forms.access import GiveRoleForm, PersonSearch, ReasonForm
from accounts.overview import roles_shown
from accounts.roles import BY_DATA, DUTIES, Role
from accounts.second_factor import phone_of
from audit.access import note_look
from centre.http import require_form
from people.models import Employee
from people.requests import UserRequest

ENTRIES_A_PAGE = 50

may_give = permission_required("accounts.give_role", raise_exception=True)


@login_required
@may_give
@require_safe
def roles(request: UserRequest) -> HttpResponse:
    """Each role in words, and who holds it since when, from whom and why."""
    search = PersonSearch(request.GET)
    context = {"roles": roles_shown(), "by_data": BY_DATA, "search": search, "found": search.people()}
    return render(request, "accounts/roles.html", context)


@login_required
@may_give
@require_safe
def person_access(request: UserRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee, pk=pk)
    held = [Role(group.name) for group in person.groups.order_by("name") if group.name in Role.values]
    entries = person.access_entries.select_related("by")
    context = {
        "person": person,
        "roles": [(role, DUTIES[role]) for role in held],
        "phone": phone_of(person),
        "browsers": person.sign_ins.live().count(),
        "page": Paginator(entries, ENTRIES_A_PAGE).get_page(request.GET.get("page")),
        "is_own": person == request.user,
        "may_get_more": len(held) < len(Role),
    }
    return render(request, "accounts/person_access.html", context)


@login_required
@may_give
@require_form
def give_role(request: UserRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee, pk=pk)
    form = GiveRoleForm(person, request.POST or None)
    return step(
        request,
        person,
        form,
        title=_("Give a role"),
        warning=_("Who gets a role has to sign in anew, with a second factor where the policy wants one."),
        take=lambda chosen: actions.give_role(
            person, Role(chosen["role"]), by=request.user, reason=chosen["reason"]
        ),
        done=_("The role is given."),
        more={"duties": [(role, DUTIES[role]) for role in Role]},
    )


@login_required
@may_give
@require_form
def take_role(request: UserRequest, pk: int, role: str) -> HttpResponse:
    person = get_object_or_404(Employee, pk=pk)
    if role not in Role.values:
        raise Http404
    return step(
        request,
        person,
        ReasonForm(request.POST or None, button_label=_("Take the role away"), is_danger=True),
        title=_("Take the role away: %(role)s") % {"role": Role(role).label},
        warning=_("It ends at once; a form that is open now is refused when it is sent."),
        take=lambda chosen: actions.take_role(person, Role(role), by=request.user, reason=chosen["reason"]),
        done=_("The role is taken away."),
    )


@login_required
@may_give
@require_form
def close_account(request: UserRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee, pk=pk)
    return step(
        request,
        person,
        ReasonForm(request.POST or None, button_label=_("Close the account"), is_danger=True),
        title=_("Close the account"),
        warning=_("The person is signed out at once and loses their roles. Enrolments and records stay."),
        take=lambda chosen: actions.close_account(person, by=request.user, reason=chosen["reason"]),
        done=_("The account is closed."),
    )


@login_required
@may_give
@require_form
def open_account(request: UserRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee, pk=pk)
    return step(
        request,
        person,
        ReasonForm(request.POST or None, button_label=_("Open the account")),
        title=_("Open the account again"),
        warning=_("The person signs in with the password of before, without roles."),
        take=lambda chosen: actions.open_account(person, by=request.user, reason=chosen["reason"]),
        done=_("The account is open."),
    )


@login_required
@may_give
@require_form
def sign_out_everywhere(request: UserRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee, pk=pk)
    return step(
        request,
        person,
        ReasonForm(request.POST or None, button_label=_("Sign out everywhere"), is_danger=True),
        title=_("Sign the person out on all devices"),
        warning=_("Such as when a phone was lost. Who knows the password signs in again."),
        take=lambda chosen: actions.sign_out_everywhere(person, by=request.user, reason=chosen["reason"]),
        done=_("The person is signed out everywhere."),
    )


@login_required
@may_give
@require_form
def reset_factor(request: UserRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Employee, pk=pk)
    return step(
        request,
        person,
        ReasonForm(request.POST or None, button_label=_("Reset the second factor"), is_danger=True),
        title=_("Reset the second factor"),
        warning=_(
            "For who lost the phone and the recovery codes. Make sure that it is really them: see them, or call "
            "the number that the personnel department has. They are signed out everywhere."
        ),
        take=lambda chosen: forget_factor(person, by=request.user, reason=chosen["reason"]),
        done=_("The second factor is reset."),
    )


@login_required
@may_give
@require_form
def view_as(request: UserRequest, pk: int) -> HttpResponse:
    """See the site as the person does, without changing anything."""
    person = get_object_or_404(Employee.objects.employed().filter(is_staff=False), pk=pk)

    def look(chosen: dict[str, Any]) -> None:
        actions.note_view(person, by=request.user, reason=chosen["reason"])
        note_look(request, person_id=person.pk)
        viewing.begin(request, person)

    return step(
        request,
        person,
        ReasonForm(request.POST or None, button_label=_("Look")),
        title=_("See the site through this person’s eyes"),
        warning=_(
            "For half an hour, and only to look. Who looked, when and why stands in the person’s story."
        ),
        take=look,
        done=_("You see what they see."),
        then=reverse("website:home"),
    )


@login_required
@require_POST
def stop_viewing(request: UserRequest) -> HttpResponse:
    seen = viewing.end(request)
    return redirect("accounts:person_access", seen) if seen else redirect("website:home")


def step(
    request: UserRequest,
    person: Employee,
    form: ReasonForm,
    *,
    title: str,
    warning: str | Promise,
    take: Callable[[dict[str, Any]], None],
    done: str,
    then: str = "",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show what the step does and ask for the reason; take it when the form is sent."""
    back = reverse("accounts:person_access", args=[person.pk])
    form.cancel_url = back
    if request.method == "POST" and form.is_valid():
        try:
            take(form.cleaned_data)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect(then or back)
    context = {"person": person, "form": form, "title": title, "warning": warning, **(more or {})}
    return render(request, "accounts/access_step.html", context)
