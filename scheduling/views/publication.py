"""Publishing what planners prepared for a month: the difference first, then all of it or nothing (rule 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from centre.http import require_form
from people.requests import UserRequest
from scheduling.errors import NeedsReason, NotAsShown, SchedulingError, StalePlan
from scheduling.forms.publication import PrepareCancellationForm, PublicationForm, PublicationMonth
from scheduling.forms.sessions import SeenSessionForm
from scheduling.impact import prepared_cancellation_impact
from scheduling.models import Session
from scheduling.publication import actions
from scheduling.publication.difference import Difference, Kind, Row, fingerprint_of, load_difference
from scheduling.rehearsal import rehearse
from scheduling.views.month_plan import month_in_a_sentence
from scheduling.views.sessions import step

# The button of who has read what will happen.
SURE = "sure"


@dataclass(frozen=True)
class Part:
    """The rows of one kind that can be published, under their heading."""

    kind: Kind
    title: str
    rows: Sequence[Row]


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def publication(request: UserRequest) -> HttpResponse:
    """First the difference; then, for the ticked rows, whom it touches and every message; then the deed."""
    month = PublicationMonth(request.GET)
    difference = load_difference(*month.times)
    form = PublicationForm(difference, request.POST if request.method == "POST" else None)
    preview: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        if SURE in request.POST and publish(request, form):
            return redirect(address_of(month))
        if SURE in request.POST:  # it was refused: perhaps the difference is another by now
            form.difference = difference = load_difference(*month.times)
        preview = preview_of(request, form)
    return render(
        request, "scheduling/publication.html", {**page_of(month, difference), "form": form, **preview}
    )


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def prepare_cancellation(request: UserRequest, pk: int) -> HttpResponse:
    return step(
        request,
        pk,
        PrepareCancellationForm,
        impact=prepared_cancellation_impact,
        take=lambda session, chosen: (
            actions.prepare_cancellation(
                session, chosen["reason"], by=request.user, version=chosen["version"]
            ).session
        ),
        title=gettext_lazy("Cancel with the next publication"),
        done=gettext_lazy("The cancellation is kept for the next publication. Nobody is told before."),
    )


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_POST
def prepared_removal(request: UserRequest, pk: int) -> HttpResponse:
    """Forget what was prepared for the session."""
    session, form = get_object_or_404(Session, pk=pk), SeenSessionForm(request.POST)
    form.is_valid()
    try:
        dropped = actions.drop_prepared_change(
            session, by=request.user, version=form.cleaned_data.get("version")
        )
    except StalePlan as refusal:
        messages.error(request, str(refusal))
    else:
        if dropped:
            messages.success(request, _("The prepared change is dropped. The session stays as it is."))
        else:
            messages.info(request, _("Nothing is prepared for this session any more."))
    return redirect("scheduling:session", pk)


# --- how ------------------------------------------------------------------------------------------


def publish(request: UserRequest, form: PublicationForm) -> bool:
    """Whether it was done; if not, the form says why."""
    rows = form.chosen
    try:
        actions.publish_as_shown(
            form.difference,
            [row.session for row in rows],
            form.cleaned_data["shown"],
            by=request.user,
            despite=form.cleaned_data["despite"],
        )
    except NeedsReason as refusal:
        form.ask_for_a_reason(refusal)
    except (NotAsShown, StalePlan) as refusal:
        form.add_error(None, str(refusal))
    except SchedulingError as refusal:
        form.add_error(None, _("Nothing was published. %(reason)s") % {"reason": refusal})
    else:
        messages.success(request, published_words(rows))
        return True
    return False


def preview_of(request: UserRequest, form: PublicationForm) -> dict[str, Any]:
    """What would happen, with its print; nothing when a reason is missing, which the form then asks for."""
    sessions = [row.session for row in form.chosen]
    if not sessions or "despite" in form.errors:
        return {}
    despite = form.cleaned_data["despite"]
    rehearsal = rehearse(lambda: actions.publish_plan(sessions, by=request.user, despite=despite), sessions)
    if isinstance(rehearsal.refusal, NeedsReason):
        form.ask_for_a_reason(rehearsal.refusal)
        return {}
    return {"rehearsal": rehearsal, "shown": fingerprint_of(form.difference, sessions, rehearsal)}


def page_of(month: PublicationMonth, difference: Difference) -> dict[str, Any]:
    titles = {
        Kind.NEW: _("New sessions"),
        Kind.MOVED: _("Changed sessions"),
        Kind.CANCELLED: _("Cancelled sessions"),
    }
    ready = {kind: [row for row in difference.ready if row.kind == kind] for kind in Kind}
    return {
        "month": month,
        "month_name": month_in_a_sentence(month.first),
        "difference": difference,
        "parts": [Part(kind, titles[kind], rows) for kind, rows in ready.items() if rows],
        "new": len(ready[Kind.NEW]),
        "moved": len(ready[Kind.MOVED]),
        "cancelled": len(ready[Kind.CANCELLED]),
    }


def published_words(rows: Sequence[Row]) -> str:
    """How much of each kind there was."""
    counts = {kind: sum(row.kind == kind for row in rows) for kind in Kind}
    sentences = {
        Kind.NEW: ngettext(
            "%(count)s session is published.", "%(count)s sessions are published.", counts[Kind.NEW]
        ),
        Kind.MOVED: ngettext(
            "%(count)s session is changed.", "%(count)s sessions are changed.", counts[Kind.MOVED]
        ),
        Kind.CANCELLED: ngettext(
            "%(count)s session is cancelled.", "%(count)s sessions are cancelled.", counts[Kind.CANCELLED]
        ),
    }
    return " ".join(sentences[kind] % {"count": count} for kind, count in counts.items() if count)


def address_of(month: PublicationMonth) -> str:
    return f"{reverse('scheduling:publication')}?{urlencode({'month': f'{month.first:%Y-%m}'})}"
