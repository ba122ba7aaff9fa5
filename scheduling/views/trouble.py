"""Reported trouble: a trainer's form, the list of HR and the centre, a report with its next steps and the answer."""

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
from scheduling.columns.trouble import TROUBLE_COLUMNS
from scheduling.forms.trouble import IllnessForm, TroubleAnswerForm, TroubleFilters, TroubleForm
from scheduling.models import TroubleReport
from scheduling.trouble.actions import answer_trouble, record_illness, report_trouble
from scheduling.trouble.steps import absence_of, meetings_of, next_steps, with_rooms
from scheduling.views.desk import DESK, own_trainer
from scheduling.views.previews import try_form
from trainers.models import Absence

ANSWERS = "scheduling.change_troublereport"


@login_required
@require_form
def trouble_new(request: UserRequest) -> HttpResponse:
    """A trainer's form; the meeting from which it was opened is chosen beforehand."""
    trainer = own_trainer(request.user)
    form = TroubleForm(
        trainer,
        request.POST if request.method == "POST" else None,
        initial={"meeting": request.GET.get("meeting", "")},
    )
    form.cancel_url = reverse(DESK)
    if request.method == "POST" and form.is_valid():
        try:
            report_trouble(trainer, **form.report, by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Reported: HR and the centre see it now, and you will be told what they do.")
            )
            return redirect(DESK)
    return render(request, "scheduling/trouble/trouble_form.html", {"form": form})


@login_required
@permission_required(ANSWERS, raise_exception=True)
@require_safe
def trouble_list(request: UserRequest) -> HttpResponseBase:
    filters = TroubleFilters(request.GET)
    reports = filters.apply(TroubleReport.objects.select_related("trainer__employee", "session__course"))
    listing = Listing(request, reports, TROUBLE_COLUMNS, name=_("Reported trouble"))
    return listing.respond("scheduling/trouble/trouble_list.html", {"filters": filters})


@login_required
@permission_required(ANSWERS, raise_exception=True)
@require_form
def trouble_report(request: UserRequest, pk: int) -> HttpResponse:
    """A report with what it touches, the pages that help, and the answer."""
    found = report_for_staff(pk)
    note_look(request, person_id=found.trainer.employee_id)
    form = TroubleAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_trouble(found, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            form.add_error("answer", str(refusal))
        else:
            messages.success(request, _("Answered, and the trainer is told."))
            return redirect("scheduling:trouble_list")
    meetings = with_rooms(meetings_of(found))
    absence = absence_of(found) if found.is_illness else None
    context = {
        "report": found,
        "form": form,
        "hurt": meetings,
        "absence": absence,
        "steps": next_steps(found, meetings, absence, request.user),
    }
    return render(request, "scheduling/trouble/trouble_report.html", context)


@login_required
@permission_required(ANSWERS, raise_exception=True)
@require_form
def trouble_absence(request: UserRequest, pk: int) -> HttpResponse:
    """The absence of a trainer who is ill: its form, what becomes of the sessions, and then back to the report."""
    found = report_for_staff(pk)
    page = reverse("scheduling:trouble_report", args=[pk])
    if not found.is_illness:
        return redirect(page)
    days = {"starts_on": found.starts_on, "ends_on": found.ends_on, "note": found.words[:200]}
    form = IllnessForm(
        request.POST if request.method == "POST" else None, instance=Absence(trainer=found.trainer, **days)
    )
    form.cancel_url = page
    made = try_form(request, form, lambda: record_illness(found, **form.cleaned_data, by=request.user))
    if made and made.is_done:
        messages.success(request, _("The absence is recorded."))
        return redirect(page)
    return render(
        request, "scheduling/trouble/absence_form.html", {"form": form, "report": found, "trial": made}
    )


def report_for_staff(pk: int) -> TroubleReport:
    rows = TroubleReport.objects.select_related("trainer__employee", "session__course", "answered_by")
    return get_object_or_404(rows, pk=pk)
