"""Sessions with too few people: the cards, joining with another, inviting those who need the course (rule 8)."""

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from centre.errors import Refusal
from centre.http import require_form
from centre.listing import Listing
from centre.models import Policy
from enrolment.inviting import Invitable, invitable, invite, number_invited
from enrolment.merge_plans import MergePlan, merge_plans, targets_of
from enrolment.merging import merge_sessions
from enrolment.too_few import TOO_FEW_COLUMNS, card_rows
from enrolment.too_few_forms import ALL, INVITED_MAX, InviteForm, MergeForm, TooFewFilters
from people.requests import UserRequest
from scheduling import too_few as cards
from scheduling.models import Session
from scheduling.overview import SessionRow, session_rows
from scheduling.rehearsal import REHEARSE, rehearse


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def too_few(request: UserRequest) -> HttpResponseBase:
    filters = TooFewFilters(request.GET)
    found = cards.too_few(policy=Policy.objects.current())
    shown = [pk for pk, card in found.items() if not card.is_decided or filters.chosen.get("show") == ALL]
    listing = Listing(
        request,
        Session.objects.with_course().filter(pk__in=shown),
        TOO_FEW_COLUMNS,
        name=_("Too few people"),
        rows=lambda page: card_rows(page, found),
    )
    return listing.respond("enrolment/too_few.html", {"filters": filters})


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def merge(request: UserRequest, pk: int) -> HttpResponse:
    """The sessions with which this one could be joined, and who would come along to each."""
    source = get_object_or_404(Session.objects.with_course(), pk=pk)
    now = timezone.now()
    plans = merge_plans(source, targets_of(source, now), policy=Policy.objects.current(now))
    rows = session_rows([plan.target for plan in plans])
    context = {
        "session": source,
        "row": session_rows([source])[0],
        "choices": [(row, plan) for row, plan in zip(rows, plans, strict=True) if plan.free],
    }
    return render(request, "enrolment/merge.html", context)


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def merge_into(request: UserRequest, pk: int, target_pk: int) -> HttpResponse:
    """What becomes of everybody, then the button that does it."""
    source = get_object_or_404(Session.objects.with_course(), pk=pk)
    target = get_object_or_404(Session.objects.with_course().filter(course=source.course), pk=target_pk)
    form = MergeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            plan = merge_sessions(source, target, by=request.user, expected=form.cleaned_data["expected"])
        except Refusal as error:
            messages.error(request, str(error))
            return redirect(request.path)
        messages.success(request, " ".join(merge_impact(plan)))
        return redirect("scheduling:session", target.pk)
    done: list[MergePlan] = []
    rehearsal = rehearse(
        lambda: done.append(merge_sessions(source, target, by=request.user)), [source, target]
    )
    form = MergeForm(initial={"expected": done[0].fingerprint if done else ""})
    form.cancel_url = reverse("enrolment:merge", args=[source.pk])
    context = {
        "session": source,
        "row": session_rows([source])[0],
        "target_row": session_rows([target])[0],
        "title": _("Join with another session"),
        "impact": list(merge_impact(done[0])) if done else [],
        "rehearsal": rehearsal,
        "form": form,
    }
    return render(request, "enrolment/merge_into.html", context)


def merge_impact(plan: MergePlan) -> Iterator[str]:
    """In sentences, what becomes of how many, and by name who does not come along to a seat (expectation 27)."""
    minimum = plan.target.course.group_min or 0
    yield ngettext(
        "%(count)s person gets a seat in the other session.",
        "%(count)s people get a seat in the other session.",
        len(plan.moving),
    ) % {"count": len(plan.moving)}
    if plan.without_seat:
        yield ngettext(
            "%(count)s person finds no seat there and waits, by the time of their request: %(names)s.",
            "%(count)s people find no seat there and wait, by the time of their requests: %(names)s.",
            len(plan.without_seat),
        ) % {"count": len(plan.without_seat), "names": ", ".join(one.name for one in plan.without_seat)}
    if plan.clashing:
        yield ngettext(
            "%(count)s person is busy then, their enrolment ends, the time of request is kept: %(names)s.",
            "%(count)s people are busy then, their enrolments end, the time of request is kept: %(names)s.",
            len(plan.clashing),
        ) % {"count": len(plan.clashing), "names": ", ".join(one.attendee.name for one in plan.clashing)}
    if waiting := len(plan.waiting) + len(plan.asked):
        yield ngettext(
            "%(count)s person who waits or awaits a decision goes along, by the time of their request.",
            "%(count)s people who wait or await a decision go along, by the time of their requests.",
            waiting,
        ) % {"count": waiting}
    yield _(
        "The other session then has %(held)s people; its smallest group is %(minimum)s, its seats %(seats)s."
    ) % {
        "held": plan.held_after,
        "minimum": minimum,
        "seats": plan.target.seats,
    }


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def invitations(request: UserRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.with_course(), pk=pk)
    row = session_rows([session])[0]
    found = invitable(session, policy=Policy.objects.current())
    wish = min(len(found.ready), row.free_seats, INVITED_MAX) or 1
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"count": wish})
    form.cancel_url = reverse("scheduling:session", args=[pk])
    rehearsal = None
    if request.method == "POST" and form.is_valid():
        count = form.cleaned_data["count"]
        if REHEARSE in request.POST:
            rehearsal = rehearse(lambda: invite(session, count, by=request.user), [session])
        else:
            try:
                invited = invite(session, count, by=request.user)
            except Refusal as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, number_invited(len(invited)))
                if len(invited) < count:
                    messages.warning(request, fewer_than_asked(count - len(invited)))
                return redirect("enrolment:invitations", pk)
    context = {
        "session": session,
        "row": row,
        "title": _("Invite those who need it"),
        "impact": list(invite_impact(found, row)),
        "named": list(left_out(found)),
        "rehearsal": rehearsal,
        "form": form if form.is_bound or (found.ready and row.free_seats) else None,
    }
    return render(request, "scheduling/step.html", context)


def invite_impact(found: Invitable, row: SessionRow) -> Iterator[str]:
    yield _("%(held)s of at least %(minimum)s people hold a seat; free seats: %(free)s.") % {
        "held": row.people.held,
        "minimum": row.session.course.group_min or 0,
        "free": row.free_seats,
    }
    if not found.needing:
        yield _("Nobody at work owes this course without being enrolled: there is nobody to invite.")
        return
    yield _(
        "Owe the course and are not enrolled: %(needing)s. Invited already: %(invited)s, busy then: %(busy)s."
    ) % {
        "needing": found.needing,
        "invited": len(found.invited),
        "busy": len(found.busy),
    }
    yield _("Can still be invited: %(ready)s. An invitation holds no seat, and nobody gets a second one.") % {
        "ready": len(found.ready)
    }


def left_out(found: Invitable) -> Iterator[tuple[str, list[str]]]:
    """Who owes the course and cannot be written to now, by name under the reason (expectation 27)."""
    for reason, people in ((_("Busy at that time"), found.busy), (_("Invited already"), found.invited)):
        if people:
            yield f"{reason}: {len(people)}", [one.name for one in people]


def fewer_than_asked(missing: int) -> str:
    return ngettext(
        "%(count)s person fewer than you asked for: nobody else is free. Those who are busy are named below.",
        "%(count)s people fewer than you asked for: nobody else is free. Those who are busy are named below.",
        missing,
    ) % {"count": missing}
