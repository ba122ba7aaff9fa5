"""The pages of the staff import: upload, look at the comparison, apply, undo (rule 28)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.import_forms import (
    EFFECTS,
    LISTS,
    ApplyForm,
    Directories,
    RowAnswerForm,
    ShownRowsForm,
    StaffListForm,
    may_confirm,
)
from accounts.models import StaffImport, StaffImportRow
from accounts.signals import TrainingEnds
from accounts.staff_import import actions
from accounts.staff_import.apply import apply_staff_import as apply_list
from accounts.staff_import.apply import order_application, refuse_too_many_leavers
from accounts.staff_import.ends import ends_with
from accounts.staff_import.errors import TooManyLeavers
from accounts.staff_import.messages import sentence
from accounts.staff_import.rows import FIELD_LABELS, Finding, Layout, StaffRow
from accounts.staff_import.store import ABOUT_A_WORD
from accounts.staff_import.undo import last_applied, undo_staff_import
from audit.access import note_look
from centre.errors import Refusal
from centre.templatetags.centre_text import thin
from people.models import Employment
from people.requests import UserRequest

ROWS_ON_A_PAGE = 50
QUESTIONS_SHOWN = 10
LATEST_IMPORTS = 10


@login_required
@permission_required("people.import_staff", raise_exception=True)
def staff_import(request: UserRequest) -> HttpResponse:
    form = StaffListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        take = (
            actions.upload_staff_list
            if file.size <= actions.READ_AT_ONCE_BYTES
            else actions.receive_staff_list
        )
        try:
            uploaded = take(file.read(), file.name, by=request.user)
        except Refusal as error:
            form.add_error("file", str(error))
        else:
            return redirect(uploaded)
    every = StaffImport.objects.defer("data", "undo", "layout").select_related("applied_by", "uploaded_by")
    waiting = every.filter(applied_at__isnull=True).exclude(state=StaffImport.State.UNREADABLE)
    context = {
        "form": form,
        "waiting": waiting[:LATEST_IMPORTS],
        "latest": every.applied()[:LATEST_IMPORTS],
    }
    return render(request, "accounts/staff_import.html", context)


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_safe
def staff_import_preview(request: UserRequest, pk: int) -> HttpResponse:
    """The list as far as it is: being read, compared with the staff, applied, undone."""
    every = StaffImport.objects.defer("data", "undo").select_related("uploaded_by", "applied_by", "undone_by")
    uploaded = get_object_or_404(every, pk=pk)
    note_look(request)
    if uploaded.is_busy:
        return render(request, "accounts/staff_import_busy.html", {"staff_import": uploaded})
    if uploaded.state == StaffImport.State.UNREADABLE:
        return render(request, "accounts/staff_import_unreadable.html", {"staff_import": uploaded})
    if uploaded.applied_at:
        return applied_page(request, uploaded)
    return comparison_page(request, uploaded)


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_POST
def apply_staff_import(request: UserRequest, pk: int) -> HttpResponse:
    uploaded = get_object_or_404(StaffImport.objects.defer("data"), pk=pk)
    form = ApplyForm(request.POST, asks_about_leavers="despite_leavers" in request.POST)
    despite_leavers = form.is_valid() and form.cleaned_data.get("despite_leavers", False)
    try:
        if uploaded.rows_read > actions.APPLIED_AT_ONCE_ROWS:
            order_application(uploaded, by=request.user, despite_leavers=despite_leavers)
            return redirect(uploaded)
        done = apply_list(uploaded, by=request.user, despite_leavers=despite_leavers)
    except Refusal as error:  # also that the last system administrator would leave
        messages.error(request, str(error))
        return redirect(uploaded)
    if done["new"] or done["changed"]:
        messages.success(request, _("The staff list is applied."))
    else:
        messages.info(request, _("No changes: the staff is as the list says."))
    return redirect(uploaded)


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_POST
def undo_import(request: UserRequest, pk: int) -> HttpResponse:
    uploaded = get_object_or_404(StaffImport.objects.defer("data"), pk=pk)
    try:
        undo_staff_import(uploaded, by=request.user)
    except Refusal as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The staff list is undone."))
    return redirect(uploaded)


# --- the comparison -------------------------------------------------------------------------------


def comparison_page(request: UserRequest, uploaded: StaffImport) -> HttpResponse:
    counts = uploaded.counts
    shown = ShownRowsForm(request.GET).chosen(counts)
    rows = rows_of(uploaded, shown)
    page: Page[Any] = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    directories = Directories()
    ends = ends_with(uploaded)
    of_line: dict[int, list[TrainingEnds]] = defaultdict(list)
    for one in ends:
        of_line[one.row.line].append(one.what)
    page.object_list = [
        shown_row(row, uploaded, directories, of_line.get(row.line, ())) for row in page.object_list
    ]
    warning = leavers_warning(counts)
    context = {
        "staff_import": uploaded,
        "layout": uploaded.written,
        "counts": counts,
        "has_changes": bool(counts["new"] or counts["changed"]),
        "tabs": [(name, label, counts[name], name == shown) for name, label in LISTS],
        "shown": shown,
        "page": page,
        "questions": questions_of(uploaded, directories) if shown in ("ask", "reject") else [],
        "warning": warning,
        "ends": len(ends),
        "form": ApplyForm(asks_about_leavers=bool(warning), cancel_url=reverse("accounts:staff_import")),
    }
    return render(request, "accounts/staff_import_preview.html", context)


def rows_of(uploaded: StaffImport, shown: str) -> QuerySet[StaffImportRow]:
    rows = uploaded.rows.defer("before", "after", "values").order_by("line")
    return rows.filter(effect=shown) if shown in EFFECTS else rows.filter(outcome=shown)


def leavers_warning(counts: dict[str, int]) -> str:
    try:
        refuse_too_many_leavers(counts)
    except TooManyLeavers as warning:
        return str(warning)
    return ""


@dataclass(frozen=True)
class ShownCell:
    """A cell as the file has it, or as it was answered."""

    label: str
    text: str
    is_at_fault: bool
    was: str = ""


@dataclass(frozen=True)
class ShownRow:
    """A row with its cells, what was noticed and what changes in words, and the form of its answer."""

    row: StaffImportRow
    plan: StaffRow | None
    cells: list[ShownCell]
    sentences: list[str]
    changes: list[tuple[str, str, str]]
    form: RowAnswerForm | None = None
    # Training ahead that ends with it, of somebody who leaves or goes on parental leave (rule 19).
    ends: Sequence[TrainingEnds] = ()

    @property
    def is_returning(self) -> bool:
        return any(name == "ended_on" and not after for name, _before, after in self.row.changes)


def shown_row(
    row: StaffImportRow,
    uploaded: StaffImport,
    directories: Directories,
    ends: Sequence[TrainingEnds],
) -> ShownRow:
    row.staff_import = uploaded
    layout = uploaded.written
    findings = [one for one in row.findings if one.code != "OK" or row.outcome == "accept"]
    asks = row.outcome in ("ask", "reject")
    return ShownRow(
        row,
        plan=row.planned if row.plan else None,
        cells=shown_cells(row, layout, findings),
        sentences=[sentence(one) for one in ([row.decisive] if row.code == "SKIPPED" else findings)],
        changes=[in_words(*change) for change in row.changes],
        form=RowAnswerForm(row=row, directories=directories) if asks else None,
        ends=ends,
    )


def written(row: StaffImportRow, layout: Layout, name: str) -> str:
    answered = row.answers.get("cells", {}).get(name)
    if answered is not None:
        return str(answered)
    place = layout.columns.get(name)
    return " ".join(row.cells[place].split()) if place is not None and place < len(row.cells) else ""


def shown_cells(row: StaffImportRow, layout: Layout, findings: Sequence[Finding]) -> list[ShownCell]:
    """The cells with something in them, and those at fault; a row of another width as it was written."""
    if row.kind != "row" or len(row.cells) < layout.width or (row.column == "" and row.outcome == "reject"):
        return [ShownCell("", row.record.text[:300], row.outcome == "reject")]
    at_fault = {one.column for one in findings if one.outcome in ("ask", "reject")}
    cells = []
    for name, place in sorted(layout.columns.items(), key=lambda pair: pair[1]):
        was, now = " ".join(row.cells[place].split()), written(row, layout, name)
        if now or was or name in at_fault:
            cells.append(
                ShownCell(
                    str(FIELD_LABELS[name]), now[:300], name in at_fault, was[:300] if was != now else ""
                )
            )
    return cells


def in_words(name: str, before: Any, after: Any) -> tuple[str, str, str]:
    return str(FIELD_LABELS[name]), value_in_words(name, before), value_in_words(name, after)


def value_in_words(name: str, value: Any) -> str:
    if name == "leave":
        return str(Employment.Leave(value).label)
    if name == "work_pattern":
        return str(Employment.WorkPattern(value).label)
    if value and name in ("started_on", "ended_on", "pattern_starts_on"):
        return formats.date_format(date.fromisoformat(value), "DATE_FORMAT")
    return value or "—"


@dataclass(frozen=True)
class Question:
    """What several rows ask alike."""

    key: str
    count: int
    sentence: str
    choices: list[tuple[str, str]]
    suggestion: str
    may_confirm: bool

    @property
    def for_all(self) -> str:
        return ngettext("For %(count)s row", "For all %(count)s rows", self.count) % {
            "count": thin(self.count)
        }


def questions_of(uploaded: StaffImport, directories: Directories) -> list[Question]:
    """The questions that at least two rows share, the most frequent first."""
    rows = (
        uploaded.rows.exclude(question="")
        .annotate(
            count=Window(Count("pk"), partition_by=F("question")),
            place=Window(RowNumber(), partition_by=F("question"), order_by="line"),
        )
        .filter(place=1, count__gt=1)
        .order_by("-count", "line")[:QUESTIONS_SHOWN]
    )
    found = []
    for row in rows:
        finding, about_word = row.decisive, row.code in ABOUT_A_WORD
        found.append(
            Question(
                row.question,
                row.count,
                question_in_words(finding, about_word=about_word),
                directories.choices(finding.column) if about_word else [],
                finding.suggestion or "",
                may_confirm(finding) and not about_word,
            )
        )
    return found


def question_in_words(finding: Finding, *, about_word: bool) -> str:
    if about_word:
        return sentence(finding)
    return _("%(column)s: the same question in several rows. For example: %(example)s") % {
        "column": FIELD_LABELS[finding.column],
        "example": sentence(finding),
    }


# --- afterwards -----------------------------------------------------------------------------------


def applied_page(request: UserRequest, uploaded: StaffImport) -> HttpResponse:
    last = last_applied()
    context = {
        "staff_import": uploaded,
        "may_undo": uploaded.state == StaffImport.State.APPLIED
        and last is not None
        and last.pk == uploaded.pk,
        "not_put_back": uploaded.undo.get("not_put_back", []) if uploaded.undone_at else [],
    }
    return render(request, "accounts/staff_import_applied.html", context)
