from django.contrib import admin

from centre.admin import LookNoted, ReadOnly
from people.admin import RowsOfPeopleAdmin
from records.models import Completion


@admin.register(Completion)
class CompletionAdmin(LookNoted, ReadOnly, RowsOfPeopleAdmin):
    person = "trainee"
    person_field = "trainee_id"
    list_display = ["trainee", "course", "completed_on", "valid_until", "score"]
    list_select_related = ["trainee", "course"]
    ordering = ["-pk"]
    show_full_result_count = False  # there may be a million
