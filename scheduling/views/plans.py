"""Planning a session in steps that stand in the address: the course, the times, then room and trainers."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from centre.http import require_form
from centre.models import Policy, days_off
from centre.undoing import say_done
from courses.models import Course, CourseQuerySet
from people.requests import UserRequest
from scheduling import actions
from scheduling.choices import Choices, load_choices
from scheduling.errors import NeedsReason, SchedulingError
from scheduling.facts import Span
from scheduling.finder.search import find_series
from scheduling.finder.wishes import Found
from scheduling.finder.words import obstacle_words
from scheduling.forms.plans import DETAILS, CourseSearch, PlacesForm, TimesForm
from scheduling.forms.wishes import DatesForm
from scheduling.impact import prepared_move_impact, replan_impact
from scheduling.models import PreparedChange, Session
from scheduling.overview import session_rows
from scheduling.proposals import proposed_spans
from scheduling.publication.actions import prepare_move
from scheduling.publication.difference import prepared_beside
from scheduling.rehearsal import rehearse
from scheduling.searches import load_search, places_in_address
from scheduling.story import undo_of_last_change

COURSES_SHOWN = 30
PROPOSED_WITHIN_DAYS = 60
# What the finder of slots says of a slot, beside the course.
SLOT = ("day_1", "start_1", "end_1", "limit", "needs_step_free", "places")
# The names of the buttons of who has read what will happen: it happens, or waits for the next publication.
SURE, PREPARE = "sure", "prepare"


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def plan(request: UserRequest) -> HttpResponse:
    """Without a course in the address or the form: choose one first."""
    search = CourseSearch(request.POST if request.method == "POST" else request.GET)
    search.is_valid()
    if not (code := search.cleaned_data.get("course")):
        return choose_course(request, search)
    course = get_object_or_404(taught_courses(), code=code)
    return plan_in_steps(request, course, session=None)


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def replan(request: UserRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.with_course(), pk=pk)
    return plan_in_steps(request, session.course, session=session)


def is_published(session: Session | None) -> bool:
    return session is not None and session.status != Session.Status.DRAFT


def choose_course(request: UserRequest, search: CourseSearch) -> HttpResponse:
    """The slot that a planner found before is carried along."""
    words = search.cleaned_data.get("q", "")
    found = taught_courses().search(words) if words else taught_courses()
    kept = [(name, value) for name, value in request.GET.items() if name in SLOT]
    context = {
        "search": search,
        "words": words,
        "courses": found[:COURSES_SHOWN],
        "count": found.count(),
        "kept": kept,
        "kept_in_address": urlencode(kept),
    }
    return render(request, "scheduling/choose_course.html", context)


def taught_courses() -> CourseQuerySet:
    return Course.objects.offered().exclude(delivery=Course.Delivery.SELF_PACED)


def plan_in_steps(request: UserRequest, course: Course, *, session: Session | None) -> HttpResponse:
    """The times, until they are right; then rooms and trainers, until the session stands."""
    policy = Policy.objects.current()
    wizard = propose(request, course, policy) if session is None else {}
    times = times_form(request, course, session, policy, wizard.get("found"))
    context: dict[str, Any] = {"course": course, "session": session, "times": times, "form": times, **wizard}
    if "edit" in request.GET or not times.is_valid():
        return render(request, "scheduling/plan_times.html", context)

    choices = choices_at(request, course, session, times, policy)
    data = request.POST if request.method == "POST" else None
    places = PlacesForm(
        choices, data, initial=places_of(session, choices, times), may_wait=is_published(session)
    )
    if request.method == "POST" and places.is_valid():
        if session is not None and is_published(session) and not {SURE, PREPARE} & set(request.POST):
            # Its people will be told: first the page says whom it touches, and how (rule 6).
            return check_first(request, session, times, places, context)
        try:
            planned = save(request, course, session, times, places)
        except NeedsReason as refusal:
            places.ask_for_a_reason(refusal)
        except SchedulingError as error:
            places.add_error(None, str(error))
            # Somebody was quicker: show what is left.
            places.choices = choices_at(request, course, session, times, policy)
        else:
            return redirect("scheduling:session", planned.pk)
    if session is not None:
        context["impact"] = replan_impact(session_rows([session])[0])
    return render(request, "scheduling/plan_places.html", {**context, "form": places})


def check_first(
    request: UserRequest,
    session: Session,
    times: TimesForm,
    places: PlacesForm,
    context: dict[str, Any],
) -> HttpResponse:
    """What it does at once; what is refused at once may be possible with the next publication (rule 9)."""
    rehearsal = rehearse(lambda: write(request, session.course, session, times, places), [session])
    refusal = rehearsal.refusal
    if refusal and not isinstance(refusal, NeedsReason):
        later = rehearse(lambda: prepare(request, session, times, places), [session]).refusal
        refusal = later and (later if isinstance(later, NeedsReason) else refusal)
    if isinstance(refusal, NeedsReason):
        places.ask_for_a_reason(refusal)
    elif refusal:
        places.add_error(None, str(refusal))
    else:
        context["rehearsal"] = rehearsal
    can_only_wait = "rehearsal" in context and rehearsal.refusal is not None
    impact = prepared_move_impact() if can_only_wait else replan_impact(session_rows([session])[0])
    return render(request, "scheduling/plan_places.html", {**context, "form": places, "impact": impact})


def propose(request: UserRequest, course: Course, policy: Policy) -> dict[str, Any]:
    """The wizard's form; when dates were asked for, what it found and what stood in the way."""
    if request.method == "POST" or "propose" not in request.GET:
        return {"wizard": DatesForm(course)}
    wizard = DatesForm(course, request.GET)
    if not wizard.is_valid():
        return {"wizard": wizard}
    search = load_search(wizard.wish, policy, course=course)
    found = find_series(search, wizard.pattern)
    return {"wizard": wizard, "found": found, "obstacles": obstacle_words(search, found.obstacles)}


def times_form(
    request: UserRequest, course: Course, session: Session | None, policy: Policy, found: Found | None
) -> TimesForm:
    """The form as it was sent, else with the session's own times, else with what was found or is usual."""
    sent = request.POST if request.method == "POST" else request.GET
    data = sent if "day_1" in sent else None
    if session is None:
        meetings = course.meetings or 1
        is_whole = request.method == "POST" or f"day_{meetings}" in sent
        initial = {"course": course.code, **TimesForm.initial_of(proposal(course))}
        if found is not None:
            initial = {"course": course.code, **TimesForm.initial_of([slot.span for slot in found.slots])}
            initial |= {"places": places_in_address(found.plans), **details_of(request)}
        # A slot that was found without a course may be only the first of its meetings.
        initial |= {name: sent[name] for name in SLOT if name in sent and name != "places"}
        return TimesForm(course, meetings, policy, data if is_whole else None, initial=initial)
    # Meetings that have begun stay as they are, and are not asked about.
    spans = [
        Span(meeting.starts_at, meeting.ends_at)
        for meeting in session.meetings.all()
        if not meeting.has_begun
    ]
    details = {name: getattr(session, name) for name in ("version", *DETAILS)}
    return TimesForm(
        course,
        len(spans),
        policy,
        data,
        is_replanned=True,
        initial={**details, **TimesForm.initial_of(spans)},
    )


def details_of(request: UserRequest) -> dict[str, object]:
    """What the wizard was told of the group, for the session."""
    people = request.GET.get("people", "")
    return {"limit": people, "needs_step_free": bool(request.GET.get("needs_step_free"))}


def proposal(course: Course) -> list[Span]:
    today = timezone.localdate()
    return proposed_spans(
        academic_hours=course.academic_hours,
        meetings=course.meetings or 1,
        today=today,
        days_off=days_off(today, today + timedelta(days=PROPOSED_WITHIN_DAYS)),
        zone=timezone.get_default_timezone(),
    )


def choices_at(
    request: UserRequest, course: Course, session: Session | None, times: TimesForm, policy: Policy
) -> Choices:
    return load_choices(
        course,
        times.spans,
        group=times.group,
        needs_step_free=times.cleaned_data.get("needs_step_free", False),
        policy=policy,
        besides=[session.pk] if session else (),
        leaving=prepared_beside(session) if session and is_published(session) else (),
        with_reasons=request.user.has_perm("trainers.view_absence"),
    )


def places_of(session: Session | None, choices: Choices, times: TimesForm) -> dict[str, object]:
    """The session's own rooms and trainers; of a new one what was found, else the room that fits best."""
    if session is not None:
        now = timezone.now()
        return PlacesForm.initial_of(
            [plan for plan in actions.current_plans(session) if plan.starts_at > now]
        )
    if proposed := times.proposed_plans:
        return PlacesForm.initial_of(proposed)
    free = choices.free_rooms()
    return {"room": free[0].pk} if free else {}


def save(
    request: UserRequest, course: Course, session: Session | None, times: TimesForm, places: PlacesForm
) -> Session:
    if session is not None and PREPARE in request.POST:
        change = prepare(request, session, times, places)
        messages.success(request, _("The change is kept for the next publication. Nobody is told before."))
        return change.session
    planned = write(request, course, session, times, places)
    if session is None:
        messages.success(request, _("The draft is saved. Only planners see it until it is published."))
    else:
        say_done(request, _("The session is changed."), undo_of_last_change(planned))
    return planned


def prepare(request: UserRequest, session: Session, times: TimesForm, places: PlacesForm) -> PreparedChange:
    return prepare_move(session, **change_of(request, session, times, places))


def write(
    request: UserRequest, course: Course, session: Session | None, times: TimesForm, places: PlacesForm
) -> Session:
    if session is None:
        despite = places.cleaned_data["despite"]
        return actions.plan_session(course, places.plans, by=request.user, despite=despite, **times.details)
    return actions.replan_session(session, **change_of(request, session, times, places))


def change_of(request: UserRequest, session: Session, times: TimesForm, places: PlacesForm) -> dict[str, Any]:
    """What the planner wants of the session instead; the meetings that have begun stay."""
    now = timezone.now()
    begun = [plan for plan in actions.current_plans(session) if plan.starts_at <= now]
    return {
        "meetings": [*begun, *places.plans],
        "by": request.user,
        "version": times.cleaned_data["version"],
        "reason": places.cleaned_data["reason"],
        "despite": places.cleaned_data["despite"],
        **times.details,
    }
