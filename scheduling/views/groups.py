"""Many groups of a course in one month: proposed together, changed one by one, saved as drafts all or none."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.http import require_form
from centre.models import Policy
from people.requests import UserRequest
from scheduling import actions
from scheduling.errors import NeedsReason, SchedulingError
from scheduling.finder.days import Search
from scheduling.finder.search import find_groups
from scheduling.finder.words import obstacle_words
from scheduling.forms.groups import CHANGE, GroupRows
from scheduling.forms.wishes import GroupsForm
from scheduling.groups import ProposedGroup, another_place, plan_of, proposed_group, without_place
from scheduling.plans import SessionPlan
from scheduling.searches import load_search


@dataclass(frozen=True)
class Row:
    """A proposed group with its fields."""

    group: ProposedGroup
    plan: forms.BoundField
    take: forms.BoundField
    change: tuple[forms.BoundField, ...]
    is_open: bool


@dataclass
class Page:
    """What is proposed: the plans by the group's number, and of those without a place why."""

    plans: dict[int, SessionPlan]
    why_not: dict[int, list[str]]


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def groups(request: UserRequest) -> HttpResponse:
    form = GroupsForm(request.GET or None)
    if not (form.is_bound and form.is_valid()):
        return render(request, "scheduling/groups.html", {"form": form})
    course = form.cleaned_data["course"]
    search = load_search(form.wish, Policy.objects.current(), course=course)
    count = form.cleaned_data["groups"]
    rows = GroupRows(search, count, request.POST) if request.method == "POST" else None
    if rows is None or (not rows.is_valid() and not rows.plans):
        page = propose(form, search, count)
        answered = GroupRows(search, count, initial=GroupRows.initial_of(page.plans))
        for error in rows.errors.values() if rows else ():
            messages.error(request, str(error[0]))
        return show(request, form, search, answered, page)

    page = Page(rows.plans, {number: [] for number in range(1, count + 1) if number not in rows.plans})
    if rows.is_valid() and CHANGE in request.POST:
        rows = changed(request, form, search, rows, page)
    elif rows.is_valid():
        answer = save(request, form, search, rows)
        if answer is not None:
            return answer
    return show(request, form, search, rows, page)


def propose(form: GroupsForm, search: Search, count: int) -> Page:
    page = Page({}, {})
    for group in find_groups(search, form.pattern, count=count):
        if group.slots:
            page.plans[group.number] = plan_of(group.plans, **details_of(form))
        else:
            page.why_not[group.number] = obstacle_words(search, group.obstacles)
    return page


def details_of(form: GroupsForm) -> dict[str, Any]:
    chosen = form.cleaned_data
    return {"limit": chosen["people"], "needs_step_free": chosen["needs_step_free"]}


def changed(request: UserRequest, form: GroupsForm, search: Search, rows: GroupRows, page: Page) -> GroupRows:
    """Another place for one group; without one it stays where it is, and the page says why."""
    if (change := rows.change) is None:
        return rows
    others = [plan for number, plan in page.plans.items() if number != change.number]
    wish = replace(search.wish, first=change.first or search.wish.first)
    found = another_place(
        replace(search, wish=wish),
        form.pattern,
        others,
        room_id=change.room_id,
        trainer_id=change.trainer_id,
    )
    if len(found.slots) < form.pattern.meetings:
        sentences = " ".join(obstacle_words(search, found.obstacles))
        rows.add_error(
            f"first_{change.number}", _("No other place was found. %(reasons)s") % {"reasons": sentences}
        )
        return rows
    page.plans[change.number] = plan_of(found.plans, **details_of(form))
    page.plans = dict(sorted(page.plans.items()))
    page.why_not.pop(change.number, None)
    data = request.POST.copy()
    fresh = GroupRows.initial_of({change.number: page.plans[change.number]})
    for name, value in fresh.items():
        data[name] = "on" if value is True else value
    answered = GroupRows(search, rows.count, data)
    answered.is_valid()
    return answered


def save(request: UserRequest, form: GroupsForm, search: Search, rows: GroupRows) -> HttpResponse | None:
    if not (taken := rows.taken):
        rows.add_error(None, _("Tick one group at least."))
        return None
    course = form.cleaned_data["course"]
    drafts = [actions.Draft(course, plan) for plan in taken]
    try:
        planned = actions.plan_sessions(drafts, by=request.user, despite=rows.cleaned_data["despite"])
    except NeedsReason as refusal:
        rows.ask_for_a_reason(refusal)
    except SchedulingError as error:
        refuse(rows, search, error)
    else:
        done = ngettext("%(count)s draft is saved.", "%(count)s drafts are saved.", len(planned))
        messages.success(request, done % {"count": len(planned)})
        chosen = {"q": course.code, "month": form.cleaned_data["month"], "status": "draft"}
        return redirect(f"{reverse('scheduling:session_list')}?{urlencode(chosen)}")
    return None


def refuse(rows: GroupRows, search: Search, error: SchedulingError) -> None:
    """Nothing was saved: why, and every ticked group that stands in the way, by its name (expectation 27)."""
    rows.add_error(None, _("Nothing was saved. %(reason)s") % {"reason": error})
    ticked = [proposed_group(search, number, rows.plans) for number in rows.ticked]
    names = [group.name for group in ticked if any(not finding.is_soft for finding in group.findings)]
    if names:
        words = _(
            "What stands in the way is said at: %(groups)s. Find another place for it or take the tick off."
        )
        rows.add_error(None, words % {"groups": ", ".join(names)})


def show(request: UserRequest, form: GroupsForm, search: Search, rows: GroupRows, page: Page) -> HttpResponse:
    shown = [row(search, rows, page, number) for number in range(1, rows.count + 1)]
    context = {
        "form": form,
        "course": form.cleaned_data["course"],
        "wish": search.wish,
        "needs": search.facts.needs,
        "rows": rows,
        "shown": shown,
        "ticked": sum(bool(one.take.value()) for one in shown if one.group.meetings),
        "placed": [one for one in shown if one.group.meetings],
        "without": without_place(one.group for one in shown),
        "without_count": sum(not one.group.meetings for one in shown),
    }
    return render(request, "scheduling/groups.html", context)


def row(search: Search, rows: GroupRows, page: Page, number: int) -> Row:
    if number in page.plans:
        group = proposed_group(search, number, page.plans)
    else:
        group = ProposedGroup(number, why_not=tuple(page.why_not.get(number, ())))
    fields = tuple(rows[f"{name}_{number}"] for name in ("first", "room", "trainer"))
    is_open = any(field.errors for field in fields)
    return Row(group, rows[f"plan_{number}"], rows[f"take_{number}"], fields, is_open)
