from django.contrib import admin

from centre.admin import ReadOnly
from learning.models import Attempt, Choice, Question, ReadMaterial
from people.admin import RowsOfPeopleAdmin


class ChoiceInline(admin.TabularInline):
    model = Choice
    extra = 0


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    list_display = ["text", "course", "number"]
    list_select_related = ["course"]
    search_fields = ["text", "course__title", "course__code"]
    autocomplete_fields = ["course"]
    inlines = [ChoiceInline]


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, RowsOfPeopleAdmin):
    person = "enrolment__trainee"
    list_display = ["enrolment", "score", "finished_at"]
    list_select_related = ["enrolment__trainee", "enrolment__course"]
    ordering = ["-pk"]
    show_full_result_count = False


@admin.register(ReadMaterial)
class ReadMaterialAdmin(ReadOnly, RowsOfPeopleAdmin):
    person = "enrolment__trainee"
    list_display = ["enrolment", "material", "read_at"]
    list_select_related = ["enrolment__trainee", "enrolment__course", "material"]
    ordering = ["-pk"]
    show_full_result_count = False
