"""Trainers: the list, a trainer, qualifications, limits, absences."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import F
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.http import require_form
from centre.listing import Listing
from people.audit import may_see_changes
from people.requests import UserRequest
from scheduling.columns.trainers import TRAINER_COLUMNS
from scheduling.consequences import Trial
from scheduling.forms.trainers import (
    AbsenceForm,
    NewTrainerForm,
    QualificationForm,
    TrainerFilters,
    TrainerForm,
)
from scheduling.hurt import LAST_DAY, hurt_by_absences
from scheduling.trainer_rows import day_soon, trainer_rows
from scheduling.views.previews import try_button, try_form
from trainers.models import Absence, LeaveRequest, Trainer, TrainerQualification

PAST_ABSENCES_SHOWN = 10


@login_required
@permission_required("trainers.view_trainer", raise_exception=True)
@require_safe
def trainer_list(request: UserRequest) -> HttpResponseBase:
    filters = TrainerFilters(request.GET)
    trainers = filters.apply(Trainer.objects.select_related("employee", "home_site"))
    listing = Listing(request, trainers, TRAINER_COLUMNS, name=_("Trainers"), rows=trainer_rows)
    context = {
        "filters": filters,
        "soon": day_soon(),
        "today": timezone.localdate(),
        "leaves_waiting": LeaveRequest.objects.filter(state=LeaveRequest.State.ASKED).count(),
        "may_add": request.user.has_perm("trainers.add_trainer"),
    }
    return listing.respond("scheduling/trainers/trainer_list.html", context)


@login_required
@permission_required("trainers.view_trainer", raise_exception=True)
@require_safe
def trainer(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Trainer.objects.select_related("employee", "home_site"), pk=pk)
    note_look(request, person_id=found.employee_id)
    today = timezone.localdate()
    qualifications = found.qualifications.select_related("qualification")
    [row] = trainer_rows([found])
    context = {
        "trainer": found,
        "row": row,
        "qualifications": list(qualifications.order_by(F("valid_until").asc(nulls_last=True), "pk")),
        "absences": list(found.absences.filter(ends_on__gte=today)),
        "past_absences": list(
            found.absences.filter(ends_on__lt=today).order_by("-starts_on")[:PAST_ABSENCES_SHOWN]
        ),
        "hurt": list(hurt_by_absences(found)),
        "hours": list(found.unavailabilities.during(today, LAST_DAY)),
        "today": today,
        "soon": day_soon(),
        # Reasons of absence are seen by HR and the centre only.
        "sees_reasons": request.user.has_perm("trainers.view_absence"),
        "sees_history": may_see_changes(request.user),
        "may_change": request.user.has_perm("trainers.change_trainer"),
        "may_qualify": request.user.has_perm("trainers.change_trainerqualification"),
        "may_record": request.user.has_perm("trainers.add_absence"),
    }
    return render(request, "scheduling/trainers/trainer.html", context)


@login_required
@permission_required("trainers.add_trainer", raise_exception=True)
@require_form
def trainer_new(request: UserRequest) -> HttpResponse:
    form = NewTrainerForm(request.POST if request.method == "POST" else None)
    form.cancel_url = reverse("scheduling:trainer_list")
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(
            request, _("%(trainer)s is a trainer now. Say what they may teach.") % {"trainer": saved}
        )
        return redirect("scheduling:trainer", saved.pk)
    return form_page(request, form, None, _("New trainer"))


@login_required
@permission_required("trainers.change_trainer", raise_exception=True)
@require_form
def trainer_edit(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Trainer.objects.select_related("employee"), pk=pk)
    form = TrainerForm(request.POST if request.method == "POST" else None, instance=found)
    return saved_or_form(request, form, found, _("Home site and limits"), _("The trainer is saved."))


@login_required
@permission_required("trainers.add_trainerqualification", raise_exception=True)
@require_form
def qualification_new(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Trainer.objects.select_related("employee"), pk=pk)
    form = QualificationForm(
        request.POST if request.method == "POST" else None, instance=TrainerQualification(trainer=found)
    )
    return saved_or_form(request, form, found, _("Add a qualification"), _("The qualification is added."))


@login_required
@permission_required("trainers.change_trainerqualification", raise_exception=True)
@require_form
def qualification(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        TrainerQualification.objects.select_related("trainer__employee", "qualification"), pk=pk
    )
    form = QualificationForm(request.POST if request.method == "POST" else None, instance=found)
    return saved_or_form(
        request, form, found.trainer, _("Confirm the qualification"), _("The qualification is confirmed.")
    )


@login_required
@permission_required("trainers.delete_trainerqualification", raise_exception=True)
@require_POST
def qualification_removal(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        TrainerQualification.objects.select_related("trainer__employee", "qualification"), pk=pk
    )
    # Deleted by its key: the page of what it would do still names it.
    made = try_button(request, TrainerQualification.objects.filter(pk=pk).delete)
    if not made.is_done:
        context = {
            "qualification": found,
            "trial": made,
            "cancel_url": reverse("scheduling:trainer", args=[found.trainer_id]),
        }
        return render(request, "scheduling/trainers/qualification_removal.html", context)
    messages.success(
        request, _("The qualification “%(title)s” is taken away.") % {"title": found.qualification}
    )
    return redirect("scheduling:trainer", found.trainer_id)


@login_required
@permission_required("trainers.add_absence", raise_exception=True)
@require_form
def absence_new(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Trainer.objects.select_related("employee"), pk=pk)
    return record_absence(request, Absence(trainer=found))


@login_required
@permission_required("trainers.change_absence", raise_exception=True)
@require_form
def absence(request: UserRequest, pk: int) -> HttpResponse:
    return record_absence(
        request, get_object_or_404(Absence.objects.select_related("trainer__employee"), pk=pk)
    )


def record_absence(request: UserRequest, absence: Absence) -> HttpResponse:
    """The form; when sessions stand in the way, what becomes of them; then it is recorded all the same (rule 7)."""
    form = AbsenceForm(request.POST if request.method == "POST" else None, instance=absence)
    title = _("Change the absence") if absence.pk else _("Record an absence")
    form.cancel_url = reverse("scheduling:trainer", args=[absence.trainer_id])
    made = try_form(request, form, form.save)
    if made is None or not made.is_done:
        return form_page(request, form, absence.trainer, title, trial=made)
    messages.success(request, _("The absence is recorded."))
    # Who may plan goes on to those who could teach instead; the others see the meetings at the trainer.
    if made.consequences.harms and request.user.has_perm("scheduling.plan_session"):
        return redirect(f"{reverse('scheduling:repair')}?trainer={absence.trainer_id}")
    return redirect("scheduling:trainer", absence.trainer_id)


@login_required
@permission_required("trainers.delete_absence", raise_exception=True)
@require_POST
def absence_removal(request: UserRequest, pk: int) -> HttpResponse:
    """The trainer is back from today on; an absence that has not begun is taken back."""
    found = get_object_or_404(Absence, pk=pk)
    today = timezone.localdate()
    if found.ends_on < today:
        messages.error(request, _("The absence is over: it stays in the record."))
    elif found.starts_on >= today:
        found.delete()
        messages.success(request, _("The absence is taken back."))
    else:
        found.ends_on = today - timedelta(days=1)
        found.save(update_fields=["ends_on"])
        messages.success(request, _("The trainer is back from today on."))
    return redirect("scheduling:trainer", found.trainer_id)


def saved_or_form(request: UserRequest, form: Any, trainer: Trainer, title: str, told: str) -> HttpResponse:
    """Save a valid form and go to the trainer, else show it, or what it would do to sessions, under the title."""
    form.cancel_url = reverse("scheduling:trainer", args=[trainer.pk])
    made = try_form(request, form, form.save)
    if made and made.is_done:
        messages.success(request, told)
        return redirect("scheduling:trainer", trainer.pk)
    return form_page(request, form, trainer, title, trial=made)


def form_page(
    request: UserRequest, form: Any, trainer: Trainer | None, title: str, trial: Trial | None = None
) -> HttpResponse:
    context = {"form": form, "trainer": trainer, "title": title, "trial": trial}
    return render(request, "scheduling/trainers/trainer_form.html", context)
