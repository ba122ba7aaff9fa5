from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import SavedView, StaffImport
from centre.admin import ReadOnly


@admin.register(StaffImport)
class StaffImportAdmin(ReadOnly, admin.ModelAdmin):
    """Who loaded which staff list; the rows of the file stay out of the page, they are thousands."""

    list_display = ["file_name", "uploaded_by", "uploaded_at", "applied_by", "applied_at"]
    list_select_related = ["uploaded_by", "applied_by"]
    search_fields = ["file_name"]
    exclude = ["rows", "refused"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffImport]:
        return super().get_queryset(request).defer("rows", "refused")


@admin.register(SavedView)
class SavedViewAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "owner", "path", "query"]
    list_select_related = ["owner"]
    search_fields = ["name", "path"]
