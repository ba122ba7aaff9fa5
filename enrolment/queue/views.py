"""The queue of a session explained to staff, and somebody put first in it."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.models import Enrolment, EnrolmentEntry, Seat
from enrolment.offers.words import how_given
from enrolment.queue import actions
from enrolment.queue.everything import events_of_enrolment, events_of_session
from enrolment.queue.forms import PinForm, WhyForm
from enrolment.queue.log import Line, Story, load
from enrolment.queue.order import Rank, rank
from enrolment.queue.why import why_before
from enrolment.queue.words import rank_words
from people.requests import UserRequest
from scheduling.models import Session

Entry = EnrolmentEntry.Kind
# What bears on a person's place, as told beside it.
ABOUT_THE_PLACE = {Entry.PINNED, Entry.UNPINNED, Entry.SKIPPED, Entry.DUE_CHANGED}


@dataclass(frozen=True)
class QueueRow:
    """One who waits: for what reason at this place, and what happened on the way."""

    enrolment: Enrolment
    why: str
    lines: list[Line] = field(default_factory=list)


@login_required
@permission_required("enrolment.view_enrolment", raise_exception=True)
@require_safe
def queue(request: UserRequest, session_id: int) -> HttpResponse:
    """Everybody in the queue in order, with the reasons; and why one was before another, from the log."""
    session = get_object_or_404(Session.objects.with_course(), pk=session_id)
    note_look(request, session_id=session.pk)
    stories = {story.enrolment_id: story for story in load(session)}
    rows = queue_rows(session, stories)
    seated = [story for story in stories.values() if story.seat]
    form = WhyForm(
        request.GET if {"first", "second"} & request.GET.keys() else None,
        seated=[(story.enrolment_id, story.name) for story in seated],
        everybody=[(story.enrolment_id, story.name) for story in stories.values()],
    )
    return render(
        request,
        "enrolment/queue/queue.html",
        {
            "session": session,
            "rows": rows,
            "tells_reasons": any(line.reason for row in rows for line in row.lines),
            "offered": session.enrolments.live()
            .filter(seat=Seat.OFFERED)
            .select_related("trainee")
            .order_by("offer_until", "pk"),
            "how_now": how_given(session, Policy.objects.current(), timezone.now()),
            "may_give": request.user.has_perm("scheduling.plan_session") and session.is_open_for_enrolment,
            "given": [
                (story, story.seat)
                for story in seated
                if story.seat and story.seat.kind in {"promoted", "offered"}
            ],
            "form": form,
            "has_people": bool(seated) and len(stories) > 1,
            "answer": answer_of(form, stories),
        },
    )


def queue_rows(session: Session, stories: dict[int, Story]) -> list[QueueRow]:
    waiting = session.enrolments.promotable().select_related("trainee").annotate(rank=rank())
    return [
        QueueRow(
            one,
            rank_words(Rank(one.rank), one.due_on),
            [line for line in stories[one.pk].since_request if line.kind in ABOUT_THE_PLACE],
        )
        for one in waiting
    ]


def answer_of(form: WhyForm, stories: dict[int, Story]) -> list[str]:
    if not form.is_bound or not form.is_valid():
        return []
    first, second = form.cleaned_data["first"], form.cleaned_data["second"]
    if not first or not second:
        return [_("Choose two people.")]
    if first == second:
        return [_("Choose two different people.")]
    return list(why_before(stories[first], stories[second]))


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def pin(request: UserRequest, pk: int) -> HttpResponse:
    """Put somebody first in the queue, or, when they are first already, take that back."""
    waiting = (
        Enrolment.objects.live().filter(session__isnull=False).select_related("trainee", "session__course")
    )
    enrolment = get_object_or_404(waiting, pk=pk)
    is_pinned = enrolment.pinned_at is not None
    form = PinForm(
        request.POST if request.method == "POST" else None,
        initial={"pins": "no" if is_pinned else "yes"},
        button_label=_("Take the first place back") if is_pinned else _("Put first in the queue"),
    )
    if request.method == "POST" and form.is_valid():
        # A second click on the same button must not do the opposite.
        change = actions.pin if form.cleaned_data["pins"] == "yes" else actions.unpin
        try:
            changed = change(enrolment, by=request.user, reason=form.cleaned_data["reason"])
        except Refusal as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said(changed))
        return redirect("enrolment:people", enrolment.session_id)
    note_look(request, person_id=enrolment.trainee_id, session_id=enrolment.session_id)
    return render(
        request,
        "enrolment/queue/pin.html",
        {
            "enrolment": enrolment,
            "is_pinned": is_pinned,
            "form": form if enrolment.seat == Seat.WAITING else None,
        },
    )


def said(enrolment: Enrolment) -> str:
    words = {"person": enrolment.trainee.short_name}
    if enrolment.seat == Seat.OFFERED:
        return _("A seat was free: it is offered to %(person)s now.") % words
    if enrolment.seat != Seat.WAITING:
        return _("A seat was free: %(person)s has it now.") % words
    return _("%(person)s is number %(place)s in the queue now.") % {
        **words,
        "place": enrolment.place_in_queue,
    }


@login_required
@permission_required("enrolment.view_enrolment", raise_exception=True)
@require_safe
def enrolment_story(request: UserRequest, pk: int) -> HttpResponse:
    """Everything that happened to one enrolment, in order."""
    found = Enrolment.objects.select_related("trainee", "course", "session")
    enrolment = get_object_or_404(found, pk=pk)
    note_look(request, person_id=enrolment.trainee_id, session_id=enrolment.session_id)
    context = {
        "title": f"{enrolment.trainee.full_name}: {enrolment.course.title}",
        "events": events_of_enrolment(enrolment),
        "back": enrolment.get_absolute_url(),
        "back_title": _("Enrolment"),
    }
    return render(request, "enrolment/queue/everything.html", context)


@login_required
@permission_required("enrolment.view_enrolment", raise_exception=True)
@require_safe
def session_story(request: UserRequest, session_id: int) -> HttpResponse:
    """Everything that happened to one session and its people, in order."""
    session = get_object_or_404(Session.objects.with_course(), pk=session_id)
    note_look(request, session_id=session.pk)
    context = {
        "title": f"{session.course.title}, {when(session.starts_at)}",
        "events": events_of_session(session),
        "back": reverse("enrolment:people", args=[session.pk]),
        "back_title": _("People"),
    }
    return render(request, "enrolment/queue/everything.html", context)
