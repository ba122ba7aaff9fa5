"""Who may do what: one table of roles and rights, kept in the database as Django's groups and permissions.

Being an employee, a trainer or the head of an office is no role: it follows from other data.
"""

from typing import NamedTuple

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """A group's name in the database, and how people call it."""

    HR_ADMIN = "hr_admin", _("HR admin")
    CENTRE_ADMIN = "centre_admin", _("administrator of the centre")
    METHODIST = "methodist", _("methodist")
    SYSTEM_ADMIN = "system_admin", _("system administrator")


class Duty(NamedTuple):
    """What a role may do: the sentence that people read, and the permissions that make it true."""

    words: str | Promise
    rights: str


LEAVE = "trainers.view_leaverequest trainers.change_leaverequest"
TROUBLE = "scheduling.view_troublereport scheduling.change_troublereport"
# One readable table: people see its sentences on the page of roles, the database gets its permissions.
DUTIES: dict[Role, tuple[Duty, ...]] = {
    Role.HR_ADMIN: (
        Duty(
            _("Loads the staff list and sees people, their offices and positions."),
            "people.import_staff people.view_employee people.view_employment people.view_office "
            "people.view_position accounts.view_staffimport accounts.view_synonym",
        ),
        Duty(_("Invites people to choose a password."), "accounts.invite_people"),
        Duty(_("Names heads of offices and their deputies."), "people.appoint_leaders"),
        Duty(_("Reads who changed what about training, and why."), "audit.view_training_changes"),
        Duty(
            _("Plans sessions, publishes, moves and cancels them."),
            "scheduling.plan_session scheduling.view_session scheduling.view_meeting scheduling.view_room "
            "scheduling.view_booking scheduling.view_roomclosure courses.view_equipment "
            "trainers.view_trainer trainers.view_trainerqualification trainers.view_absence "
            "trainers.view_unavailability",
        ),
        Duty(_("Decides on trainers’ requests for leave."), LEAVE),
        Duty(_("Answers the trouble that trainers report, and records who is ill."), TROUBLE),
        Duty(
            _("Writes courses and programmes."),
            "courses.add_course courses.change_course courses.view_course courses.view_material "
            "courses.add_programme courses.change_programme courses.view_programme courses.view_qualification "
            "courses.add_programmestep courses.change_programmestep courses.delete_programmestep "
            "courses.view_programmestep",
        ),
        Duty(
            _("Decides on requests for seats where no head can, or where none did in time."),
            "enrolment.decide_requests",
        ),
        Duty(
            _(
                "Enrols people one by one and many at once, in spite of a condition or beyond the seats with a reason."
            ),
            "enrolment.override_conditions enrolment.exceed_seats enrolment.enrol_many",
        ),
        Duty(_("Keeps seats of a session for an office or an okrug."), "enrolment.reserve_seats"),
        Duty(
            _("Sees everybody’s enrolments and completions, and marks attendance."),
            "enrolment.view_enrolment enrolment.change_attendancemark enrolment.view_attendancemark "
            "records.view_completion learning.view_attempt learning.view_readmaterial",
        ),
        Duty(
            _("Sees, stops and resends messages."),
            "notifications.view_message notifications.change_message",
        ),
        Duty(
            _("Sees sites, the calendar and the policy of the centre."),
            "centre.view_calendarday centre.view_policy centre.view_site",
        ),
    ),
    Role.CENTRE_ADMIN: (
        Duty(_("Reads who changed what about training, and why."), "audit.view_training_changes"),
        Duty(
            _("Keeps sites, rooms, equipment, closures and the calendar."),
            "scheduling.add_room scheduling.change_room scheduling.view_room "
            "scheduling.add_roomclosure scheduling.change_roomclosure scheduling.delete_roomclosure "
            "scheduling.view_roomclosure courses.add_equipment courses.change_equipment courses.view_equipment "
            "centre.view_site centre.change_site centre.view_policy "
            "centre.add_calendarday centre.change_calendarday centre.delete_calendarday centre.view_calendarday",
        ),
        Duty(
            _("Keeps trainers, what they may teach and their absences."),
            "trainers.add_trainer trainers.change_trainer trainers.view_trainer "
            "trainers.add_trainerqualification trainers.change_trainerqualification "
            "trainers.delete_trainerqualification trainers.view_trainerqualification "
            "trainers.add_absence trainers.change_absence trainers.delete_absence trainers.view_absence "
            "trainers.view_unavailability",
        ),
        Duty(_("Decides on trainers’ requests for leave."), LEAVE),
        Duty(_("Answers the trouble that trainers report, and records who is ill."), TROUBLE),
        Duty(
            _("Plans sessions, publishes, moves and cancels them."),
            "scheduling.plan_session scheduling.view_session scheduling.view_meeting scheduling.view_booking "
            "courses.view_course courses.view_programme courses.view_qualification",
        ),
        Duty(
            _(
                "Enrols people one by one and many at once, in spite of a condition or beyond the seats with a reason."
            ),
            "enrolment.override_conditions enrolment.exceed_seats enrolment.enrol_many",
        ),
        Duty(_("Keeps seats of a session for an office or an okrug."), "enrolment.reserve_seats"),
        Duty(
            _("Sees everybody’s enrolments and completions, and marks attendance."),
            "people.view_employee people.view_employment people.view_office people.view_position "
            "enrolment.view_enrolment enrolment.change_attendancemark enrolment.view_attendancemark "
            "records.view_completion",
        ),
        Duty(
            _("Sees, stops and resends messages."),
            "notifications.view_message notifications.change_message",
        ),
    ),
    Role.METHODIST: (
        Duty(
            _("Writes courses, their materials, questions and programmes."),
            "courses.add_course courses.change_course courses.view_course "
            "courses.add_material courses.change_material courses.delete_material courses.view_material "
            "courses.add_programme courses.change_programme courses.view_programme "
            "courses.add_programmestep courses.change_programmestep courses.delete_programmestep "
            "courses.view_programmestep "
            "learning.add_question learning.change_question learning.delete_question learning.view_question "
            "learning.add_choice learning.change_choice learning.delete_choice learning.view_choice",
        ),
        Duty(
            _("Decides which qualifications and equipment a course asks for."),
            "courses.add_qualification courses.change_qualification courses.view_qualification "
            "courses.view_equipment",
        ),
        Duty(_("Sees which sessions are planned."), "scheduling.view_session"),
    ),
    Role.SYSTEM_ADMIN: (
        Duty(
            _("Gives and takes roles, closes accounts, resets second factors."),
            "accounts.give_role accounts.view_accessentry accounts.view_staffimport accounts.view_synonym "
            "auth.view_group",
        ),
        Duty(_("Invites people to choose a password."), "accounts.invite_people"),
        Duty(
            _("Mends people, employments, offices and positions by hand."),
            "people.add_employee people.change_employee people.view_employee "
            "people.add_employment people.change_employment people.view_employment "
            "people.add_office people.change_office people.view_office "
            "people.add_position people.change_position people.view_position",
        ),
        Duty(_("Names heads of offices and their deputies."), "people.appoint_leaders"),
        Duty(
            _("Reads who changed what, and who looked at whose record."),
            "audit.view_change audit.view_accessrecord",
        ),
        Duty(
            _("Decides the policy of the centre, and keeps its sites."),
            "centre.add_policy centre.view_policy centre.view_calendarday centre.change_site centre.view_site",
        ),
        Duty(
            _("Sees, stops and resends messages."),
            "notifications.view_message notifications.change_message",
        ),
        Duty(
            _("Sees how the installation is: background work, copies, disks."),
            "centre.view_state",
        ),
        Duty(
            _("Sees who failed to sign in, and lifts a pause."),
            "axes.view_accessattempt axes.delete_accessattempt axes.view_accessfailurelog axes.view_accesslog",
        ),
    ),
}
# Whom the policy may oblige to a second factor: those who see or change what is other people's.
FACTOR_ROLES = (Role.HR_ADMIN, Role.CENTRE_ADMIN, Role.SYSTEM_ADMIN)

# What nobody gives: it follows from other data. Who it is, where that is decided, and what they may do.
BY_DATA: tuple[tuple[str | Promise, str | Promise, tuple[str | Promise, ...]], ...] = (
    (
        _("Employee"),
        _("everybody of the staff list, while the account is open"),
        (
            _("Finds courses, takes a seat and cancels it, studies, sees the own record and no other."),
            _("Changes the own password, second factor and language, and ends own sessions in browsers."),
        ),
    ),
    (
        _("Head of an office, and deputy"),
        _("whom the staff list or the office names; one of both is enough"),
        (
            _("Sees the own office’s people, what they must do, their enrolments and completions."),
            _("Sees how ready the office is."),
            _("Allows or refuses requests of the own people; nobody decides about their own."),
        ),
    ),
    (
        _("Trainer"),
        _("whom the administrator of the centre has made a trainer"),
        (
            _("Sees the own timetable, and who comes to the own sessions."),
            _("Accepts or declines sessions, asks for leave, and says in which hours they do not teach."),
            _("Reports trouble: an illness, a late coming, a broken room."),
            _("Marks attendance of the own sessions, adds who came without an enrolment, closes the sheet."),
        ),
    ),
)


def rights_of(role: Role) -> set[str]:
    """The role's permissions, as "app.codename"."""
    return {right for duty in DUTIES[role] for right in duty.rights.split()}


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
