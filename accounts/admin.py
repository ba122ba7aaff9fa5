"""What Django's own pages show of access: to read only. Roles are given on the page of roles."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import AccessEntry, SavedView, StaffImport, Synonym
from centre.admin import ReadOnly

# Keys and recovery codes are nobody's to look at, and a device added here would get round the page of access.
admin.site.unregister([TOTPDevice, StaticDevice, Group])


@admin.register(Group)
class GroupAdmin(ReadOnly, admin.ModelAdmin):
    """The roles with their permissions, as accounts/roles.py says."""

    search_fields = ["name"]


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "person", "what", "role", "by", "reason"]
    list_filter = ["what", "role"]
    list_select_related = ["person", "by"]
    search_fields = ["person__name_key", "person__username", "reason"]
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(StaffImport)
class StaffImportAdmin(ReadOnly, admin.ModelAdmin):
    """Who loaded which staff list; the rows of the file stay out of the page, they are thousands."""

    list_display = ["file_name", "uploaded_by", "uploaded_at", "state", "applied_by", "applied_at"]
    list_select_related = ["uploaded_by", "applied_by"]
    search_fields = ["file_name"]
    exclude = ["data", "layout", "undo"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffImport]:
        return super().get_queryset(request).defer("data", "undo")


@admin.register(SavedView)
class SavedViewAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "owner", "path", "query"]
    list_select_related = ["owner"]
    search_fields = ["name", "path"]


@admin.register(Synonym)
class SynonymAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["text", "kind", "meaning", "by", "at"]
    list_filter = ["kind"]
    list_select_related = ["office", "position", "by"]
    search_fields = ["key"]
