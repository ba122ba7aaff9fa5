"""What a trainer does on their desk: answers, asks for leave, keeps the hours in which they do not teach."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centre.errors import Refusal
from centre.http import require_form
from people.models import Employee
from people.requests import UserRequest
from scheduling.assignments.actions import accept_assignment, decline_assignment, take_back_answer
from scheduling.forms.desk import AnswerForm, HoursForm, LeaveForm
from scheduling.hurt import taught_by
from scheduling.models import Assignment, Session
from trainers.actions import ask_for_leave, withdraw_leave
from trainers.models import LeaveRequest, Trainer, Unavailability

DESK = "enrolment:desk"


def own_trainer(user: Employee) -> Trainer:
    """
    Raises:
        PermissionDenied: the user does not teach.
    """
    trainer: Trainer | None = getattr(user, "trainer", None)
    if trainer is None:
        raise PermissionDenied
    return trainer


@login_required
@require_POST
def assignment_answer(request: UserRequest, pk: int) -> HttpResponse:
    """Accept, decline with a reason, or take the answer back."""
    found = Assignment.objects.filter(pk=pk, trainer=own_trainer(request.user)).first()
    if found is None:
        messages.error(request, _("You do not teach this session any more: there is nothing to answer."))
        return redirect(DESK)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say in a few words why you cannot teach, then send it again."))
        return redirect(DESK)
    try:
        told = give_answer(request.user, found, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect(DESK)


def give_answer(user: Employee, found: Assignment, form: AnswerForm) -> str:
    """Write the answer and return what the trainer is told."""
    match form.cleaned_data["answer"]:
        case "accept":
            accept_assignment(found, by=user, question=form.cleaned_data["question"])
            return _("Thank you: you teach this session.")
        case "decline":
            why, question = form.cleaned_data["why"], form.cleaned_data["question"]
            decline_assignment(found, why, by=user, question=question)
            return _("HR is told. The session stays in your timetable until somebody else is found.")
        case _other:
            take_back_answer(found, by=user)
            return _("Your answer is taken back.")


@login_required
@require_form
def leave_new(request: UserRequest) -> HttpResponse:
    """The form; when sessions stand in the way, the same with their list; then it is asked all the same (rule 7)."""
    trainer = own_trainer(request.user)
    form = LeaveForm(
        request.POST if request.method == "POST" else None, instance=LeaveRequest(trainer=trainer)
    )
    form.cancel_url = reverse(DESK)
    hurt: list[Any] = []
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        shown = taught_by(trainer, chosen["starts_on"], chosen["ends_on"])
        hurt = list(shown.exclude(session__status=Session.Status.DRAFT))
        if not hurt or "despite" in request.POST:
            try:
                ask_for_leave(trainer, **chosen, by=request.user)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, _("HR and the centre see your request. You will be told what they decide.")
                )
                return redirect(DESK)
    return render(request, "scheduling/trainers/leave_form.html", {"form": form, "hurt": hurt})


@login_required
@require_POST
def leave_withdrawal(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LeaveRequest, pk=pk, trainer=own_trainer(request.user))
    try:
        withdraw_leave(found, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is withdrawn."))
    return redirect(DESK)


# --- hours in which a trainer does not teach: kept by the trainer and by the centre ----------------


@login_required
@require_form
def hours_new(request: UserRequest, pk: int) -> HttpResponse:
    trainer = get_object_or_404(Trainer.objects.select_related("employee"), pk=pk)
    fresh = Unavailability(trainer=trainer, starts_on=timezone.localdate())
    return keep_hours(request, fresh, _("Hours without teaching"))


@login_required
@require_form
def hours(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Unavailability.objects.select_related("trainer__employee"), pk=pk)
    return keep_hours(request, found, _("Change the hours without teaching"))


@login_required
@require_POST
def hours_removal(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Unavailability.objects.select_related("trainer"), pk=pk)
    refuse_others(request.user, found.trainer)
    found.delete()
    messages.success(request, _("The hours are free for teaching again."))
    return redirect(way_back(request.user, found.trainer))


def keep_hours(request: UserRequest, hours: Unavailability, title: str) -> HttpResponse:
    refuse_others(request.user, hours.trainer)
    form = HoursForm(request.POST if request.method == "POST" else None, instance=hours)
    form.cancel_url = way_back(request.user, hours.trainer)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(
            request, _("Planning warns of these hours from now on. What is planned stays as it is.")
        )
        return redirect(form.cancel_url)
    is_own = is_trainer(request.user, hours.trainer)
    context = {"form": form, "trainer": hours.trainer, "title": title, "is_own": is_own}
    return render(request, "scheduling/trainers/hours_form.html", context)


def refuse_others(user: Employee, trainer: Trainer) -> None:
    if not (is_trainer(user, trainer) or user.has_perm("trainers.change_trainer")):
        raise PermissionDenied


def is_trainer(user: Employee, trainer: Trainer) -> bool:
    return trainer.employee_id == user.pk


def way_back(user: Employee, trainer: Trainer) -> str:
    return reverse(DESK) if is_trainer(user, trainer) else reverse("scheduling:trainer", args=[trainer.pk])
