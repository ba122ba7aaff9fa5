"""The page of the state: how the installation is, and what to do."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from people.requests import UserRequest
from website.state.facts import in_question
from website.state.questions import state_of_the_installation

RENEWED_SECONDS = 30


@never_cache
@login_required
@permission_required("centre.view_state", raise_exception=True)
@require_safe
def state(request: UserRequest) -> HttpResponse:
    """A script asks for the facts alone every half minute, which keeps nobody signed in (accounts/middleware.py)."""
    now = timezone.now()
    shelves = state_of_the_installation(now)
    context = {
        "shelves": shelves,
        "in_question": in_question(shelves),
        "now": now,
        "is_renewed": "still" not in request.GET,
        "seconds": RENEWED_SECONDS,
    }
    is_fragment = request.htmx and not request.htmx.history_restore_request
    response = render(request, f"website/state/{'_facts' if is_fragment else 'state'}.html", context)
    patch_vary_headers(response, ["HX-Request"])  # one address, and either a fragment or the page
    return response
