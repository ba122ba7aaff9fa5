"""Pages on which heads send their people to a session, and replace one by another."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.models import Policy
from centre.templatetags.centre_text import short_name
from enrolment.approvals.needs import DECIDE
from enrolment.models import SEATS_TAKEN, Enrolment, EnrolmentQuerySet
from enrolment.nominating import actions
from enrolment.nominating.actions import Outcome, people_to_send
from enrolment.nominating.candidates import candidates_of
from enrolment.nominating.coming import coming_sessions, owed_by
from enrolment.nominating.forms import ReplaceForm, SendForm, WhoForm
from enrolment.reservations.rows import free_seats, offices_led_by
from people.models import Employee, EmployeeQuerySet, Office
from people.requests import UserRequest
from scheduling.models import Session


@login_required
@require_safe
def sessions_to_send_to(request: UserRequest) -> HttpResponse:
    """The coming sessions for a head: who of the own people is in them, and whether seats are left.

    For a person who was chosen already those of the courses that they owe; all of them when asked for.
    """
    offices = offices_led_by(request.user)
    if not offices:
        raise PermissionDenied
    who = WhoForm(request.GET, sender=request.user)
    owed = None
    if who.chosen:
        note_look(request, person_id=who.chosen.pk)
        owed = list(owed_by(people_to_send(request.user).filter(pk=who.chosen.pk)))
    of_courses = None if owed is None or who.cleaned_data["every"] else [course.pk for course in owed]
    context = {
        "offices": offices,
        "page": coming_sessions(request.user, of_courses, page=request.GET.get("page")),
        "chosen": who.chosen,
        "owed": owed,
        "is_narrow": of_courses is not None,
    }
    return render(request, "enrolment/nominating/sessions.html", context)


@login_required
@require_form
def send_people(request: UserRequest, session_id: int) -> HttpResponse:
    """People of the own office by need. The first button shows the shift without those ticked, the second sends.

    The first is a GET, so that the way back from what was sent leads to a page and not to a question of the browser.
    """
    if not Office.objects.led_by(request.user).exists():
        raise PermissionDenied
    session = get_object_or_404(Session.objects.published().with_course(), pk=session_id)
    is_post = request.method == "POST"
    form = SendForm(request.POST if is_post else request.GET if "step" in request.GET else None)
    is_sent = form.is_valid()
    found = candidates_of(request.user, session, policy=Policy.objects.current())
    keys = form.cleaned_data["people"] if is_sent else []
    chosen = found.chosen(keys)
    thin = found.too_thin(chosen)
    if is_post and is_sent and form.cleaned_data["step"] == "send":
        if not thin or form.cleaned_data["despite_shift"]:
            own = people_to_send(request.user).in_bulk(keys)
            tell(
                request,
                actions.nominate_many(
                    [own[key] for key in keys if key in own],
                    session,
                    by=request.user,
                    despite_shift=form.cleaned_data["despite_shift"],
                ),
            )
            return redirect("enrolment:office_in_session", session.pk)
        messages.error(request, _("Read the numbers of the shift, and tick that you allow them."))
    note_look(request, session_id=session.pk)
    context = {
        "session": session,
        "found": found,
        "free": free_seats(session),
        "errors": form.sentences if form.is_bound else [],
        "chosen": chosen,
        "thin": thin,
        "shifts": [(shift.office, shift.with_more(chosen)) for shift in found.shifts],
        "has_offices": len(found.shifts) > 1,
        "who": WhoForm(request.GET, sender=request.user).chosen if request.GET else None,
    }
    page = "check" if chosen else "choose"
    return render(request, f"enrolment/nominating/{page}.html", context)


def tell(request: UserRequest, outcomes: list[Outcome]) -> None:
    """Each by name: who has a seat, who waits, who could not be sent and why."""
    seated = [short_name(one.person) for one in outcomes if one.has_seat]
    waiting = [short_name(one.person) for one in outcomes if one.enrolment and not one.has_seat]
    if seated:
        words = ngettext(
            "%(count)s person has a seat: %(names)s.", "%(count)s people have a seat: %(names)s.", len(seated)
        )
        messages.success(request, words % {"count": len(seated), "names": ", ".join(seated)})
    if waiting:
        words = ngettext(
            "%(count)s person is in the queue: %(names)s.",
            "%(count)s people are in the queue: %(names)s.",
            len(waiting),
        )
        messages.info(request, words % {"count": len(waiting), "names": ", ".join(waiting)})
    for one in outcomes:
        if one.refusal:
            messages.error(request, one.refusal)
    if not outcomes:
        messages.error(request, _("None of these people can be sent by you any more."))


@login_required
@require_form
def replace(request: UserRequest, pk: int) -> HttpResponse:
    """Somebody else comes on this seat: for heads one of their people by another, for HR anybody."""
    enrolment = get_object_or_404(replaceable_by(request.user), pk=pk)
    session = cast(Session, enrolment.session)
    is_staff = request.user.has_perm(DECIDE)
    page = "enrolment:people" if is_staff else "enrolment:office_in_session"
    if not enrolment.is_live or enrolment.seat not in SEATS_TAKEN:  # a second click, or somebody was faster
        words = _("%(person)s has no seat in this session any more.")
        messages.info(request, words % {"person": short_name(enrolment.trainee)})
        return redirect(page, session.pk)
    people = colleagues_of(enrolment) if is_staff else people_to_send(request.user)
    form = ReplaceForm(
        request.POST if request.method == "POST" else None,
        people=[(one.pk, one.full_name) for one in people.exclude(pk=enrolment.trainee_id)],
        by_number=is_staff,
    )
    form.cancel_url = reverse(page, args=[session.pk])
    if request.method == "POST" and form.is_valid():
        try:
            taking = actions.replace_trainee(
                enrolment,
                form.cleaned_data["who"],
                by=request.user,
                reason=form.cleaned_data["reason"],
                despite_shift=form.cleaned_data["despite_shift"],
            )
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            names = {"new": short_name(taking.trainee), "old": short_name(enrolment.trainee)}
            messages.success(request, _("%(new)s comes instead of %(old)s. We write to both.") % names)
            return redirect(page, session.pk)
    note_look(request, person_id=enrolment.trainee_id, session_id=session.pk)
    context = {"enrolment": enrolment, "session": session, "form": form, "is_staff": is_staff}
    return render(request, "enrolment/nominating/replace.html", context)


def replaceable_by(reader: Employee) -> EnrolmentQuerySet:
    """Enrolments in sessions of people about whom the reader decides."""
    found = Enrolment.objects.filter(session__isnull=False)
    if not reader.has_perm(DECIDE):
        found = found.filter(trainee__in=people_to_send(reader))
    return found.select_related("trainee", "session__course")


def colleagues_of(enrolment: Enrolment) -> EmployeeQuerySet:
    job = enrolment.trainee.main_employment
    same = Employee.objects.employed().filter(
        employments__is_main=True, employments__ended_on=None, employments__office=job.office_id if job else 0
    )
    return same.distinct().order_by("name_key")


@login_required
@require_POST
def agree_to_day_off(request: UserRequest, pk: int) -> HttpResponse:
    enrolment = get_object_or_404(request.user.enrolments.all(), pk=pk)
    try:
        actions.agree_to_day_off(enrolment, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you: your answer is noted."))
    return redirect(enrolment)
