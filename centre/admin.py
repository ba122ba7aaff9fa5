from django.contrib import admin
from django.http import HttpRequest

from centre.models import CalendarDay, Policy, Site


class ReadOnly:
    """What changes by actions alone, which keep bookings, seats and messages in step, is only looked at here."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


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
