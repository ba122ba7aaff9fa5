from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from centre.admin import LookNoted
from people.models import Employee, Employment, Office, Position


class EmploymentInline(admin.TabularInline):
    model = Employment
    extra = 0
    autocomplete_fields = ["office", "position"]


@admin.register(Employee)
class EmployeeAdmin(LookNoted, admin.ModelAdmin):
    """Names and accounts; passwords are set on the site's own pages and by invitation."""

    person_field = "pk"
    list_display = ["full_name", "username", "email", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["name_key", "username", "email", "employments__personnel_number"]
    fields = [
        "username",
        "last_name",
        "first_name",
        "middle_name",
        "email",
        "language",
        "is_active",
        "is_staff",
        "last_login",
    ]
    # Roles are given and accounts closed on the page of access, which records who did it and why.
    readonly_fields = ["is_active", "is_staff", "last_login"]
    inlines = [EmploymentInline]

    def has_delete_permission(self, request: HttpRequest, obj: Employee | None = None) -> bool:
        return False  # records must be kept (rule 28)

    def save_model(self, request: HttpRequest, obj: Employee, form: ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()  # until the person chooses one
        super().save_model(request, obj, form, change)


@admin.register(Office)
class OfficeAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "kind", "okrug", "head", "deputy"]
    list_filter = ["kind", "okrug"]
    list_select_related = ["head", "deputy"]
    search_fields = ["name", "code", "district"]
    autocomplete_fields = ["head", "deputy"]


@admin.register(Position)
class PositionAdmin(admin.ModelAdmin):
    list_display = ["title", "code", "group"]
    list_filter = ["group"]
    search_fields = ["title", "code"]
