"""The pages of "many at once": make a list, look through it, carry it out, undo it (rule 18)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from audit.access import note_look
from centre.errors import Refusal
from centre.http import require_form
from centre.listing import Listing
from enrolment.bulk.actions import carry_out_now, order_application, order_undoing, why_no_undoing
from enrolment.bulk.columns import ROW_COLUMNS, RUN_COLUMNS, rows_with_work
from enrolment.bulk.forms import (
    LEFT_OUT,
    FileForm,
    PasteForm,
    PlacesForm,
    RowFilters,
    SessionForm,
    TermsForm,
    WhoIsMeantForm,
)
from enrolment.bulk.making import choose, look_again, make_run
from enrolment.bulk.models import BulkRun, RowOutcome
from enrolment.bulk.words import enrol_words, numbers_words, undo_words
from enrolment.doors.overlooking import OVERRIDE, names_of
from people.models import Employee, add_work
from people.requests import UserRequest
from scheduling.models import Session

ENROL_MANY = "enrolment.enrol_many"
# The sources as tabs: the word in the address, its title, its form.
SOURCES: dict[str, tuple[Any, type[TermsForm]]] = {
    "paste": (gettext_lazy("Paste a list"), PasteForm),
    "file": (gettext_lazy("File"), FileForm),
    "places": (gettext_lazy("Offices and positions"), PlacesForm),
    "session": (gettext_lazy("Another session"), SessionForm),
}


@login_required
@permission_required(ENROL_MANY, raise_exception=True)
@require_safe
def bulk_runs(request: UserRequest) -> HttpResponseBase:
    """Every list that was made, the latest first."""
    runs = BulkRun.objects.defer("data").select_related("session__course", "made_by")
    listing = Listing(request, runs, RUN_COLUMNS, name=_("Many at once"), order=["-made_at"])
    return listing.respond("enrolment/bulk/runs.html")


@login_required
@permission_required(ENROL_MANY, raise_exception=True)
@require_form
def bulk_new(request: UserRequest, session_id: int) -> HttpResponse:
    """Name the people by one of four sources; what would become of them stands on the next page."""
    session = get_object_or_404(Session.objects.with_course(), pk=session_id)
    chosen = request.GET.get("from", "paste")
    chosen = chosen if chosen in SOURCES else "paste"
    form_class = SOURCES[chosen][1]
    options: dict[str, Any] = {"target": session} if form_class is SessionForm else {}
    options["may_overlook"] = request.user.has_perm(OVERRIDE)
    is_sent = request.method == "POST"
    form = form_class(request.POST if is_sent else None, request.FILES if is_sent else None, **options)
    if is_sent and form.is_valid():
        try:
            run = make_run(
                session,
                form.people(),
                by=request.user,
                terms=form.terms,
                urgent_first=form.cleaned_data["urgent_first"],
            )
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            return redirect(run)
    context = {
        "session": session,
        "form": form,
        "tabs": [(name, label, name == chosen) for name, (label, _form) in SOURCES.items()],
        "taken": session.enrolments.holding().count(),
        "waiting": session.enrolments.in_queue().count(),
    }
    return render(request, "enrolment/bulk/new.html", context)


@login_required
@permission_required(ENROL_MANY, raise_exception=True)
@require_safe
def bulk_run(request: UserRequest, pk: int) -> HttpResponseBase:
    """The list as far as it is: looked through, carried out, undone; a table of everybody, also as a file."""
    run = run_of(pk)
    note_look(request, session_id=run.session_id)
    if run.is_busy:
        done, total = progress(run)
        return render(request, "enrolment/bulk/busy.html", {"run": run, "done": done, "total": total})
    if run.state == BulkRun.State.UNREADABLE:
        return render(request, "enrolment/bulk/unreadable.html", {"run": run})
    filters = RowFilters(request.GET)
    listing = Listing(
        request,
        filters.rows(run).select_related("person", "enrolment"),
        ROW_COLUMNS,
        name=_("List No. %(number)s") % {"number": run.pk},
        order=["place"],
        rows=rows_with_work,
    )
    is_applied = run.state == BulkRun.State.APPLIED
    why_not = why_no_undoing(run) if is_applied and run.made else ""
    context = {
        "run": run,
        "filters": filters,
        "numbers": numbers_words(run),
        "overlooked": names_of(run.overlooked),
        "enrol_words": enrol_words(run) if run.state == BulkRun.State.READY and run.made else "",
        "undo_words": undo_words(run) if is_applied and run.made and not why_not else "",
        "why_not_undone": why_not,
        "wants_choice": run.number_of(RowOutcome.TWO) if run.state == BulkRun.State.READY else 0,
        "left_out": LEFT_OUT,
        "not_undone": run.rows.exclude(not_undone=[]).count() if run.undone_at else 0,
    }
    return listing.respond("enrolment/bulk/run.html", context)


def progress(run: BulkRun) -> tuple[int, int]:
    """How many rows are done, of how many."""
    if run.state == BulkRun.State.UNDOING:
        made = run.rows.made()
        return made.count() - run.rows.to_undo().count(), made.count()
    return run.rows.filter(settled_at__isnull=False).count(), run.rows.count()


@login_required
@permission_required(ENROL_MANY, raise_exception=True)
@require_POST
def bulk_apply(request: UserRequest, pk: int) -> HttpResponse:
    """Carry the list out; a short one while the reader waits, else in the background."""
    run = run_of(pk)
    try:
        carry_out_now(order_application(run, by=request.user))
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(run)


@login_required
@permission_required(ENROL_MANY, raise_exception=True)
@require_POST
def bulk_look(request: UserRequest, pk: int) -> HttpResponse:
    """Foresee anew: the session has changed since the list was looked through."""
    run = run_of(pk)
    try:
        look_again(run, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Looked through anew."))
    return redirect(run)


@login_required
@permission_required(ENROL_MANY, raise_exception=True)
@require_POST
def bulk_undo(request: UserRequest, pk: int) -> HttpResponse:
    run = run_of(pk)
    try:
        carry_out_now(order_undoing(run, by=request.user))
    except Refusal as error:
        messages.error(request, str(error))
    return redirect(run)


@login_required
@permission_required(ENROL_MANY, raise_exception=True)
@require_form
def bulk_row(request: UserRequest, pk: int, line: int) -> HttpResponse:
    """Of several people who fit one row, say who is meant."""
    run = run_of(pk)
    row = get_object_or_404(run.rows.exclude(candidates=[]), line=line)
    people = list(Employee.objects.filter(pk__in=row.candidates).order_by("name_key", "pk"))
    add_work(people)
    is_sent = request.method == "POST"
    form = WhoIsMeantForm(
        request.POST if is_sent else None,
        people=people,
        cancel_url=run.get_absolute_url(),
        initial={"person": row.person_id},
    )
    if is_sent and form.is_valid():
        person = next(one for one in people if str(one.pk) == form.cleaned_data["person"])
        try:
            choose(run, line, person, by=request.user)
        except Refusal as error:
            messages.error(request, str(error))
        else:
            words = _("Line %(line)s means %(person)s.") % {"line": line, "person": person.full_name}
            messages.success(request, words)
        return redirect(run)
    note_look(request, session_id=run.session_id)
    return render(request, "enrolment/bulk/row.html", {"run": run, "row": row, "form": form})


def run_of(pk: int) -> BulkRun:
    runs = BulkRun.objects.defer("data").select_related(
        "session__course", "made_by", "applied_by", "undone_by"
    )
    return get_object_or_404(runs, pk=pk)
