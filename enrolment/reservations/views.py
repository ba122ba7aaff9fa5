"""A head's own people in a session with the seats kept for them, and staff's quotas of a session."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.models import Policy
from enrolment.models import Reservation
from enrolment.reservations import actions
from enrolment.reservations.actions import RESERVE
from enrolment.reservations.forms import KeepSeatsForm, QuotaForm
from enrolment.reservations.rows import (
    free_seats,
    kept_seats,
    offices_led_by,
    offices_there,
    why_no_keeping,
)
from enrolment.reservations.using import released_at
from people.models import Office
from people.requests import UserRequest
from scheduling.models import Session


@login_required
@require_form
def office_in_session(request: UserRequest, session_id: int) -> HttpResponse:
    """The people of the reader's offices in the session; with POST so many seats without a name are kept."""
    offices = offices_led_by(request.user)
    if not offices:
        raise PermissionDenied
    session = get_object_or_404(Session.objects.published().with_course(), pk=session_id)
    form = KeepSeatsForm(request.POST if request.method == "POST" else None, offices=offices)
    if request.method == "POST" and form.is_valid():
        seats = form.cleaned_data["seats"]
        try:
            actions.reserve_seats(session, form.cleaned_data["office"], seats, by=request.user)
        except Refusal as error:
            messages.error(request, str(error))
        else:
            messages.success(request, kept_now(seats))
        return redirect("enrolment:office_in_session", session.pk)
    note_look(request, session_id=session.pk)
    policy = Policy.objects.current()
    return render(
        request,
        "enrolment/reservations/office.html",
        {
            "session": session,
            "offices": offices_there(offices, session, policy),
            "free": free_seats(session),
            "until": released_at(session, policy),
            "days": policy.reservation_release_days,
            "why_no_keeping": why_no_keeping(session, policy),
            "errors": form.sentences if form.is_bound else [],
        },
    )


@login_required
@permission_required(RESERVE, raise_exception=True)
@require_form
def quotas(request: UserRequest, session_id: int) -> HttpResponse:
    """Which offices and okrugs have seats of the session, how many are used, and until when they are kept."""
    session = get_object_or_404(Session.objects.published().with_course(), pk=session_id)
    form = QuotaForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        seats, reason = form.cleaned_data["seats"], form.cleaned_data["reason"]
        try:
            actions.reserve_seats(session, form.whose, seats, by=request.user, reason=reason)
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, kept_now(seats))
            return redirect("enrolment:quotas", session.pk)
    policy = Policy.objects.current()
    why_not = why_no_keeping(session, policy)
    return render(
        request,
        "enrolment/reservations/quotas.html",
        {
            "session": session,
            "rows": kept_seats(session, policy),
            "free": free_seats(session),
            "until": released_at(session, policy),
            "form": None if why_not else form,
            "why_no_keeping": why_not,
        },
    )


@login_required
@require_POST
def release_seats(request: UserRequest, pk: int) -> HttpResponse:
    found = Reservation.objects.select_related("session")
    is_staff = request.user.has_perm(RESERVE)
    if not is_staff:
        found = found.filter(office__in=Office.objects.led_by(request.user))
    reservation = get_object_or_404(found, pk=pk)
    try:
        reservation = actions.release_seats(reservation, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, given_back(reservation.seats))
    page = "enrolment:quotas" if is_staff else "enrolment:office_in_session"
    return redirect(page, reservation.session_id)


def given_back(seats: int) -> str:
    if not seats:
        return _("Every kept seat had a name already: there was nothing to give back.")
    return ngettext(
        "%(count)s seat without a name is given back.",
        "%(count)s seats without a name are given back.",
        seats,
    ) % {"count": seats}


def kept_now(seats: int) -> str:
    if not seats:
        return _("No seats are kept any more.")
    return ngettext(
        "%(count)s seat is kept without a name.", "%(count)s seats are kept without a name.", seats
    ) % {"count": seats}
