"""Pages that put several apps together: my training, the catalogue, a course, a session, my completions."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centre.listing import Listing
from centre.models import Policy
from courses.models import Course
from enrolment.panels import panel_of
from learning.progress import Progress, materials_of
from people.requests import UserRequest
from scheduling.models import Session
from website.catalogue import results
from website.completions import COMPLETION_COLUMNS
from website.course_cards import about_shown, dates_shown, meetings_shown
from website.course_page import course_page
from website.first_steps import first_steps_of_staff, is_newcomer, journeys_of, shown_journeys
from website.forms import CatalogueFilter
from website.help import topics_for
from website.home import (
    cancelled_by_the_centre,
    choices_of,
    mandatory_steps,
    next_meeting,
    offered_to,
    own_requests,
    taught_today,
    wishes_of,
)
from website.hub import shelves_for
from website.offers import Offer, shown_meetings
from website.parts import parts_of
from website.waiting import waiting_for


@login_required
@require_safe
def home(request: UserRequest) -> HttpResponse:
    requests = own_requests(request.user)
    offered, following = offered_to(requests), next_meeting(requests)
    mandatory = mandatory_steps(request.user)
    taught = taught_today(request.user) if parts_of(request.user).teaches else None
    context = {
        "next": following,
        "offered": offered,
        "requests": [
            one
            for one in requests
            if one.enrolment not in offered and not (following and one.enrolment == following.enrolment)
        ],
        "mandatory": mandatory,
        "wishes": wishes_of(request.user) if parts_of(request.user).wants else None,
        "mandatory_first": bool(mandatory) and not following and not taught and not offered,
        "taught": taught,
        "today": timezone.localdate(),
        "choices": choices_of(requests),
        "cancelled": cancelled_by_the_centre(request.user),
        # Asked of who has no request only, for whom no next meeting was asked.
        "is_newcomer": not requests and is_newcomer(request.user),
        "planning": waiting_for(request.user) if request.user.has_perm("scheduling.plan_session") else None,
    }
    return render(request, "website/home.html", context)


@login_required
@require_safe
def catalogue(request: UserRequest) -> HttpResponse:
    form = CatalogueFilter(request.GET)
    context = {"form": form, **results(request.user, form.asked, request.GET.get("page"))}
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "website/_results.html", context)
        response["HX-Push-Url"] = f"{request.path}?{urlencode(form.asked_in_address)}"
    else:
        response = render(request, "website/catalogue.html", context)
    patch_vary_headers(response, ["HX-Request"])  # one address, and either a fragment or the page
    return response


@login_required
@require_safe
def course(request: UserRequest, code: str) -> HttpResponse:
    try:
        shown = course_page(request.user, code)
    except Course.DoesNotExist as error:
        raise Http404 from error
    progress = None
    if shown.enrolment and shown.course.is_self_paced:
        progress = Progress.of(materials_of(shown.enrolment))
    context = {
        "shown": shown,
        "about": about_shown(shown),
        "dates": dates_shown(shown, get_token(request)),
        "progress": progress,
    }
    return render(request, "website/course.html", context)


@login_required
@require_safe
def session(request: UserRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(Session.objects.published().with_course(), pk=pk)
    panel = panel_of(request.user, shown)
    meetings = shown_meetings(request.user, [shown], panel.situation.policy).get(shown.pk, ())
    offer = Offer(panel=panel, meetings=meetings)
    context = {
        "offer": offer,
        "meetings": meetings_shown(offer),
        "panel": panel,
        "session": shown,
        "leads_office": parts_of(request.user).leads,
        "sees_people": request.user in offer.trainers or request.user.has_perm("enrolment.view_enrolment"),
    }
    return render(request, "website/session.html", context)


@login_required
@require_safe
def completions(request: UserRequest) -> HttpResponseBase:
    own = request.user.completions.select_related("course")
    listing = Listing(
        request, own, COMPLETION_COLUMNS, name=_("My completions"), order=("-completed_on", "-pk")
    )
    soon = timezone.localdate() + timedelta(days=Policy.objects.current().repeat_window_days)
    return listing.respond("website/completions.html", {"page": listing.page, "soon": soon})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """For everybody, also before signing in."""
    help_desk = {"help_email": settings.HELP_EMAIL, "help_phone": settings.HELP_PHONE}
    return render(request, "website/help.html", {"topics": list(topics_for(request.user)), **help_desk})


@login_required
@require_safe
def centre(request: UserRequest) -> HttpResponse:
    """Every page of staff that the reader may open, each with words."""
    if not (shelves := list(shelves_for(request.user))):
        raise PermissionDenied
    context = {"shelves": shelves, "first_steps": first_steps_of_staff(request.user)}
    return render(request, "website/centre.html", context)


@login_required
@require_safe
def first_steps(request: UserRequest) -> HttpResponse:
    """What to begin with, for each part that the reader has here."""
    journeys = shown_journeys(request.user, list(journeys_of(request.user)))
    return render(request, "website/first_steps.html", {"journeys": journeys})
