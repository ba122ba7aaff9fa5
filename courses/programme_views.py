"""The staff's pages of programmes: list, a programme with its steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centre.http import require_form
from centre.listing import Listing
from courses.columns import PROGRAMME_COLUMNS
from courses.models import Programme
from courses.programme_forms import ProgrammeFilters, ProgrammeForm, steps_formset
from courses.programmes import keep_steps
from people.requests import UserRequest


@login_required
@permission_required("courses.view_programme", raise_exception=True)
@require_safe
def programme_list(request: UserRequest) -> HttpResponseBase:
    filters = ProgrammeFilters(request.GET)
    programmes = Programme.objects.prefetch_related("audience", "steps__course")
    listing = Listing(request, filters.apply(programmes), PROGRAMME_COLUMNS, name=_("Programmes"))
    context = {"filters": filters, "may_add": request.user.has_perm("courses.add_programme")}
    return listing.respond("courses/programme_list.html", context)


@login_required
@permission_required("courses.view_programme", raise_exception=True)
@require_safe
def programme(request: UserRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Programme.objects.annotate(length=Count("steps")), code=code)
    context = {
        "programme": found,
        "steps": found.steps.select_related("course").prefetch_related("course__prerequisites"),
        "audience": found.audience.all(),
        "may_change": request.user.has_perm("courses.change_programme"),
    }
    return render(request, "courses/programme.html", context)


@login_required
@permission_required("courses.add_programme", raise_exception=True)
@require_form
def programme_new(request: UserRequest) -> HttpResponse:
    return keep_programme(request, None)


@login_required
@permission_required("courses.change_programme", raise_exception=True)
@require_form
def programme_edit(request: UserRequest, code: str) -> HttpResponse:
    return keep_programme(request, get_object_or_404(Programme, code=code))


def keep_programme(request: UserRequest, programme: Programme | None) -> HttpResponse:
    """The form with the steps as rows below it; more rows come with each saving."""
    data = request.POST if request.method == "POST" else None
    form = ProgrammeForm(data, instance=programme)
    steps = steps_formset(programme, data)
    if request.method == "POST" and form.is_valid() and steps.is_valid():
        with transaction.atomic():
            saved = form.save()
            keep_steps(saved, steps.planned)
        messages.success(request, _("The programme is saved."))
        return redirect("courses:programme", saved.code)
    context = {"form": form, "steps": steps, "programme": programme}
    return render(request, "courses/programme_form.html", context)
