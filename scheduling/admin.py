from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from centre.admin import ReadOnly
from people.admin import RowsOfPeopleAdmin
from people.requests import UserRequest
from scheduling.errors import SchedulingError
from scheduling.models import (
    Assignment,
    Booking,
    Meeting,
    PreparedChange,
    Room,
    RoomClosure,
    Session,
    SessionStep,
    TroubleReport,
    Waiver,
)
from scheduling.rooms import change_capacity


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):
    """Rooms. Another capacity changes the seats of sessions, by the action; a room stays at its site."""

    list_display = ["name", "code", "site", "capacity", "is_step_free", "is_active"]
    list_filter = ["site", "is_step_free", "is_active"]
    list_select_related = ["site"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["site", "equipment"]

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> list[str]:
        return ["site"] if obj else []

    def save_model(self, request: HttpRequest, obj: Room, form: ModelForm, change: bool) -> None:
        if change and "capacity" in form.changed_data:
            change_capacity(obj, obj.capacity, by=cast(UserRequest, request).user)
        super().save_model(request, obj, form, change)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except SchedulingError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.path)


@admin.register(RoomClosure)
class RoomClosureAdmin(admin.ModelAdmin):
    list_display = ["room", "starts_at", "ends_at", "reason"]
    list_select_related = ["room"]
    search_fields = ["room__name", "reason"]
    autocomplete_fields = ["room"]
    date_hierarchy = "starts_at"


class MeetingInline(ReadOnly, admin.TabularInline):
    model = Meeting
    extra = 0


class SessionStepInline(ReadOnly, admin.TabularInline):
    model = SessionStep
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[SessionStep]:
        return super().get_queryset(request).select_related("by")


class WaiverInline(ReadOnly, admin.TabularInline):
    model = Waiver
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Waiver]:
        return super().get_queryset(request).select_related("by")


class PreparedChangeInline(ReadOnly, admin.TabularInline):
    model = PreparedChange
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[PreparedChange]:
        return super().get_queryset(request).select_related("by")


@admin.register(Session)
class SessionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["course", "status", "starts_at", "ends_at", "seats", "limit"]
    list_filter = ["status"]
    list_select_related = ["course"]
    search_fields = ["course__title", "course__code"]
    date_hierarchy = "starts_at"
    inlines = [MeetingInline, SessionStepInline, WaiverInline, PreparedChangeInline]


@admin.register(Booking)
class BookingAdmin(ReadOnly, RowsOfPeopleAdmin):
    """Whose time and which room's is taken by what; searched by the person."""

    person = "person"
    list_display = ["meeting", "course", "room", "person", "role", "period"]
    list_filter = ["role"]
    list_select_related = ["meeting__session__course", "room", "person"]
    ordering = ["-pk"]
    show_full_result_count = False

    @admin.display(description=_("course"))
    def course(self, booking: Booking) -> str:
        return booking.meeting.session.course.title


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly, RowsOfPeopleAdmin):
    """Which trainers were asked, and what they answered; searched by the trainer."""

    person = "trainer__employee"
    list_display = ["session", "trainer", "state", "asked_at", "answer_until", "answered_at"]
    list_filter = ["state"]
    list_select_related = ["session__course", "trainer__employee"]


@admin.register(TroubleReport)
class TroubleReportAdmin(ReadOnly, RowsOfPeopleAdmin):
    """What trainers reported, and the answers; searched by the trainer."""

    person = "trainer__employee"
    list_display = ["trainer", "starts_on", "ends_on", "state", "reported_at", "answered_by"]
    list_filter = ["state"]
    list_select_related = ["trainer__employee", "answered_by"]
