"""Who holds which role, since when, given by whom and why: for the page of roles."""

from dataclasses import dataclass

from accounts.models import AccessEntry
from accounts.roles import DUTIES, Duty, Role
from people.models import Employee


@dataclass(frozen=True)
class Holder:
    """Somebody who has the role; `grant` is None when it was given outside the pages."""

    person: Employee
    grant: AccessEntry | None


@dataclass(frozen=True)
class RoleShown:
    role: Role
    duties: tuple[Duty, ...]
    holders: list[Holder]

    @property
    def name(self) -> str:
        return str(self.role.label)


def roles_shown() -> list[RoleShown]:
    """Every role that is given, with its holders by name; two statements however many there are."""
    grants = {(entry.person_id, entry.role): entry for entry in AccessEntry.objects.latest_grants()}
    membership = Employee.groups.through
    held = (
        membership.objects.filter(group__name__in=Role.values, employee__is_active=True)
        .select_related("employee", "group")
        .order_by("employee__name_key", "employee")
    )
    holders: dict[str, list[Holder]] = {role: [] for role in Role.values}
    for one in held:
        name = one.group.name
        holders[name].append(Holder(one.employee, grants.get((one.employee_id, name))))
    return [RoleShown(role, DUTIES[role], holders[role]) for role in Role]
