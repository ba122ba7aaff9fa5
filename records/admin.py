from django.contrib import admin

from centre.admin import LookNoted, ReadOnly
from records.models import Completion


@admin.register(Completion)
class CompletionAdmin(LookNoted, ReadOnly, admin.ModelAdmin):
    person_field = "trainee_id"
    list_display = ["trainee", "course", "completed_on", "valid_until", "score"]
    list_select_related = ["trainee", "course"]
    search_fields = ["trainee__name_key", "trainee__employments__personnel_number", "course__title"]
    date_hierarchy = "completed_on"
    show_full_result_count = False  # there may be a million
