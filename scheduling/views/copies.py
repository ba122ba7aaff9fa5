"""Copying a session: first the days that suit, then the copy as a draft."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.http import require_form
from centre.models import Policy
from people.requests import UserRequest
from scheduling import actions
from scheduling.copies import Copy, coming_weeks, copies, first_day
from scheduling.errors import NeedsReason, SchedulingError
from scheduling.forms.copies import CopyDayForm
from scheduling.forms.plans import TimesForm
from scheduling.forms.reasons import WithReasons
from scheduling.loading import load_days, needs_of
from scheduling.models import Room, Session
from scheduling.plans import SessionPlan
from scheduling.searches import places_in_address
from trainers.models import Trainer


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def copy(request: UserRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.with_course(), pk=pk)
    plan = actions.current_plan(session)
    days = CopyDayForm(request.GET if "first" in request.GET else None)
    form = WithReasons(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"session": session, "days": days, "form": form}
    if plan.meetings and not session.course.is_self_paced:
        weeks = coming_weeks(plan, timezone.localdate())
        chosen = days.cleaned_data["first"] if days.is_bound and days.is_valid() else None
        *weekly, shown = load_copies(session, plan, [*weeks, chosen or weeks[0]])
        best = next((one for one in weekly if not one.findings), shown)
        shown = shown if chosen else best
        # Saved is only what the page showed, never another day in its place.
        if request.method == "POST" and chosen and form.is_valid():
            answer = save(request, session, shown, form)
            if answer is not None:
                return answer
        names = names_of(shown.plan)
        if not days.is_bound:
            days.initial["first"] = shown.first
        context |= {
            "weeks": weekly,
            "copy": shown,
            "names": names,
            "planning_url": planning_url(session, shown),
        }
    return render(request, "scheduling/copy.html", context)


def load_copies(session: Session, plan: SessionPlan, firsts: list[Any]) -> list[Copy]:
    """A copy from each of these days on, in nine queries."""
    policy = Policy.objects.current()
    length = timezone.localdate(plan.meetings[-1].ends_at) - first_day(plan)
    facts = load_days(
        needs_of(session.course),
        min(firsts),
        max(firsts) + length,
        reach_minutes=max(policy.travel_minutes, policy.changeover_minutes),
        room_ids={meeting.room_id for meeting in plan.meetings if meeting.room_id},
        trainer_ids={trainer for meeting in plan.meetings for trainer in meeting.trainer_ids},
    )
    return copies(plan, firsts, facts, policy)


def save(request: UserRequest, session: Session, shown: Copy, form: WithReasons) -> HttpResponse | None:
    try:
        draft = actions.Draft(session.course, shown.plan)
        (copied,) = actions.plan_sessions([draft], by=request.user, despite=form.cleaned_data["despite"])
    except NeedsReason as refusal:
        form.ask_for_a_reason(refusal)
    except SchedulingError as error:
        form.add_error(None, str(error))
    else:
        messages.success(
            request, _("The copy is saved as a draft. Only planners see it until it is published.")
        )
        return redirect("scheduling:session", copied.pk)
    return None


def names_of(plan: SessionPlan) -> list[tuple[Any, str, str]]:
    """Of each meeting the plan, its room and its trainers by name; two queries."""
    rooms = Room.objects.select_related("site").in_bulk([one.room_id for one in plan.meetings if one.room_id])
    keys = {trainer for meeting in plan.meetings for trainer in meeting.trainer_ids}
    trainers = Trainer.objects.select_related("employee").in_bulk(keys)
    return [
        (
            meeting,
            room_words(rooms.get(meeting.room_id or 0)),
            ", ".join(trainers[pk].employee.short_name for pk in meeting.trainer_ids if pk in trainers),
        )
        for meeting in plan.meetings
    ]


def room_words(room: Room | None) -> str:
    if room is None:
        return ""
    return room.name if room.site.is_online else f"{room.name}, {room.site.name}"


def planning_url(session: Session, shown: Copy) -> str:
    """The planning form with the copy filled in, to change what does not suit."""
    times = TimesForm.initial_of([meeting.span for meeting in shown.plan.meetings])
    words = {name: str(value)[:5] if "day" not in name else str(value) for name, value in times.items()}
    details = {
        "limit": session.limit or "",
        "note": session.note,
        "online_link": session.online_link,
        "needs_step_free": "on" if session.needs_step_free else "",
        "places": places_in_address(shown.plan.meetings),
    }
    words |= {name: str(value) for name, value in details.items() if value}
    return f"{reverse('scheduling:plan')}?{urlencode({'course': session.course.code, **words, 'edit': 1})}"
