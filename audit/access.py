"""Who looked at whose record, and who took a list away: written when the page is shown."""

from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.context import present
from audit.models import AccessRecord
from audit.security import log_security

# Words of the address that do not narrow a list.
NOT_FILTERS = {"page", "form", "sort", "columns"}


def note_look(request: HttpRequest, *, person_id: int | None = None, session_id: int | None = None) -> None:
    """Record that the reader sees another person's record, or people of a session or of a list; once an hour is enough.

    Who looks at their own record is not recorded.
    """
    if person_id is not None and person_id == request.user.pk:
        return
    kind = AccessRecord.Kind.RECORD if person_id is not None else AccessRecord.Kind.PEOPLE
    add(request, AccessRecord(kind=kind, person_id=person_id, session_id=session_id))


def note_export(request: HttpRequest, *, title: str, rows: int) -> None:
    """Record that the reader takes a list away: what it is called, how it was narrowed, how many rows."""
    filters = "; ".join(
        f"{name}={value}"
        for name, values in request.GET.lists()
        if name not in NOT_FILTERS
        for value in values
        if value
    )
    form = request.GET.get("form", "csv")
    how = _("on paper") if form == "print" else form.upper()
    title, filters = storable(f"{title} ({how})"), storable(filters)
    row = AccessRecord(kind=AccessRecord.Kind.EXPORT, title=title[:200], filters=filters[:500], rows=rows)
    add(request, row)
    log_security("export", request, page=row.page, form=form, rows=rows)


def storable(text: str) -> str:
    """What an address said, without the one sign that PostgreSQL keeps in no text."""
    return text.replace("\0", "")


def add(request: HttpRequest, row: AccessRecord) -> None:
    row.at = timezone.now()
    row.hour = row.at.replace(minute=0, second=0, microsecond=0)
    row.by_id = cast(int, request.user.pk)  # its pages ask for a sign-in
    row.page = request.resolver_match.view_name if request.resolver_match else request.path[:100]
    row.address = present().address or None
    AccessRecord.objects.bulk_create([row], ignore_conflicts=True)
