"""Enrolling somebody, cancelling for them, another date, a cancellation taken back, and the choice after a clash."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.actions import Terms, enrol
from enrolment.approvals.needs import DECIDE
from enrolment.doors.actions import (
    STAFF,
    may_be_taken_back,
    refuse_late,
    restore_enrolment,
    transfer_enrolment,
)
from enrolment.doors.cancelling import cancel_for_somebody
from enrolment.doors.checks import Door, door_back, door_of, other_dates
from enrolment.doors.clashes import choose_in_clash
from enrolment.doors.forms import (
    CancelSomebodyForm,
    ChoiceForm,
    DoorForm,
    FindPersonForm,
    OtherDateForm,
    PersonForm,
    RestoreForm,
)
from enrolment.doors.overlooking import OVERRIDE
from enrolment.errors import NotEligible, TooLate, TooManyAway
from enrolment.models import Approval, Enrolment, Seat
from people.models import Employee
from people.requests import UserRequest
from scheduling.models import Session

SESSIONS_SHOWN = 30


@login_required
@permission_required(STAFF, raise_exception=True)
@require_form
def enrol_somebody(request: UserRequest, session_id: int) -> HttpResponse:
    """Find a person; then what stands in the way, and the button. A POST enrols."""
    session = get_object_or_404(Session.objects.published().with_course(), pk=session_id)
    # Who was chosen stands in the address, to which the form is sent.
    person = PersonForm(request.POST if "person" in request.POST else request.GET).chosen
    context: dict[str, object] = {"session": session}
    if person is None:
        search = FindPersonForm(request.GET if "find" in request.GET else None)
        context |= {"search": search, "found": search.people() if search.is_bound else []}
        return render(request, "enrolment/doors/find.html", context)
    note_look(request, person_id=person.pk, session_id=session.pk)
    door, form = door_and_form(request, person, session)
    if request.method == "POST" and not door.enrolment and form.is_valid():
        terms = terms_of(form)
        if person.pk == request.user.pk:
            terms = terms.of_themselves()
        try:
            made = enrol(person, session, by=request.user, terms=terms)
        except Refusal as error:
            messages.error(request, str(error))
            door, form = door_and_form(request, person, session)  # something else stands in the way by now
        else:
            messages.success(request, made_words(made, person))
            return redirect("enrolment:people", session.pk)
    return render(request, "enrolment/doors/enrol.html", {**context, "door": door, "form": form})


def door_and_form(request: UserRequest, person: Employee, session: Session) -> tuple[Door, DoorForm]:
    door = door_of(person, session, request.user)
    form = DoorForm(request.POST if request.method == "POST" else None, door=door)
    form.cancel_url = reverse("enrolment:people", args=[session.pk])
    return door, form


def terms_of(form: DoorForm) -> Terms:
    cleaned = form.cleaned_data
    return Terms(
        overlooks=frozenset(cleaned.get("overlooks", ())),
        exceeds=form.exceeds,
        despite=cleaned.get("despite", ""),
        consents=bool(cleaned.get("consents")),
    )


def made_words(made: Enrolment, person: Employee) -> str:
    words = {"person": person.short_name}
    if made.seat == Seat.NONE:
        return _("Your request is sent.")
    if made.seat == Seat.WAITING:
        return _("%(person)s is number %(place)s in the queue now.") % {
            **words,
            "place": made.place_in_queue,
        }
    if made.exceeds:
        return _("%(person)s has a seat beyond the limit.") % words
    return _("%(person)s has a seat.") % words


@login_required
@permission_required(STAFF, raise_exception=True)
@require_safe
def enrol_person(request: UserRequest, pk: int) -> HttpResponse:
    """The dates ahead, by words of the course: which is the person to be enrolled in?"""
    person = get_object_or_404(Employee.objects.employed(), pk=pk)
    note_look(request, person_id=person.pk)
    words = request.GET.get("find", "").strip()[:80]
    sessions = Session.objects.upcoming().with_course()
    for word in words.split()[:4]:
        sessions = sessions.filter(course__title__icontains=word)
    shown = list(sessions.order_by("starts_at", "pk")[:SESSIONS_SHOWN])
    context = {"person": person, "sessions": shown, "words": words}
    return render(request, "enrolment/doors/sessions.html", context)


@login_required
@require_form
def dates(request: UserRequest, pk: int) -> HttpResponse:
    """Other dates of the course with what they mean for the trainee, one button each."""
    enrolment = own_or_staff(request, pk)
    is_own = enrolment.trainee_id == request.user.pk
    if not enrolment.is_live or enrolment.session is None:
        messages.info(request, _("This enrolment has already ended."))
        return redirect(enrolment)
    if request.method == "POST":
        form = OtherDateForm(request.POST)
        target = None
        if form.is_valid():
            upcoming = Session.objects.upcoming().filter(course=enrolment.course_id)
            target = upcoming.filter(pk=form.cleaned_data["session"]).first()
        if target is None:
            messages.error(request, _("Choose a date from the list."))
            return redirect("enrolment:dates", pk)
        try:
            moved = transfer_enrolment(
                enrolment,
                target,
                by=request.user,
                reason=form.cleaned_data["reason"],
                queues=form.cleaned_data["queues"] and not is_own,
                consents=form.cleaned_data["consents"],
                overlooks=frozenset(form.cleaned_data["overlooks"]),
            )
        except Refusal as error:
            messages.error(request, str(error))
            return redirect("enrolment:dates", pk)
        done = (
            _("Done: the enrolment is for %(date)s now.")
            if is_own
            else _("Done: the enrolment is for %(date)s now. We write to the person.")
        )
        messages.success(request, done % {"date": when(target.starts_at)})
        return redirect(moved)
    policy = Policy.objects.current()
    try:
        refuse_late(enrolment, enrolment.session, policy, timezone.now(), is_own=is_own)
    except TooLate as error:
        messages.error(request, str(error))
        return redirect(enrolment)
    context = {
        "enrolment": enrolment,
        "is_own": is_own,
        "head_days": policy.approval_days if is_own and tells_the_head(enrolment, request.user) else 0,
        "may_overlook": not is_own and request.user.has_perm(OVERRIDE),
        "dates": other_dates(enrolment, policy),
    }
    return render(request, "enrolment/doors/dates.html", context)


@login_required
@require_form
def restore(request: UserRequest, pk: int) -> HttpResponse:
    """Takes a cancellation back: the trainee at once with a button, staff with a reason and what they overlook."""
    enrolment = own_or_staff(request, pk)
    if enrolment.trainee_id != request.user.pk:
        return restore_for_somebody(request, enrolment)
    if request.method == "POST":
        try:
            messages.success(request, restored_words(restore_enrolment(enrolment, by=request.user)))
        except Refusal as error:
            messages.error(request, str(error))
        return redirect(enrolment)
    context = {"enrolment": enrolment, "is_own": True, "may": may_be_taken_back(enrolment, timezone.now())}
    return render(request, "enrolment/doors/restore.html", context)


def restore_for_somebody(request: UserRequest, enrolment: Enrolment) -> HttpResponse:
    session = enrolment.session
    context: dict[str, object] = {"enrolment": enrolment, "is_own": False, "may": False}
    if enrolment.is_live or session is None:
        return render(request, "enrolment/doors/restore.html", context)
    door, form = back_and_form(request, enrolment, session)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            back = restore_enrolment(enrolment, by=request.user, reason=reason, overlooks=form.ticked)
        except (NotEligible, TooManyAway) as error:  # something else stands in the way by now
            messages.error(request, str(error))
            door, form = back_and_form(request, enrolment, session)
        except Refusal as error:
            messages.error(request, str(error))
            return redirect(enrolment)
        else:
            messages.success(request, restored_words(back))
            return redirect(back)
    context |= {"may": True, "door": door, "form": form}
    return render(request, "enrolment/doors/restore.html", context)


def back_and_form(request: UserRequest, enrolment: Enrolment, session: Session) -> tuple[Door, RestoreForm]:
    door = door_back(enrolment, session, request.user)
    form = RestoreForm(request.POST if request.method == "POST" else None, door=door)
    form.cancel_url = enrolment.get_absolute_url()
    return door, form


def restored_words(back: Enrolment) -> str:
    if back.seat == Seat.HELD:
        return _("Taken back: the seat is there again.")
    if back.seat == Seat.OFFERED:
        return _("Taken back: a seat is offered, and has to be accepted.")
    if back.seat == Seat.WAITING:
        return _("Taken back: there is a place in the queue.")
    return _("Taken back: the request awaits its decision again.")


@login_required
@permission_required(STAFF, raise_exception=True)
@require_form
def cancel_for(request: UserRequest, pk: int) -> HttpResponse:
    """Cancels somebody's enrolment: at their wish, or at the centre's."""
    enrolment = own_or_staff(request, pk)
    session = enrolment.session
    if enrolment.trainee_id == request.user.pk:
        return redirect("enrolment:cancel", pk)
    if not enrolment.is_live or session is None or session.has_begun:
        messages.info(
            request, _("There is nothing to cancel: the enrolment has ended, or its session has begun.")
        )
        return redirect(enrolment)
    form = CancelSomebodyForm(request.POST if request.method == "POST" else None)
    form.cancel_url = enrolment.get_absolute_url()
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            cancel_for_somebody(enrolment, by=request.user, reason=reason, by_centre=form.by_centre)
        except Refusal as error:
            messages.error(request, str(error))
            return redirect(enrolment)
        messages.success(request, _("The enrolment is cancelled, and the person is told why."))
        return redirect(enrolment)
    policy = Policy.objects.current()
    context = {
        "enrolment": enrolment,
        "form": form,
        "waiting": Enrolment.objects.in_queue().filter(session=session).exclude(pk=pk).count(),
        "is_late": enrolment.seat == Seat.HELD
        and session.starts_at - timezone.now() < timedelta(hours=policy.cancel_lead_hours),
    }
    return render(request, "enrolment/doors/cancel_for.html", context)


@login_required
@require_POST
def choose(request: UserRequest, pk: int) -> HttpResponse:
    """Keeps one of two sessions of one time."""
    enrolment = own_or_staff(request, pk)
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose which session is kept."))
        return redirect(enrolment)
    try:
        choose_in_clash(enrolment, keeps=form.cleaned_data["keeps"] == "this", by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Done: one session is kept, and the seat in the other is free."))
    return redirect(enrolment)


def tells_the_head(enrolment: Enrolment, trainee: Employee) -> bool:
    """Whether a change by the trainee is told to who decides, on a day that has room for them."""
    needs_none = enrolment.course.is_mandatory or trainee.has_perm(DECIDE)
    return not needs_none and enrolment.approval != Approval.ASKED


def own_or_staff(request: UserRequest, pk: int) -> Enrolment:
    """One's own, or anybody's for planners; of everything else nothing is said, not even that it is there."""
    found = Enrolment.objects.select_related("course", "session__course", "trainee")
    if not request.user.has_perm(STAFF):
        found = found.filter(trainee=request.user)
    enrolment = get_object_or_404(found, pk=pk)
    note_look(request, person_id=enrolment.trainee_id, session_id=enrolment.session_id)
    return enrolment
