from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from centre.admin import ReadOnly
from notifications.models import Message
from people.admin import RowsOfPeopleAdmin


@admin.register(Message)
class MessageAdmin(ReadOnly, RowsOfPeopleAdmin):
    """The ledger as rows; stopping and sending again are steps of the site's own pages."""

    person = "recipient"
    list_display = ["recipient", "kind", "subject", "state", "send_after", "sent_at", "attempts"]
    list_filter = ["state"]
    list_select_related = ["recipient"]
    ordering = ["-send_after", "-pk"]
    show_full_result_count = False  # there may be a million

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("body", "context")
