"""The pages of the policy: the numbers in force, a change in two steps, the history."""

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centre.http import require_form
from centre.models import Policy
from centre.policy import StalePolicy, change_policy
from centre.previews import SHOWN, is_sent
from people.requests import UserRequest
from scheduling.consequences import change_facts
from scheduling.views.previews import warn_of_problems
from website.policy.forms import PolicyForm
from website.policy.history import numbers_in_force, steps
from website.policy.impact import impact_of

VERSIONS_A_PAGE = 20


@login_required
@permission_required("centre.view_policy", raise_exception=True)
@require_safe
def policy(request: UserRequest) -> HttpResponse:
    versions = list(Policy.objects.filter(valid_from__lte=timezone.now()).order_by("valid_from", "pk"))
    numbers = numbers_in_force(versions)
    groups = [(group, list(some)) for group, some in groupby(numbers, key=lambda one: one.number.group)]
    context = {
        "groups": groups,
        "latest": versions[-1] if versions else None,
        "may_change": request.user.has_perm("centre.add_policy"),
    }
    return render(request, "website/policy/policy.html", context)


@login_required
@permission_required("centre.add_policy", raise_exception=True)
@require_form
def policy_change(request: UserRequest) -> HttpResponse:
    """The form; then what the change touches, with the same form kept hidden; then it is in force."""
    current = Policy.objects.current()
    form = PolicyForm(current, request.POST if request.method == "POST" else None)
    form.cancel_url = reverse("website:policy")
    if not is_sent(request, form):
        return render(request, "website/policy/policy_change.html", {"form": form})

    def change() -> None:
        change_policy(
            form.values,
            author=request.user.full_name,
            reason=form.cleaned_data["reason"],
            based_on=form.cleaned_data["based_on"] or None,
        )

    try:
        # A number is a decision that stays in the history: it is always looked at twice.
        made = change_facts(change, shown=request.POST.get(SHOWN, ""), always_ask=True)
    except StalePolicy as error:
        messages.error(request, str(error))
        return redirect("website:policy")
    if made.is_done:
        warn_of_problems(request, made)
        messages.success(request, _("The new numbers are in force."))
        return redirect("website:policy")
    context = {"form": form, "changes": impact_of(current, form.values), "trial": made}
    return render(request, "website/policy/policy_check.html", context)


@login_required
@permission_required("centre.view_policy", raise_exception=True)
@require_safe
def policy_history(request: UserRequest) -> HttpResponse:
    versions = list(Policy.objects.order_by("valid_from", "pk"))
    page = Paginator(steps(versions), VERSIONS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "website/policy/policy_history.html", {"page": page})
