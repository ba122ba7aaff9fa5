from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from centre.admin import LookNoted
from people.models import Employee, Employment, Office, Position


class RowsOfPeopleAdmin(admin.ModelAdmin):
    """Rows of a person are searched as people are everywhere, by the index: a million rows are not read for a name.

    `person` is the way from the row to the employee.
    """

    person = "pk"
    search_fields = ["pk"]  # the box is shown; what it asks stands below
    search_help_text = _("Name or personnel number")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        people = Employee.objects.by_name(search_term).order_by()
        return queryset.filter(**{f"{self.person}__in": people.values("pk")}), False


class EmploymentInline(admin.TabularInline):
    model = Employment
    extra = 0
    autocomplete_fields = ["office", "position"]


@admin.register(Employee)
class EmployeeAdmin(LookNoted, RowsOfPeopleAdmin):
    """Names and accounts; passwords are set on the site's own pages and by invitation."""

    person_field = "pk"
    list_display = ["name", "username", "email", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "groups"]
    show_full_result_count = False
    fields = [
        "username",
        "last_name",
        "first_name",
        "middle_name",
        "email",
        "language",
        "time_zone",
        "is_active",
        "is_staff",
        "last_login",
    ]
    # Roles are given and accounts closed on the page of access, which records who did it and why.
    readonly_fields = ["is_active", "is_staff", "last_login"]
    inlines = [EmploymentInline]

    @admin.display(description=_("full name"), ordering="name_key")
    def name(self, person: Employee) -> str:
        return person.full_name

    def has_delete_permission(self, request: HttpRequest, obj: Employee | None = None) -> bool:
        return False  # records must be kept (rule 28)

    def save_model(self, request: HttpRequest, obj: Employee, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()  # until the person chooses one
        super().save_model(request, obj, form, change)


@admin.register(Employment)
class EmploymentAdmin(RowsOfPeopleAdmin):
    person = "employee"
    list_display = ["personnel_number", "employee", "position", "office", "started_on", "ended_on", "leave"]
    list_filter = ["is_main", "leave", "work_pattern"]
    list_select_related = ["employee", "position", "office"]
    autocomplete_fields = ["employee", "office", "position"]
    ordering = ["-pk"]
    show_full_result_count = False


@admin.register(Office)
class OfficeAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "kind", "okrug", "head", "deputy"]
    list_filter = ["kind"]
    list_select_related = ["head", "deputy"]
    search_fields = ["name", "code", "okrug", "district"]
    autocomplete_fields = ["head", "deputy"]


@admin.register(Position)
class PositionAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "group"]
    list_filter = ["group"]
    search_fields = ["title", "code"]
