"""The pages of the audit: changes, who looked at whom, and who looked at me."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.models import AccessRecord
from centre.listing import XLSX_MAX, Listing
from people.audit import may_see_changes
from people.requests import UserRequest
from website.audit.access import seen
from website.audit.columns import ACCESS_COLUMNS, CHANGE_COLUMNS, LOOK_AT_ME_COLUMNS
from website.audit.forms import WORDS_DAYS, AccessFilters, ChangeFilters
from website.audit.sentences import told

NEWEST_FIRST = ("-at", "-pk")


@login_required
@require_safe
def changes(request: UserRequest) -> HttpResponseBase:
    """The record of changes: all of it for system administrators, that of training objects for HR and the centre."""
    reader = request.user
    if not may_see_changes(reader):
        raise PermissionDenied
    filters = ChangeFilters(request.GET, reader)
    listing = Listing(
        request,
        filters.found(),
        CHANGE_COLUMNS,
        name=_("Changes"),
        order=NEWEST_FIRST,
        rows=lambda found: told(found, reader),
        counted_max=XLSX_MAX,
    )
    context = {
        "filters": filters,
        "words_days": WORDS_DAYS,
        "sees_looks": reader.has_perm("audit.view_accessrecord"),
    }
    return listing.respond("website/audit/changes.html", context)


@login_required
@permission_required("audit.view_accessrecord", raise_exception=True)
@require_safe
def looks(request: UserRequest) -> HttpResponseBase:
    filters = AccessFilters(request.GET)
    listing = Listing(
        request,
        filters.found(),
        ACCESS_COLUMNS,
        name=_("Who looked at whom"),
        order=NEWEST_FIRST,
        rows=seen,
        counted_max=XLSX_MAX,
    )
    return listing.respond("website/audit/looks.html", {"filters": filters})


@login_required
@require_safe
def looks_at_me(request: UserRequest) -> HttpResponseBase:
    """Who opened the reader's own record; everybody may know that of themselves."""
    listing = Listing(
        request,
        AccessRecord.objects.filter(person_id=request.user.pk),
        LOOK_AT_ME_COLUMNS,
        name=_("Who looked at my record"),
        order=NEWEST_FIRST,
        rows=seen,
    )
    return listing.respond("website/audit/looks_at_me.html")
