"""The table of roles stands in the database after every migration."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from accounts.roles import DUTIES, Role, ensure_roles, rights_of
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


def held_by(role):
    permissions = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


def test_each_role_holds_exactly_its_rights():
    held = {role: held_by(role) for role in Role}

    assert held == {role: rights_of(role) for role in DUTIES}


def test_ensure_roles_mends_a_group():
    group = Group.objects.get(name=Role.METHODIST)
    group.permissions.set(Permission.objects.filter(codename="plan_session"))

    for app_config in apps.get_app_configs():
        ensure_roles(app_config)

    assert held_by(Role.METHODIST) == rights_of(Role.METHODIST)


def test_a_member_of_the_group_may_what_the_role_may(settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    planner = EmployeeFactory()
    planner.groups.add(Group.objects.get(name=Role.HR_ADMIN))

    assert planner.has_perms(["scheduling.plan_session", "courses.change_course", "people.import_staff"])
    assert not planner.has_perm("people.change_employee")
