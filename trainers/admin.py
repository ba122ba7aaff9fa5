from django.contrib import admin

from centre.admin import ReadOnly
from trainers.models import Absence, LeaveRequest, Trainer, TrainerQualification, Unavailability


class TrainerQualificationInline(admin.TabularInline):
    model = TrainerQualification
    extra = 0
    autocomplete_fields = ["qualification"]


class AbsenceInline(admin.TabularInline):
    model = Absence
    extra = 0


@admin.register(Trainer)
class TrainerAdmin(admin.ModelAdmin):
    list_display = ["employee", "home_site", "academic_hours_a_day", "academic_hours_a_week", "is_active"]
    list_filter = ["home_site", "is_active"]
    list_select_related = ["employee", "home_site"]
    search_fields = ["employee__name_key", "employee__username"]
    autocomplete_fields = ["employee", "home_site"]
    inlines = [TrainerQualificationInline, AbsenceInline]


@admin.register(TrainerQualification)
class TrainerQualificationAdmin(admin.ModelAdmin):
    list_display = ["trainer", "qualification", "valid_until"]
    list_filter = ["qualification"]
    list_select_related = ["trainer__employee", "qualification"]
    search_fields = ["trainer__employee__name_key", "qualification__title"]
    autocomplete_fields = ["trainer", "qualification"]
    date_hierarchy = "valid_until"


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):
    list_display = ["trainer", "starts_on", "ends_on", "reason"]
    list_filter = ["reason"]
    list_select_related = ["trainer__employee"]
    search_fields = ["trainer__employee__name_key"]
    autocomplete_fields = ["trainer"]
    date_hierarchy = "starts_on"


@admin.register(LeaveRequest)
class LeaveRequestAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["trainer", "starts_on", "ends_on", "state", "asked_at", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["trainer__employee", "decided_by"]
    search_fields = ["trainer__employee__name_key"]
    date_hierarchy = "starts_on"


@admin.register(Unavailability)
class UnavailabilityAdmin(admin.ModelAdmin):
    list_display = ["trainer", "weekday", "begins_at", "ends_at", "kind", "starts_on", "ends_on"]
    list_filter = ["weekday", "kind"]
    list_select_related = ["trainer__employee"]
    search_fields = ["trainer__employee__name_key"]
    autocomplete_fields = ["trainer"]
