"""The planners' board: its page with the cards of a day as a list, what its script asks for, and moving a meeting."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.http import require_form
from centre.models import Policy
from people.requests import UserRequest
from scheduling import actions
from scheduling.board.cards import rows_of
from scheduling.board.feed import board_as_json, forbidden_as_json
from scheduling.board.forbidden import Question, forbidden_times
from scheduling.board.loading import (
    LONG_TEXTS,
    facts_of_site,
    load_board,
    load_cards,
    load_cards_of,
    load_unplanned,
    meetings_by_day,
)
from scheduling.board.moving import (
    Standing,
    dragged,
    exchange_for,
    last_done_by,
    place_in_words,
    room_at,
    standing,
    told,
)
from scheduling.board.values import Board, Card, Rows, Scope, Unplanned, View
from scheduling.errors import NeedsReason, SchedulingError
from scheduling.forms.board import BoardFilters, MoveForm
from scheduling.loading import load_calendar_of_centre, needs_of, weeks_of, without_session
from scheduling.models import Meeting, Session, SessionStep
from scheduling.plans import MeetingPlan, SessionPlan
from scheduling.rehearsal import rehearse


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def board(request: UserRequest) -> HttpResponse:
    filters = BoardFilters(request.GET)
    policy = Policy.objects.current()
    scope = filters.scope
    context = {
        "filters": filters,
        "scope": scope,
        "cards": load_cards_of(scope.day, policy=policy),
        "days": days_of(scope),
        "unplanned": load_unplanned(),
        "last_done": last_done_by(request.user),
        "views": [(address(replace(scope, view=view)), view.label, view == scope.view) for view in View],
        "orders": [(address(replace(scope, rows=rows)), rows.label, rows == scope.rows) for rows in Rows],
        "address": address(scope),
        "previous": address(replace(scope, on=scope.previous)),
        "following": address(replace(scope, on=scope.following)),
        "today": address(replace(scope, on=timezone.localdate())),
    }
    return render(request, "scheduling/board/board.html", context)


def days_of(scope: Scope) -> list[tuple[str, date, int]]:
    """Of a week or a month the address and date of each day, and how many meetings it has: the list shows one day."""
    counts = meetings_by_day(scope)
    return [(address(replace(scope, on=day)), day, counts.get(day, 0)) for day in scope.days]


def cards_on(day: date, cards: Iterable[Card]) -> list[Card]:
    zone = timezone.get_default_timezone()
    return [card for card in cards if card.starts_at.astimezone(zone).date() == day]


def address(scope: Scope) -> str:
    asked = {
        "view": scope.view,
        "on": scope.on.isoformat(),
        "rows": scope.rows,
        "site": scope.site,
        "only": scope.only,
    }
    return f"?{urlencode({name: str(value) for name, value in asked.items() if value})}"


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def board_feed(request: UserRequest) -> JsonResponse:
    """The same board for the script; when asked for `lists`, with the lists as they are read now."""
    policy = Policy.objects.current()
    shown = load_board(BoardFilters(request.GET).scope, policy=policy)
    unplanned = load_unplanned()
    answer = board_as_json(shown, unplanned)
    if "lists" in request.GET:
        answer |= lists_as_html(request, shown, unplanned)
    # Russian letters as they are: escaped, each takes six bytes.
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def lists_as_html(request: UserRequest, shown: Board, unplanned: Unplanned) -> dict[str, str]:
    scope = shown.scope
    context = {
        "scope": scope,
        "cards": cards_on(scope.on, shown.cards),
        "days": days_of(scope),
        "unplanned": unplanned,
        "last_done": last_done_by(request.user),
        "address": address(scope),
    }
    return {
        f"{name}Html": render_to_string(f"scheduling/board/_{name}.html", context, request)
        for name in ("list", "unplanned", "undo")
    }


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def board_allowed(request: UserRequest, pk: int) -> JsonResponse:
    """Where the meeting must not go on this board, with the reasons; `out_of` is the trainer whose row it leaves."""
    scope = BoardFilters(request.GET).scope
    stand = standing(get_object_or_404(shown_meetings(), pk=pk))
    out_of = request.GET.get("out_of", "")
    facts = load_calendar_of_centre(*weeks_of([scope.span]))  # whole weeks, for the limits of hours
    facts = without_session(replace(facts, needs=needs_of(stand.session.course)), stand.session.pk)
    policy = Policy.objects.current()
    question = Question(
        facts,
        dragged(stand),
        tuple(scope.days),
        policy,
        timezone.now(),
        with_reasons=request.user.has_perm("trainers.view_absence"),
    )
    # A room out of use stands on the board while a meeting lies in it.
    rows = rows_of(scope, facts_of_site(facts, scope), None)
    found = forbidden_times(question, rows, int(out_of) if out_of.isdecimal() else None)
    return JsonResponse(forbidden_as_json(found))


def shown_meetings() -> Any:
    return Meeting.objects.select_related("session__course").defer(*LONG_TEXTS)


@dataclass(frozen=True)
class Answer:
    """What became of a wish: "saved", "refused", or "asks": somebody has to read what will happen, or to say why.

    `codes` are those of the findings against it (`checks.Finding.code`).
    """

    state: str
    sentences: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def board_meeting(request: UserRequest, pk: int) -> HttpResponseBase:
    """One card with its form; sent by the form as a page, or by the board's script, which is answered in JSON."""
    stand = standing(get_object_or_404(shown_meetings(), pk=pk))
    data = request.POST if request.method == "POST" else None
    form = MoveForm(stand.session, stand.own, data)
    context: dict[str, Any] = {"stand": stand, "session": stand.session, "form": form}
    answer = move(request, stand, form, context) if data is not None else Answer("asks")
    wants_json = request.accepts("application/json") and not request.accepts("text/html")
    if answer.state == "saved" and not wants_json:
        messages.success(request, " ".join(answer.sentences))
        return redirect(back_to(request) or f"{reverse('scheduling:board')}{day_address(form)}")
    if wants_json:
        found: dict[str, Any] = asdict(answer)
        if answer.state != "saved":
            found["html"] = page_of_meeting(request, context, "_meeting.html")
        return JsonResponse(found)
    return HttpResponse(page_of_meeting(request, context, "meeting.html"))


def page_of_meeting(request: UserRequest, context: dict[str, Any], template: str) -> str:
    stand = context["stand"]
    meetings = Meeting.objects.filter(pk=stand.meeting.pk)
    (card,) = load_cards(meetings, policy=Policy.objects.current())
    found = {**context, "card": card, "next": back_to(request)}
    return render_to_string(f"scheduling/board/{template}", found, request)


def day_address(form: MoveForm) -> str:
    return f"?on={form.cleaned_data['day'].isoformat()}"


def back_to(request: UserRequest) -> str:
    """The board that the planner came from."""
    page = reverse("scheduling:board")
    if request.method != "POST":
        return f"{page}{address(BoardFilters(request.GET).scope)}"
    wanted = request.POST.get("next", "")
    is_own = wanted.startswith(page) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_own else ""


def move(request: UserRequest, stand: Standing, form: MoveForm, context: dict[str, Any]) -> Answer:
    """Refused, or asked about first, or done: the server decides; of a published session the planner reads first."""
    if not form.is_valid():
        return Answer("refused", tuple(str(error) for errors in form.errors.values() for error in errors))
    try:
        wanted = wanted_plan(stand, form)
        plans = {stand: wanted} | exchanged(stand, wanted, form, context)
        changes = [change_of(one, plan, form.cleaned_data["version"], stand) for one, plan in plans.items()]
        are_drafts = all(one.session.status == Session.Status.DRAFT for one in plans)
        if not are_drafts and not form.cleaned_data["sure"]:
            rehearsal = rehearse(lambda: write(request, changes, form), [one.session for one in plans])
            if rehearsal.refusal:
                raise rehearsal.refusal
            context |= {"rehearsal": rehearsal, "wanted": places_in_words(plans)}
            return Answer("asks")
        write(request, changes, form)
    except NeedsReason as refusal:
        form.ask_for_a_reason(refusal)
        context["wanted"] = places_in_words(plans)
        return Answer("asks", tuple(finding.message for finding in refusal.findings), codes_of(refusal))
    except SchedulingError as error:
        form.add_error(None, str(error))
        return Answer("refused", (str(error), *hint_of(context)), codes_of(error))
    what = "; ".join(told(one.session, plan) for one, plan in plans.items())
    return Answer("saved", (_("Saved: %(what)s.") % {"what": what},))


def exchanged(
    stand: Standing, wanted: MeetingPlan, form: MoveForm, context: dict[str, Any]
) -> dict[Standing, MeetingPlan]:
    """The meeting that gets this one's room when the planner said so; who could is left in the context."""
    found = context["exchange"] = exchange_for(stand, wanted)
    if found is None or form.cleaned_data["swap"] != found.key:
        return {}
    context["swaps"] = True
    return {found.other: found.wanted}


def hint_of(context: dict[str, Any]) -> tuple[str, ...]:
    """For whoever dragged the card and does not see its form."""
    may_swap = context.get("exchange") and not context.get("swaps")
    return (_("By the form of the meeting the two can exchange their rooms."),) if may_swap else ()


def change_of(one: Standing, plan: MeetingPlan, version: int, stand: Standing) -> actions.Change:
    """As the planner saw it: the form names the version of its own session, the exchange that of the other."""
    seen = version if one is stand else one.session.version
    return actions.Change(one.session, seen, one.moved(plan))


def places_in_words(plans: dict[Standing, MeetingPlan]) -> str:
    """Where the meeting will be; with an exchange, which goes where."""
    if len(plans) == 1:
        return place_in_words(*plans.values())
    return "; ".join(told(one.session, plan) for one, plan in plans.items())


def codes_of(error: SchedulingError) -> tuple[str, ...]:
    return tuple(finding.code for finding in error.findings)


def wanted_plan(stand: Standing, form: MoveForm) -> MeetingPlan:
    site = form.cleaned_data["site"]
    return room_at(site, stand, form.plan, Policy.objects.current()) if site else form.plan


def write(request: UserRequest, changes: Iterable[actions.Change], form: MoveForm) -> list[Session]:
    reason, despite = form.cleaned_data["reason"], form.cleaned_data["despite"]
    return actions.replan_sessions(changes, by=request.user, reason=reason, despite=despite)


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_POST
def board_undo(request: UserRequest) -> HttpResponse:
    """Take back what this planner did last; the step is named, so that a second click takes back nothing else."""
    step = request.POST.get("step", "")
    found = get_object_or_404(
        SessionStep, pk=step if step.isdecimal() and len(step) < 19 else 0, by=request.user
    )
    try:
        sessions = actions.undo(found, by=request.user)
        sentence = _("Taken back: %(what)s.") % {"what": told_of(sessions, found)}
        answer = Answer("saved", (sentence,))
    except SchedulingError as error:
        answer = Answer("refused", (str(error),))
    if request.accepts("application/json") and not request.accepts("text/html"):
        return JsonResponse({"state": answer.state, "sentences": answer.sentences})
    say = messages.success if answer.state == "saved" else messages.error
    say(request, " ".join(answer.sentences))
    return redirect(back_to(request) or "scheduling:board")


def told_of(sessions: list[Session], step: SessionStep) -> str:
    """Where the first meeting that had been changed stands again."""
    session = next(one for one in sessions if one.pk == step.session_id)
    before, after = SessionPlan.of_json(step.before or {}), SessionPlan.of_json(step.after or {})
    changed = [one for one in before.meetings if one not in after.meetings]
    return told(session, (changed or before.meetings)[0])
