"""Who signs in, and what they may do."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Value
from django.db.models.functions import Concat, Lower
from django.http import HttpRequest

from centre.prepared import Given, Prepared
from people.models import Employee, Employment


def employee_known_as(name: str) -> Employee | None:
    """Whom the name means: a personnel number in force, an e-mail regardless of case, or an account name.

    A number in force goes before an account name, which is a first number and may have been given away since.
    """
    name = name.strip()
    if "@" in name:
        # In the words of the unique index, or every sign-in reads through the whole staff.
        known = Employee.objects.alias(lower_email=Lower("email")).exclude(email="").order_by("pk")
        return known.filter(lower_email=name.lower()).first()
    employment = Employment.objects.current().filter(personnel_number=name).select_related("employee").first()
    return employment.employee if employment else Employee.objects.filter(username=name).first()


def account_tried(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account that a sign-in means, so that failures count per person, under whichever name they came.

    A name that nobody has counts as itself: the answer for it is the same.
    """
    typed = str((credentials or request.POST).get("username") or "").replace("\0", "").strip()
    tried: dict[str, str] = request.__dict__.setdefault("accounts_tried", {})
    if typed not in tried:
        employee = employee_known_as(typed)
        tried[typed] = employee.username if employee else typed.lower()[:200]
    return tried[typed]


def ask_employee() -> Any:
    """The account with `granted`, the rights of its groups as "app.codename"."""
    rights = Permission.objects.filter(group__user=OuterRef("pk")).order_by()
    names = rights.values(right=Concat("content_type__app_label", Value("."), "codename"))
    return Employee.objects.filter(pk=Given("pk")).annotate(granted=ArraySubquery(names))


EMPLOYEE = Prepared(ask_employee)


class EmployeeBackend(ModelBackend):
    """Signs in by personnel number or e-mail. Rights come from groups alone, and with the account."""

    def get_user(self, user_id: int) -> Employee | None:
        """The reader of every page, with the rights that almost every page asks for, in one statement."""
        found = EMPLOYEE(pk=user_id)
        if not found or not self.user_can_authenticate(found[0]):
            return None
        employee: Employee = found[0]
        if not employee.is_superuser:  # who may do everything, also what no group may
            # Where Django's backend keeps what it would ask for by another statement.
            vars(employee).update(_user_perm_cache=set(), _group_perm_cache=set(vars(employee)["granted"]))
        return employee

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Employee | None:
        if not username or password is None:
            return None
        employee = employee_known_as(username)
        if employee is None:
            # As slow as a wrong password, so that time does not tell who exists.
            Employee().set_password(password)
            return None
        return employee if employee.check_password(password) and employee.is_active else None

    def _get_user_permissions(self, user_obj: Employee) -> QuerySet[Permission]:
        return Permission.objects.none()
