"""Wanting a course, leaving the wish, and the planners' list of what is wanted."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.errors import Refusal
from centre.http import require_form
from centre.listing import Listing
from courses.models import Course
from enrolment.interest.actions import drop_interest, missing_before, want_course
from enrolment.interest.demand import DEMAND_COLUMNS, demand, demand_rows
from enrolment.interest.forms import WITHOUT_DATE, DemandFilters, WishForm
from enrolment.interest.models import Interest
from people.requests import UserRequest


@login_required
@require_form
def want(request: UserRequest, code: str) -> HttpResponse:
    course = get_object_or_404(Course.objects.offered(), code=code)
    wish = Interest.objects.live().filter(trainee=request.user, course=course).first()
    form = WishForm(
        request.POST if request.method == "POST" else None,
        initial={"site": wish.site_id if wish else None},
        is_change=wish is not None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            want_course(request.user, course, site=form.cleaned_data["site"])
        except Refusal as error:
            messages.error(request, str(error))
        else:
            words = (
                _("The site is changed.")
                if wish
                else _("It is written down: you want this course. We write to you.")
            )
            messages.success(request, words)
        return redirect(course)
    missing = missing_before(request.user, course)
    context = {"course": course, "wish": wish, "form": form, "missing": missing}
    return render(request, "enrolment/interest/want.html", context)


@login_required
@require_POST
def drop(request: UserRequest, pk: int) -> HttpResponse:
    wish = get_object_or_404(request.user.interests.select_related("course"), pk=pk)
    drop_interest(wish)
    messages.success(
        request, _("Taken back: you do not want “%(course)s” any more.") % {"course": wish.course.title}
    )
    return redirect(wish.course)


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def demand_list(request: UserRequest) -> HttpResponseBase:
    filters = DemandFilters(request.GET)
    listing = Listing(
        request,
        demand(without_date=filters.chosen.get("show") == WITHOUT_DATE),
        DEMAND_COLUMNS,
        name=_("Demand"),
        order=("-wanted", "since"),
        rows=demand_rows,
    )
    return listing.respond("enrolment/interest/demand.html", {"filters": filters})
