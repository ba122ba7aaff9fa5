from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from centre.admin import LookNoted, ReadOnly
from enrolment.models import AttendanceMark, Enrolment, EnrolmentEntry


class EnrolmentEntryInline(ReadOnly, admin.TabularInline):
    model = EnrolmentEntry
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("enrolment.view_enrolment")  # the story belongs to the enrolment

    def get_queryset(self, request: HttpRequest) -> QuerySet[EnrolmentEntry]:
        return super().get_queryset(request).select_related("by")


class AttendanceMarkInline(ReadOnly, admin.TabularInline):
    model = AttendanceMark
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[AttendanceMark]:
        return super().get_queryset(request).select_related("meeting", "marked_by")


@admin.register(Enrolment)
class EnrolmentAdmin(LookNoted, ReadOnly, admin.ModelAdmin):
    """Every enrolment with its story and its marks."""

    person_field = "trainee_id"
    list_display = ["trainee", "course", "session", "seat", "approval", "ended_because", "requested_at"]
    list_filter = ["seat", "ended_because"]
    list_select_related = ["trainee", "course", "session__course"]
    search_fields = ["trainee__name_key", "trainee__employments__personnel_number", "course__title"]
    date_hierarchy = "requested_at"
    inlines = [EnrolmentEntryInline, AttendanceMarkInline]
    show_full_result_count = False  # there may be a million
