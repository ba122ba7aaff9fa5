"""The finder of free slots: what is wished for stands in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from centre.models import Policy
from courses.models import Course
from people.requests import UserRequest
from scheduling.finder.search import find_slots
from scheduling.finder.wishes import Slot
from scheduling.finder.words import obstacle_words
from scheduling.forms.wishes import SEARCHED_DAYS, SlotForm
from scheduling.searches import load_search, places_in_address


@dataclass(frozen=True)
class OfferedSlot:
    """A slot and the address of the form that plans a session in it."""

    slot: Slot
    url: str


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_safe
def slots(request: UserRequest) -> HttpResponse:
    form = SlotForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        chosen, policy = form.cleaned_data, Policy.objects.current()
        course = chosen["course"]
        wish = form.wish_of(course, chosen["hours"])
        search = load_search(
            wish,
            policy,
            course=course,
            equipment=chosen["equipment"],
            qualifications=chosen["qualifications"],
        )
        found = find_slots(search, count=form.count_asked)
        context |= {
            "wish": wish,
            "course": course,
            "hours": wish.length,
            "offered": [OfferedSlot(slot, planning_address(slot, form, course)) for slot in found.slots],
            "obstacles": obstacle_words(search, found.obstacles),
            "needs": search.facts.needs,
            "searched_days": SEARCHED_DAYS,
        }
    return render(request, "scheduling/slots.html", context)


def planning_address(slot: Slot, form: SlotForm, course: Course | None) -> str:
    """The planning form with this slot filled in; it asks for the course where none was chosen.

    For a course of several meetings it proposes the others from this day on.
    """
    local = slot.span.local(timezone.get_default_timezone())
    day, begins = local.starts_at.date().isoformat(), f"{local.starts_at:%H:%M}"
    words: dict[str, Any] = {"course": course.code} if course else {}
    if course and (course.meetings or 1) > 1:
        words |= {"propose": 1, "first": day, "begins_from": begins, "site": slot.room.site_id}
        words |= {"people": form.people_for(course)}
    else:
        words |= {"day_1": day, "start_1": begins, "end_1": f"{local.ends_at:%H:%M}"}
        words |= {"places": places_in_address([slot.plan])}
        if form.cleaned_data["people"]:
            words["limit"] = form.cleaned_data["people"]
        if form.cleaned_data["needs_step_free"]:
            words["needs_step_free"] = "on"
    return f"{reverse('scheduling:plan')}?{urlencode(words)}"
