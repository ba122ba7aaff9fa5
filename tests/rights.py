"""People with rights, signed in: for tests of pages."""

from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.actions.access import give_role
from accounts.roles import Role
from people.models import Employee
from tests.factories import EmployeeFactory


def in_role(role: Role) -> Employee:
    """An employee with the role's rights."""
    employee = EmployeeFactory()
    give_role(employee, role, by=None, reason="")
    employee.refresh_from_db()
    return employee


def with_right(right: str) -> Employee:
    """An employee with one right ("app.codename") and no other."""
    app, codename = right.split(".")
    group = Group.objects.create(name=right)
    group.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    employee = EmployeeFactory()
    employee.groups.add(group)
    return employee


def planner() -> Employee:
    return in_role(Role.HR_ADMIN)


def sign_in(client: Client, employee: Employee) -> Client:
    """The same client, signed in without a password."""
    client.force_login(employee)
    return client
