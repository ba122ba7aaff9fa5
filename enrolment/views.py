"""The trainee's own enrolments: take a seat, see how it stands, cancel. Attendance is in attendance_views.py."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.models import Policy
from enrolment.actions import cancel_enrolment
from enrolment.approvals.actions import ask_for_seat
from enrolment.doors.actions import STAFF, TAKEN_BACK, may_be_taken_back
from enrolment.doors.checks import offered_dates, other_sessions
from enrolment.doors.clashes import choice_of
from enrolment.forms import CancelForm, EnrolForm
from enrolment.models import Enrolment, EnrolmentEntry, Seat
from enrolment.office.asking import whose_wish_it_was_not
from enrolment.office.words import days_off_words
from enrolment.panels import Panel, panel_of, summary
from enrolment.situations import situations
from people.audit import may_see_changes
from people.models import Employee
from people.requests import UserRequest
from scheduling.models import Session


@login_required
@require_POST
def enrol_in_session(request: UserRequest, session_id: int) -> HttpResponse:
    session = get_object_or_404(Session.objects.published().with_course(), pk=session_id)
    try:
        made = ask_for_seat(request.user, session, **EnrolForm(request.POST).wishes)
    except Refusal as error:  # also scheduling's, when a booking elsewhere came first by a moment
        messages.error(request, str(error))
    else:
        # The panel says what a request means; a second time would only be longer.
        messages.success(request, _("Your request is sent.") if made.seat == Seat.NONE else summary(made))
    if not request.htmx:
        return redirect(session)
    return render(request, "enrolment/_enrol_panel.html", {"panel": panel_of(request.user, session)})


@login_required
@require_safe
def enrolment(request: UserRequest, pk: int) -> HttpResponse:
    """One's own, one's people's for a head, anybody's for those who see all (rule 17)."""
    found = Enrolment.objects.select_related("course", "session", "trainee")
    if not request.user.has_perm("enrolment.view_enrolment"):
        found = found.visible_to(request.user)
    shown = get_object_or_404(found, pk=pk)
    note_look(request, person_id=shown.trainee_id, session_id=shown.session_id)
    is_own = shown.trainee_id == request.user.pk
    is_staff = request.user.has_perm(STAFF)
    entries = list(shown.entries.select_related("by"))
    changes = (is_own or is_staff) and shown.is_live and is_ahead(shown)
    context = {
        "enrolment": shown,
        "is_own": is_own,
        "is_staff": is_staff,
        "choice": choice_of(shown) if is_own or is_staff else None,
        "offered": offered_dates(shown) if is_own else [],
        "takes_back": is_own and may_be_taken_back(shown, timezone.now()),
        "restores": is_staff and not is_own and shown.ended_because in TAKEN_BACK and is_ahead(shown),
        "changes_date": changes and other_sessions(shown).exists(),
        "cancels_for": changes and not is_own,
        "wishes_may_change": is_own
        and shown.is_live
        and is_ahead(shown)
        and shown.seat in {Seat.WAITING, Seat.NONE},
        "summary": summary(shown),
        "day_off_words": unanswered_day_off(shown, entries, request.user),
        "entries": entries,
        "sees_history": may_see_changes(request.user),
        "sees_everything": request.user.has_perm("enrolment.view_enrolment"),
    }
    return render(request, "enrolment/enrolment.html", context)


def unanswered_day_off(enrolment: Enrolment, entries: Iterable[EnrolmentEntry], reader: Employee) -> str:
    """Which days off the reader has not agreed to give up, and by whose wish they would come then (rule 16)."""
    session = enrolment.session
    if reader.pk != enrolment.trainee_id or not enrolment.is_live or session is None:
        return ""
    if enrolment.consented_at or session.has_begun or not (asks := whose_wish_it_was_not(entries)):
        return ""
    days_off = situations(reader, [session], policy=Policy.objects.current())[session.pk].days_off
    return f"{days_off_words(days_off)} {asks}" if days_off else ""


def is_ahead(enrolment: Enrolment) -> bool:
    return enrolment.session is not None and enrolment.session.is_open_for_enrolment


@login_required
@require_form
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    own = request.user.enrolments.select_related("course", "session__course")
    cancelled = get_object_or_404(own, pk=pk)
    if cancelled.is_live and cancelled.seat == Seat.OFFERED:
        return redirect("enrolment:offer", cancelled.pk)  # there is nothing to cancel before it is accepted
    if not cancelled.is_live:
        messages.info(request, _("This enrolment has already ended."))
        return redirect(cancelled)
    panel = None
    if cancelled.session:
        panel = panel_of(request.user, cancelled.session)
    form = CancelForm(
        request.POST if request.method == "POST" else None,
        needs_reason=panel is not None and not panel.cancels_freely,
        button_label=cancel_words(panel),
    )
    if request.method == "POST" and form.is_valid():
        try:
            cancel_enrolment(cancelled, by=request.user, reason=form.cleaned_data.get("reason", ""))
        except Refusal as error:
            messages.error(request, str(error))
            return redirect(cancelled)
        done = _("Done: your enrolment in “%(course)s” is cancelled.")
        messages.success(request, done % {"course": cancelled.course})
        # There the person may say for some minutes that it was a mistake.
        return redirect(cancelled if cancelled.session_id else cancelled.course)
    return render(request, "enrolment/cancel.html", {"enrolment": cancelled, "panel": panel, "form": form})


def cancel_words(panel: Panel | None) -> str:
    """What the button of the cancelling page does."""
    if panel is None:
        return _("Leave the course")
    if panel.is_asked:
        return _("Withdraw the request")
    return _("Leave the queue") if panel.waits else _("Give up the seat")
