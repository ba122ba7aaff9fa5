"""The pages of the staff import: upload, look at the comparison, apply (rule 28)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.import_forms import LISTS, ApplyForm, ShownRowsForm, StaffListForm
from accounts.models import StaffImport
from accounts.staff_import import actions
from accounts.staff_import.errors import StaffImportError, TooManyLeavers
from accounts.staff_import.rows import Change, ChangedRow, Comparison
from audit.access import note_look
from centre.errors import Refusal
from people.models import Employment
from people.requests import UserRequest

ROWS_ON_A_PAGE = 50
LATEST_IMPORTS = 10


@login_required
@permission_required("people.import_staff", raise_exception=True)
def staff_import(request: UserRequest) -> HttpResponse:
    form = StaffListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            uploaded = actions.upload_staff_list(file.read(), file.name, by=request.user)
        except StaffImportError as error:
            form.add_error("file", str(error))
        else:
            return redirect(uploaded)
    latest = StaffImport.objects.filter(applied_at__isnull=False).select_related("applied_by")
    latest = latest.defer("rows", "refused").order_by("-applied_at")[:LATEST_IMPORTS]
    return render(request, "accounts/staff_import.html", {"form": form, "latest": latest})


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_safe
def staff_import_preview(request: UserRequest, pk: int) -> HttpResponse:
    uploaded = get_object_or_404(StaffImport.objects.select_related("uploaded_by", "applied_by"), pk=pk)
    note_look(request)
    if uploaded.applied_at:
        return render(request, "accounts/staff_import_applied.html", {"staff_import": uploaded})
    return comparison_page(request, uploaded)


@login_required
@permission_required("people.import_staff", raise_exception=True)
@require_POST
def apply_staff_import(request: UserRequest, pk: int) -> HttpResponse:
    uploaded = get_object_or_404(StaffImport, pk=pk)
    form = ApplyForm(request.POST, asks_about_leavers="despite_leavers" in request.POST)
    despite_leavers = form.is_valid() and form.cleaned_data.get("despite_leavers", False)
    try:
        comparison = actions.apply_staff_import(uploaded, by=request.user, despite_leavers=despite_leavers)
    except Refusal as error:  # also that the last system administrator would leave
        messages.error(request, str(error))
        return redirect(uploaded)
    if comparison.has_changes:
        messages.success(request, _("The staff list is applied."))
    else:
        messages.info(request, _("No changes: the staff is as the list says."))
    return redirect(uploaded)


def comparison_page(request: UserRequest, uploaded: StaffImport) -> HttpResponse:
    comparison = actions.compare_with_staff(uploaded)
    counts = comparison.counts()
    filters = ShownRowsForm(request.GET)
    shown = filters.chosen(counts)
    page = Paginator(rows_of(comparison, shown), ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    if shown == "changed":
        page.object_list = [shown_row(changed) for changed in page.object_list]
    warning = leavers_warning(comparison)
    context = {
        "staff_import": uploaded,
        "comparison": comparison,
        "tabs": [(name, label, counts[name], name == shown) for name, label in LISTS],
        "shown": shown,
        "page": page,
        "warning": warning,
        "form": ApplyForm(asks_about_leavers=bool(warning), cancel_url=reverse("accounts:staff_import")),
    }
    return render(request, "accounts/staff_import_preview.html", context)


def rows_of(comparison: Comparison, shown: str) -> Sequence[Any]:
    rows: Sequence[Any] = getattr(comparison, shown)
    return rows


def leavers_warning(comparison: Comparison) -> str:
    try:
        actions.refuse_too_many_leavers(comparison)
    except TooManyLeavers as warning:
        return str(warning)
    return ""


@dataclass(frozen=True)
class ShownRow:
    """A changed person with the changes in words."""

    changed: ChangedRow
    changes: list[tuple[str, str, str]]


def shown_row(changed: ChangedRow) -> ShownRow:
    return ShownRow(
        changed,
        [
            (change.label, in_words(change, change.before), in_words(change, change.after))
            for change in changed.changes
        ],
    )


def in_words(change: Change, value: Any) -> str:
    if change.field == "leave":
        return str(Employment.Leave(value).label)
    if change.field == "work_pattern":
        return str(Employment.WorkPattern(value).label)
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    return value or "—"
