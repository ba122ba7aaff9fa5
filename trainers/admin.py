from django.contrib import admin

from trainers.models import Absence, Trainer, TrainerQualification


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


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):
    list_display = ["trainer", "starts_on", "ends_on", "reason"]
    list_filter = ["reason"]
    list_select_related = ["trainer__employee"]
    search_fields = ["trainer__employee__name_key"]
    autocomplete_fields = ["trainer"]
    date_hierarchy = "starts_on"
