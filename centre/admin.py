from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.access import note_look
from audit.models import AccessRecord, Change
from centre.models import CalendarDay, Policy, Site


class ReadOnly:
    """What changes by actions alone, which keep bookings, seats and messages in step, is only looked at here."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class LookNoted:
    """Whoever opens the page of such a row looks at the record of the person whom the row is about."""

    person_field = ""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if found is not None:
            note_look(request, person_id=getattr(found, self.person_field))
        return found


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "address", "opens_at", "closes_at", "is_online"]
    search_fields = ["name", "code", "address"]


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    list_display = ["on", "name", "kind", "is_closed", "status"]
    list_filter = ["is_closed", "kind", "status"]
    search_fields = ["name", "note"]
    date_hierarchy = "on"


@admin.register(Policy)
class PolicyAdmin(ReadOnly, admin.ModelAdmin):
    """Every version. A new one is written on a page of the site, which says what it touches and asks why."""

    list_display = ["valid_from", "author", "reason"]
    search_fields = ["author", "reason"]


class Record(ReadOnly, admin.ModelAdmin):
    """The audit for whoever looks for a row by its keys; people read the pages of the audit."""

    show_full_result_count = False
    list_per_page = 50


@admin.register(Change)
class ChangeAdmin(Record):
    list_display = ["at", "verb", "kind", "object_id", "person_id", "by_id", "source", "reason"]


@admin.register(AccessRecord)
class AccessRecordAdmin(Record):
    list_display = ["at", "kind", "page", "person_id", "session_id", "by_id", "rows"]
