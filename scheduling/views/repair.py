"""Repairing what an absence or a closure tore open: all its meetings on one page, each with who could help (rule 7)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.http import require_form
from centre.models import Policy
from people.requests import UserRequest
from scheduling import actions
from scheduling.errors import NeedsReason, SchedulingError
from scheduling.facts import Facts
from scheduling.forms.repair import Candidate, RepairForm
from scheduling.gaps import Missing, changes_for, load_missing
from scheduling.hurt import declined_bookings, without_room, without_trainer
from scheduling.models import Booking, Room
from scheduling.rehearsal import rehearse
from scheduling.replacement import propose_rooms, propose_trainers, rank_rooms, rank_trainers, without_gaps
from trainers.models import Trainer

DECLINED = "declined"


class RepairSubject(forms.Form):
    """Whose gaps are shown: one trainer's, one room's, everybody's, or those alone that trainers declined."""

    lacks = forms.ChoiceField(required=False, choices=[("trainer", ""), ("room", ""), (DECLINED, "")])
    trainer = forms.ModelChoiceField(Trainer.objects.select_related("employee"), required=False)
    room = forms.ModelChoiceField(Room.objects.all(), required=False)


@login_required
@permission_required("scheduling.plan_session", raise_exception=True)
@require_form
def repair(request: UserRequest) -> HttpResponse:
    subject = RepairSubject(request.GET)
    subject.is_valid()
    rooms = subject.cleaned_data.get("lacks") == "room" or bool(subject.cleaned_data.get("room"))
    missing, facts = load_missing(hurt_meetings(subject, rooms=rooms), rooms=rooms)
    form = repair_form(request, missing, facts, rooms=rooms)
    context: dict[str, Any] = {"form": form, "missing": missing, "rooms": rooms, "subject": subject}
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen
        if not chosen:
            form.add_error(None, _("Choose somebody for one of the sessions at least."))
        elif "sure" in request.POST:
            try:
                sessions = write(request, form)
            except NeedsReason as refusal:
                form.ask_for_a_reason(refusal)
            except SchedulingError as error:
                form.add_error(None, str(error))
            else:
                done = ngettext(
                    "%(count)s session is repaired.", "%(count)s sessions are repaired.", sessions
                )
                messages.success(request, done % {"count": sessions})
                return redirect(request.get_full_path())
        else:
            rehearsal = rehearse(lambda: write(request, form), [one.session for one, _pk in chosen])
            if isinstance(rehearsal.refusal, NeedsReason):
                form.ask_for_a_reason(rehearsal.refusal)
            elif rehearsal.refusal:
                form.add_error(None, str(rehearsal.refusal))
            else:
                context["rehearsal"] = rehearsal
    return render(request, "scheduling/repair.html", context)


def hurt_meetings(subject: RepairSubject, *, rooms: bool) -> Any:
    found = without_room() if rooms else without_trainer()
    if subject.cleaned_data.get("lacks") == DECLINED:
        found = found.filter(Exists(declined_bookings(meeting=OuterRef("pk"))))
    booked = Booking.objects.filter(meeting=OuterRef("pk"))
    if trainer := subject.cleaned_data.get("trainer"):
        found = found.filter(Exists(booked.teaching().filter(person=trainer.employee_id)))
    if room := subject.cleaned_data.get("room"):
        found = found.filter(Exists(booked.filter(room=room)))
    return found


def repair_form(
    request: UserRequest, missing: Sequence[Missing], facts: Facts | None, *, rooms: bool
) -> RepairForm:
    """The questions, with the best answers that do not stand in each other's way."""
    policy = Policy.objects.current()
    gaps = [one.gap for one in missing]
    ranked: list[Sequence[Candidate]] = []
    proposed: dict[int, Any] = {}
    if facts is not None and rooms:
        open_facts = without_gaps(facts, gaps)
        ways = {"changeover_minutes": policy.changeover_minutes, "travel_minutes": policy.travel_minutes}
        ranked = [rank_rooms(gap, open_facts, **ways) for gap in gaps]
        proposed = propose_rooms(gaps, open_facts, **ways)
    elif facts is not None:
        minutes = policy.travel_minutes
        ranked = [rank_trainers(gap, facts, travel_minutes=minutes) for gap in gaps]
        proposed = propose_trainers(gaps, facts, travel_minutes=minutes)
    best = [proposed.get(number) for number in range(len(gaps))]
    return RepairForm(missing, ranked, best, request.POST if request.method == "POST" else None)


def write(request: UserRequest, form: RepairForm) -> int:
    plans = {one.session.pk: actions.current_plan(one.session) for one, _pk in form.chosen}
    changes = changes_for(form.chosen, form.versions, plans)
    changed = actions.replan_sessions(
        changes,
        by=request.user,
        reason=form.cleaned_data["reason"],
        despite=form.cleaned_data["despite"],
        repairs=True,
    )
    return len(changed)
