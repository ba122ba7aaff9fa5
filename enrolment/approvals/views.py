"""The page "Waiting for your decision": of heads, deputies and HR."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from centre.errors import Refusal
from centre.http import require_form
from centre.undoing import Undo, say_done
from enrolment.approvals.actions import decide_many, undo_decision
from enrolment.approvals.changes import changed_for, withdraw_permission
from enrolment.approvals.forms import REASONS, DecisionForm, UndoForm
from enrolment.approvals.needs import DECIDE
from enrolment.approvals.rows import decided_lately, requests_of
from enrolment.doors.clashes import asked_of_hr
from enrolment.models import Enrolment, EnrolmentQuerySet
from people.models import Employee, Office
from people.requests import UserRequest


@login_required
@require_form
def decisions(request: UserRequest) -> HttpResponse:
    """What waits, and with POST the decision about one or many; each is decided on its own."""
    refuse_who_decides_nothing(request.user)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        granted = form.is_granted
        chosen = seen_by(request.user).filter(pk__in=list(form.read))
        outcomes = decide_many(
            chosen,
            granted=granted,
            by=request.user,
            reason=form.cleaned_data["why"],
            read=form.read,
        )
        done = [outcome.enrolment for outcome in outcomes if not outcome.refusal]
        if done:
            undo = Undo(reverse("enrolment:undo_decisions"), {"requests": [one.pk for one in done]})
            say_done(request, decided_words(done, granted=granted), undo)
        for outcome in outcomes:
            if outcome.refusal:
                messages.error(request, outcome.refusal)
        if not outcomes:
            messages.error(request, _("These requests do not wait for you any more."))
        return redirect("enrolment:decisions")
    context = {
        "requests": requests_of(request.user),
        "changed": changed_for(request.user),
        "decided": decided_lately(request.user),
        "reasons": REASONS,
        "errors": form.sentences if form.is_bound else [],
        "ticked": {one.partition(".")[0] for one in request.POST.getlist("requests")},
        "unanswered": list(asked_of_hr()) if request.user.has_perm(DECIDE) else [],
    }
    return render(request, "enrolment/approvals/decisions.html", context)


@login_required
@require_POST
def refuse_date(request: UserRequest) -> HttpResponse:
    """Says no to a date that a trainee has changed to; what was written wrongly is said on the page itself."""
    refuse_who_decides_nothing(request.user)
    form = DecisionForm(request.POST)
    if not form.is_valid() or form.is_granted:
        for sentence in form.sentences:
            messages.error(request, sentence)
        return redirect("enrolment:decisions")
    for row in seen_by(request.user).filter(pk__in=list(form.read)):
        try:
            withdraw_permission(row, by=request.user, reason=form.cleaned_data["why"], read=form.read[row.pk])
        except Refusal as error:
            messages.error(request, str(error))
        else:
            undo = Undo(reverse("enrolment:undo_decisions"), {"requests": [row.pk]})
            say_done(request, decided_words([row], granted=False), undo)
    return redirect("enrolment:decisions")


@login_required
@require_POST
def undo_decisions(request: UserRequest) -> HttpResponse:
    refuse_who_decides_nothing(request.user)
    form = UndoForm(request.POST)
    rows = seen_by(request.user).filter(pk__in=form.cleaned_data["requests"]) if form.is_valid() else ()
    for row in rows:
        try:
            undo_decision(row, by=request.user)
        except Refusal as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("Taken back: the request of %(person)s waits again.") % {"person": row.trainee.short_name},
            )
    return redirect("enrolment:decisions")


def refuse_who_decides_nothing(reader: Employee) -> None:
    """Asked by each request anew: a right that was taken away meanwhile opens nothing (promise S31)."""
    if not reader.has_perm(DECIDE) and not Office.objects.led_by(reader).exists():
        raise PermissionDenied


def seen_by(reader: Employee) -> EnrolmentQuerySet:
    """Enrolments of which a refusal may name the person."""
    found = Enrolment.objects.select_related("trainee").order_by("pk")
    return found if reader.has_perm("enrolment.view_enrolment") else found.visible_to(reader)


def decided_words(done: Sequence[Enrolment], *, granted: bool) -> str:
    """Of one, with the name: the button beside it takes that back."""
    if len(done) > 1:
        return done_words(len(done), granted=granted)
    words = _("Allowed: %(person)s.") if granted else _("Refused: %(person)s.")
    return words % {"person": done[0].trainee.short_name}


def done_words(count: int, *, granted: bool) -> str:
    if granted:
        words = ngettext("%(count)s request is allowed.", "%(count)s requests are allowed.", count)
    else:
        words = ngettext("%(count)s request is refused.", "%(count)s requests are refused.", count)
    return words % {"count": count}
