"""Who may do what: one table of roles and rights, kept in the database as Django's groups and permissions.

Being an employee, a trainer or the head of an office is no role: it follows from other data.
"""

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A group's name in the database, and how people call it."""

    HR_ADMIN = "hr_admin", _("HR admin")
    CENTRE_ADMIN = "centre_admin", _("administrator of the centre")
    METHODIST = "methodist", _("methodist")
    SYSTEM_ADMIN = "system_admin", _("system administrator")


# Permissions are words, as everywhere in Django: one readable table is worth more than a line in each app.
RIGHTS: dict[Role, tuple[str, ...]] = {
    Role.HR_ADMIN: (
        "accounts.view_staffimport people.import_staff people.view_employee people.view_employment",
        "people.view_office people.appoint_leaders people.view_position",
        "courses.add_course courses.change_course courses.view_course",
        "courses.add_programme courses.change_programme courses.view_programme courses.view_qualification",
        "courses.add_programmestep courses.change_programmestep courses.delete_programmestep",
        "courses.view_programmestep courses.view_material",
        "trainers.view_trainer trainers.view_trainerqualification trainers.view_absence",
        "scheduling.plan_session scheduling.view_session scheduling.view_meeting scheduling.view_room",
        "scheduling.view_booking learning.view_attempt learning.view_readmaterial",
        "enrolment.view_enrolment enrolment.change_attendancemark enrolment.view_attendancemark",
        "records.view_completion",
        "notifications.view_message notifications.change_message",
        "centre.view_calendarday centre.view_policy centre.view_site",
        "audit.view_training_changes",
    ),
    Role.CENTRE_ADMIN: (
        "people.view_employee people.view_employment people.view_office people.view_position",
        "courses.view_course courses.view_programme courses.view_qualification",
        "courses.add_equipment courses.change_equipment courses.view_equipment",
        "trainers.add_trainer trainers.change_trainer trainers.view_trainer",
        "trainers.add_trainerqualification trainers.change_trainerqualification",
        "trainers.delete_trainerqualification trainers.view_trainerqualification",
        "trainers.add_absence trainers.change_absence trainers.delete_absence trainers.view_absence",
        "scheduling.plan_session scheduling.view_session scheduling.view_meeting scheduling.view_booking",
        "scheduling.add_room scheduling.change_room scheduling.view_room",
        "scheduling.add_roomclosure scheduling.change_roomclosure scheduling.delete_roomclosure",
        "scheduling.view_roomclosure",
        "enrolment.view_enrolment enrolment.change_attendancemark enrolment.view_attendancemark",
        "records.view_completion",
        "notifications.view_message notifications.change_message",
        "centre.view_site centre.change_site centre.view_policy",
        "centre.add_calendarday centre.change_calendarday centre.delete_calendarday centre.view_calendarday",
        "audit.view_training_changes",
    ),
    Role.METHODIST: (
        "courses.add_course courses.change_course courses.view_course",
        "courses.add_material courses.change_material courses.delete_material courses.view_material",
        "courses.add_programme courses.change_programme courses.view_programme",
        "courses.add_programmestep courses.change_programmestep courses.delete_programmestep",
        "courses.view_programmestep courses.add_qualification courses.change_qualification",
        "courses.view_qualification courses.view_equipment",
        "learning.add_question learning.change_question learning.delete_question learning.view_question",
        "learning.add_choice learning.change_choice learning.delete_choice learning.view_choice",
        "scheduling.view_session",
    ),
    Role.SYSTEM_ADMIN: (
        "people.add_employee people.change_employee people.view_employee",
        "people.add_employment people.change_employment people.view_employment",
        "people.add_office people.change_office people.view_office people.appoint_leaders",
        "people.add_position people.change_position people.view_position",
        "accounts.view_staffimport auth.view_group",
        "audit.view_change audit.view_accessrecord",
        "centre.add_policy centre.view_policy centre.view_calendarday centre.change_site centre.view_site",
        "notifications.view_message notifications.change_message",
        "axes.view_accessattempt axes.delete_accessattempt axes.view_accessfailurelog axes.view_accesslog",
    ),
}


def rights_of(role: Role) -> set[str]:
    """The role's permissions, as "app.codename"."""
    return {right for line in RIGHTS[role] for right in line.split()}


def ensure_roles(
    app_config: AppConfig,
    using: str = DEFAULT_DB_ALIAS,
    apps: Apps = installed_apps,
    **kwargs: object,
) -> None:
    """Make the groups, and give each exactly the rights over this app that the table says.

    Runs after every migration: Django makes an app's permissions only then, so that a migration of ours
    could not give them out. They are made here first: whose receiver runs earlier does not matter.
    """
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:  # auth itself is migrated backwards
        return
    create_permissions(app_config, verbosity=0, using=using, apps=apps)
    permissions = {
        f"{app_config.label}.{permission.codename}": permission
        for permission in permission_model.objects.using(using).filter(
            content_type__app_label=app_config.label
        )
    }
    for role in Role:
        group, _created = group_model.objects.using(using).get_or_create(name=role.value)
        wanted = {permissions[right].pk for right in rights_of(role) if right in permissions}
        held = set(
            group.permissions.filter(content_type__app_label=app_config.label).values_list("pk", flat=True)
        )
        group.permissions.add(*(wanted - held))
        group.permissions.remove(*(held - wanted))
