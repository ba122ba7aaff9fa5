"""The list of sessions, one session, and the steps of its life."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from centre.http import require_form
from centre.listing import Listing
from people.audit import may_see_changes
from people.requests import UserRequest
from scheduling import actions
from scheduling.assignments.findings import answers_of
from scheduling.columns.sessions import SESSION_COLUMNS
from scheduling.errors import NeedsReason, SchedulingError
from scheduling.forms.sessions import (
    CancelForm,
    ConfirmForm,
    LimitForm,
    PublishForm,
    RunAnywayForm,
    SessionFilters,
    StepForm,
)
from scheduling.impact import cancel_impact, confirm_impact, limit_impact, publish_impact, run_anyway_impact
from scheduling.models import PreparedChange, Session, SessionStep
from scheduling.overview import SessionRow, session_rows
from scheduling.rehearsal import REHEARSE, rehearse
from scheduling.story import told_change, told_steps, told_waivers


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def session_list(request: UserRequest) -> HttpResponseBase:
    filters = SessionFilters(request.GET)
    found = filters.apply(Session.objects.with_course())
    listing = Listing(request, found, SESSION_COLUMNS, name=_("Sessions"), rows=session_rows)
    context = {"filters": filters, "sees_history": may_see_changes(request.user)}
    return listing.respond("scheduling/session_list.html", context)


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def session(request: UserRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Session.objects.with_course(), pk=pk)
    answers = answers_of(found.pk)
    prepared = PreparedChange.objects.filter(session=found).select_related("session", "by").first()
    context = {
        "session": found,
        "row": session_rows([found])[0],
        "answers": answers,
        "is_declined": found.can_move and any(answer.is_declined for answer in answers.values()),
        "prepared": prepared,
        "prepared_sentences": told_change(found, prepared)
        if prepared and not prepared.is_cancellation
        else [],
        "steps": told_steps(found, found.steps.select_related("by")),
        "waivers": told_waivers(found),
        "sees_history": may_see_changes(request.user),
    }
    return render(request, "scheduling/session.html", context)


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def publish(request: UserRequest, pk: int) -> HttpResponse:
    return step(
        request,
        pk,
        PublishForm,
        impact=publish_impact,
        take=lambda session, chosen: actions.publish_session(
            session, by=request.user, despite=chosen["despite"], version=chosen["version"]
        ),
        title=_("Publish the session"),
        done=_("The session is open for enrolment."),
        rehearsed_with={"despite": "?", "version": None},
    )


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def confirm(request: UserRequest, pk: int) -> HttpResponse:
    return step(
        request,
        pk,
        ConfirmForm,
        impact=confirm_impact,
        take=lambda session, chosen: actions.confirm_session(
            session, by=request.user, version=chosen["version"]
        ),
        title=_("Confirm the session"),
        done=_("The session is confirmed."),
        rehearsed_with={"version": None},
    )


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def limit(request: UserRequest, pk: int) -> HttpResponse:
    return step(
        request,
        pk,
        LimitForm,
        impact=limit_impact,
        take=lambda session, chosen: actions.change_limit(
            session,
            chosen["limit"],
            by=request.user,
            reason=chosen["reason"],
            version=chosen["version"],
        ),
        title=_("Change the limit of seats"),
        done=_("The limit is changed. The session has so many seats now: %(seats)s."),
    )


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    return step(
        request,
        pk,
        CancelForm,
        impact=cancel_impact,
        take=lambda session, chosen: actions.cancel_session(
            session, chosen["reason"], by=request.user, version=chosen["version"]
        ),
        title=_("Cancel the session"),
        done=_("The session is cancelled."),
        rehearsed_with={"reason": "…", "version": None},
    )


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def run_anyway(request: UserRequest, pk: int) -> HttpResponse:
    return step(
        request,
        pk,
        RunAnywayForm,
        impact=run_anyway_impact,
        take=lambda session, chosen: actions.run_anyway(session, chosen["reason"], by=request.user),
        title=_("Let it take place"),
        done=_("Written down: the session takes place."),
    )


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_POST
def undo(request: UserRequest, pk: int, step_pk: int) -> HttpResponse:
    """Take back the last change of the plan, and of the others of its operation."""
    found = get_object_or_404(SessionStep, pk=step_pk, session=pk)
    try:
        sessions = actions.undo(found, by=request.user)
    except SchedulingError as error:
        messages.error(request, str(error))
    else:
        done = ngettext(
            "The change is taken back.", "The change of %(count)s sessions is taken back.", len(sessions)
        )
        messages.success(request, done % {"count": len(sessions)})
    return redirect("scheduling:session", pk)


def step(
    request: UserRequest,
    pk: int,
    form_class: type[StepForm],
    *,
    impact: Callable[[SessionRow], Iterable[str]],
    take: Callable[[Session, dict[str, Any]], Session],
    title: Promise,
    done: Promise,
    rehearsed_with: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of one step: what it will do, then its button.

    Where that depends on what is typed, it is shown when asked for; else at once, with `rehearsed_with` for words
    that are not typed yet.
    """
    found = get_object_or_404(Session.objects.with_course(), pk=pk)
    form = form_class(
        request.POST if request.method == "POST" else None,
        initial={"limit": found.limit, "version": found.version},
    )
    form.cancel_url = reverse("scheduling:session", args=[pk])
    rehearsal = None
    if request.method == "POST" and REHEARSE in request.POST:
        if form.is_valid():
            chosen = form.cleaned_data
            rehearsal = rehearse(lambda: take(found, chosen), [found])
            if isinstance(rehearsal.refusal, NeedsReason):
                form.ask_for_reason(rehearsal.refusal)
                rehearsal = None
    elif request.method == "POST" and form.is_valid():
        try:
            changed = take(found, form.cleaned_data)
        except NeedsReason as refusal:
            form.ask_for_reason(refusal)
        except SchedulingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, str(done) % {"seats": changed.seats})
            return redirect("scheduling:session", pk)
    if rehearsed_with is not None and not form.is_bound:
        rehearsal = rehearse(lambda: take(found, rehearsed_with), [found])
    row = session_rows([found])[0]
    context = {"session": found, "row": row, "impact": impact(row), "form": form, "title": title}
    return render(request, "scheduling/step.html", {**context, "rehearsal": rehearsal})
