"""Answers to what a staff list asks: row by row, many at once, and what words mean (rule 28)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.columns import SYNONYM_COLUMNS
from accounts.import_forms import Directories, QuestionForm, RowAnswerForm, WholeRowForm
from accounts.models import StaffImport, StaffImportRow, Synonym
from accounts.staff_import import actions
from accounts.staff_import.messages import sentence
from audit.access import note_look
from centre.errors import Refusal
from centre.listing import Listing
from people.requests import UserRequest


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_POST
def answer_import_row(request: UserRequest, pk: int, line: int) -> HttpResponse:
    row = row_of(pk, line)
    form = RowAnswerForm(request.POST, row=row, directories=Directories())
    try:
        if not form.is_valid():
            messages.error(request, _("This answer is not one of those offered. Choose again."))
        elif form.cleaned_data["forget"]:
            actions.forget_answers(row.staff_import, line, by=request.user)
        elif form.is_about_a_word and form.cleaned_data.get("text"):
            actions.answer_question(
                row.staff_import, row.question, form.cleaned_data["text"], by=request.user
            )
        else:
            actions.answer_row(row.staff_import, line, form.answers(), by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    return back(request, row.staff_import)


@login_required
@permission_required("people.import_staff", raise_exception=True)
def staff_import_row(request: UserRequest, pk: int, line: int) -> HttpResponse:
    """All cells of one row, each to be corrected."""
    row = row_of(pk, line)
    note_look(request)
    there = row.staff_import.get_absolute_url()
    form = WholeRowForm(request.POST or None, row=row, layout=row.staff_import.written, cancel_url=there)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_row(row.staff_import, line, form.answers(), by=request.user)
        except Refusal as error:
            messages.error(request, str(error))
        else:
            row = row_of(pk, line)
            messages.info(
                request, _("Line %(line)s: %(said)s") % {"line": line, "said": sentence(row.decisive)}
            )
        return redirect(row.staff_import)
    of_row = [
        one for one in row.findings if one.column not in form.fields
    ]  # the others stand beside their cells
    context = {"form": form, "row": row, "sentences": [sentence(one) for one in of_row]}
    return render(request, "accounts/staff_import_row.html", context)


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_POST
def answer_import_question(request: UserRequest, pk: int) -> HttpResponse:
    staff_import = get_object_or_404(StaffImport.objects.defer("data", "undo"), pk=pk)
    form = QuestionForm(request.POST)
    if form.is_valid() and form.answer():
        try:
            count = actions.answer_question(
                staff_import, form.cleaned_data["question"], form.answer(), by=request.user
            )
        except Refusal as error:
            messages.error(request, str(error))
        else:
            said = ngettext("%(count)s row is answered.", "%(count)s rows are answered.", count)
            messages.success(request, said % {"count": count})
    else:
        messages.error(request, _("Choose an answer first."))
    return back(request, staff_import)


def row_of(pk: int, line: int) -> StaffImportRow:
    rows = StaffImportRow.objects.select_related("staff_import").defer(
        "staff_import__data", "staff_import__undo"
    )
    return get_object_or_404(rows, staff_import=pk, line=line)


def back(request: UserRequest, staff_import: StaffImport) -> HttpResponseRedirect:
    """To the page of the comparison from which the answer came, with its filter."""
    there = request.POST.get("back", "")
    if there.startswith(staff_import.get_absolute_url()) and url_has_allowed_host_and_scheme(there, None):
        return HttpResponseRedirect(there)
    return redirect(staff_import)


# --- what words mean ------------------------------------------------------------------------------


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_safe
def synonyms(request: UserRequest) -> HttpResponseBase:
    """What was answered about words of staff lists, and is applied to the next one."""
    found = Synonym.objects.select_related("office", "position", "by")
    listing = Listing(request, found, SYNONYM_COLUMNS, name=_("What words of the staff list mean"))
    return listing.respond("accounts/synonyms.html")


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_POST
def synonym_removal(request: UserRequest, pk: int) -> HttpResponse:
    synonym = get_object_or_404(Synonym, pk=pk)
    actions.forget_synonym(synonym, by=request.user)
    messages.success(
        request, _("The next list will ask again what “%(text)s” means.") % {"text": synonym.text}
    )
    return redirect(reverse("accounts:synonyms"))
