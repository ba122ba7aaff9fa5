from django.contrib import admin
from django.http import HttpRequest

from courses.models import Course, Equipment, Material, Programme, ProgrammeStep, Qualification


class MaterialInline(admin.StackedInline):
    model = Material
    extra = 0


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "block", "delivery", "academic_hours", "is_mandatory", "is_archived"]
    list_filter = ["block", "delivery", "is_mandatory", "is_archived"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["audience", "prerequisites", "qualifications", "equipment"]
    inlines = [MaterialInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Course | None = None) -> list[str]:
        return ["code"] if obj else []  # it stands in addresses


class ProgrammeStepInline(admin.TabularInline):
    model = ProgrammeStep
    extra = 0
    autocomplete_fields = ["course"]


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "trigger", "deadline_days", "repeat_months"]
    list_filter = ["trigger"]
    search_fields = ["title", "code"]
    autocomplete_fields = ["audience"]
    inlines = [ProgrammeStepInline]


@admin.register(Qualification)
class QualificationAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "valid_months"]
    search_fields = ["title", "code"]


@admin.register(Equipment)
class EquipmentAdmin(admin.ModelAdmin):
    list_display = ["title", "code"]
    search_fields = ["title", "code"]
