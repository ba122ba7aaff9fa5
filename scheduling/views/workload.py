"""What the staff sees of trainers' desks: everybody's workload of a month, and the queue of requests for leave."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.listing import Listing
from people.requests import UserRequest
from scheduling.columns.desk import LEAVE_COLUMNS, WORKLOAD_COLUMNS
from scheduling.forms.desk import DecisionForm, LeaveFilters, WorkloadFilters
from scheduling.hurt import taught_by
from scheduling.views.month_plan import month_in_a_sentence
from scheduling.workload import months_of
from trainers.actions import grant_leave, refuse_leave
from trainers.models import LeaveRequest, Trainer


@login_required
@permission_required("trainers.view_trainer", raise_exception=True)
@require_safe
def workload(request: UserRequest) -> HttpResponseBase:
    filters = WorkloadFilters(request.GET)
    listing = Listing(
        request,
        filters.apply(Trainer.objects.select_related("employee", "home_site")),
        WORKLOAD_COLUMNS,
        name=_("Workload of trainers"),
        rows=lambda page: months_of(page, filters.first),
    )
    context = {"filters": filters, "month_name": month_in_a_sentence(filters.first)}
    return listing.respond("scheduling/trainers/workload.html", context)


@login_required
@permission_required("trainers.change_leaverequest", raise_exception=True)
@require_safe
def leave_list(request: UserRequest) -> HttpResponseBase:
    filters = LeaveFilters(request.GET)
    requests = filters.apply(LeaveRequest.objects.select_related("trainer__employee"))
    listing = Listing(request, requests, LEAVE_COLUMNS, name=_("Requests for leave"))
    return listing.respond("scheduling/trainers/leave_list.html", {"filters": filters})


@login_required
@permission_required("trainers.change_leaverequest", raise_exception=True)
@require_form
def leave_request(request: UserRequest, pk: int) -> HttpResponse:
    """A request with the sessions in its way, and the two buttons."""
    rows = LeaveRequest.objects.select_related("trainer__employee", "decided_by")
    found = get_object_or_404(rows, pk=pk)
    note_look(request, person_id=found.trainer.employee_id)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    hurt = list(taught_by(found.trainer, found.starts_on, found.ends_on))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if form.cleaned_data["decision"] == "grant":
                grant_leave(found, reason=reason, by=request.user)
                messages.success(
                    request, _("The leave is granted, the absence is recorded, and the trainer is told.")
                )
            else:
                refuse_leave(found, reason, by=request.user)
                messages.success(request, _("The leave is refused, and the trainer is told."))
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            # Who may plan goes on to those who could teach instead, as after any absence.
            if (
                hurt
                and form.cleaned_data["decision"] == "grant"
                and request.user.has_perm("scheduling.plan_session")
            ):
                return redirect(f"{reverse('scheduling:repair')}?trainer={found.trainer_id}")
            return redirect("scheduling:leave_list")
    context = {"form": form, "leave": found, "hurt": hurt}
    return render(request, "scheduling/trainers/leave_request.html", context)
