"""Giving and taking roles, closing and opening accounts: who may do what, since when and why (rule 29).

Locks in the order of the house: persons first, then the group of the system administrators, under which their last
one is counted.
"""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet

from accounts.errors import AccountClosed, LastSystemAdmin, NoRightAnyMore, OwnRights
from accounts.models import AccessEntry, BrowserSession
from accounts.roles import Role
from centre.actions import action
from notifications.actions import PlannedMessage, plan_messages
from people.models import Employee

What = AccessEntry.What
# What a person hears of by letter when somebody else did it.
TOLD = {What.ROLE_GIVEN, What.ROLE_TAKEN, What.SIGNED_OUT, What.FACTOR_RESET}


def system_admins() -> QuerySet[Employee]:
    """Who may give roles: the role's holders, and accounts made at the installation; closed ones do not count."""
    may_give = Q(groups__name=Role.SYSTEM_ADMIN) | Q(is_superuser=True)
    return Employee.objects.employed().filter(may_give).distinct()


@action
def give_role(person: Employee, role: Role, *, by: Employee | None, reason: str) -> None:
    """Let the person do what the role may. Their sessions end: with more rights one signs in anew.

    Without `by` it is the installation's or the demo's doing, and nobody is told.

    Raises:
        OwnRights, AccountClosed, NoRightAnyMore: as they say.
    """
    if by == person:
        raise OwnRights
    person = Employee.objects.lock(person.pk)
    if not person.is_active:
        raise AccountClosed
    refuse_without_right(by)
    group = Group.objects.get(name=role)
    if person.groups.filter(pk=group.pk).exists():
        return
    person.groups.add(group)
    Employee.objects.filter(pk=person.pk).update(is_staff=True)
    end_sessions([person.pk])
    record(person, What.ROLE_GIVEN, by=by, reason=reason, role=role)


@action
def take_role(person: Employee, role: Role, *, by: Employee | None, reason: str) -> None:
    """End what the role lets the person do, at once and in every open page.

    Raises:
        LastSystemAdmin: nobody would be left to give roles.
        NoRightAnyMore: `by` lost the right meanwhile.
    """
    person = Employee.objects.lock(person.pk)
    if role == Role.SYSTEM_ADMIN:
        lock_system_admins()
    refuse_without_right(by)
    group = Group.objects.get(name=role)
    if not person.groups.filter(pk=group.pk).exists():
        return
    was_admin = system_admins().filter(pk=person.pk).exists()
    person.groups.remove(group)
    if was_admin:
        refuse_without_system_admin(person)
    if not person.groups.exists():
        Employee.objects.filter(pk=person.pk).update(is_staff=person.is_superuser)
    record(person, What.ROLE_TAKEN, by=by, reason=reason, role=role)


@action
def close_account(person: Employee, *, by: Employee, reason: str) -> None:
    """Nobody signs in with it any more, and whoever is signed in is out at once; roles end with it.

    Raises:
        OwnRights, LastSystemAdmin, NoRightAnyMore: as they say.
    """
    if by == person:
        raise OwnRights
    person = Employee.objects.lock(person.pk)
    if not person.is_active:
        return
    Employee.objects.filter(pk=person.pk).update(is_active=False)
    leave_accounts([person], by=by, reason=reason)
    refuse_without_right(by)
    record(person, What.CLOSED, by=by, reason=reason)


@action
def open_account(person: Employee, *, by: Employee, reason: str) -> None:
    """The person signs in again, without the roles of before."""
    person = Employee.objects.lock(person.pk)
    if person.is_active:
        return
    refuse_without_right(by)
    Employee.objects.filter(pk=person.pk).update(is_active=True)
    record(person, What.OPENED, by=by, reason=reason)


@action
def sign_out_everywhere(person: Employee, *, by: Employee, reason: str) -> None:
    """End the person's sessions on every device, such as of a phone that was lost."""
    end_sessions([person.pk])
    record(person, What.SIGNED_OUT, by=by, reason=reason)


@action
def note_view(person: Employee, *, by: Employee, reason: str) -> None:
    """Record that somebody sees the site as the person does."""
    record(person, What.VIEWED_AS, by=by, reason=reason)


def leave_accounts(people: Collection[Employee], *, by: Employee | None, reason: str) -> None:
    """What ends with accounts that were just closed: sessions and roles. The people are locked.

    Raises:
        LastSystemAdmin: the last one was among them.
    """
    keys = [person.pk for person in people]
    end_sessions(keys)
    lock_system_admins()
    memberships = Employee.groups.through.objects.filter(employee__in=keys).select_related("group")
    held = [(one.employee_id, one.group.name) for one in memberships]
    AccessEntry.objects.bulk_create(
        AccessEntry(person_id=key, what=What.ROLE_TAKEN, role=role, by=by, reason=reason)
        for key, role in held
        if role in Role.values
    )
    memberships.delete()
    Employee.objects.filter(pk__in=keys, is_superuser=False, is_staff=True).update(is_staff=False)
    admins = {key for key, role in held if role == Role.SYSTEM_ADMIN}
    if last := next((one for one in people if one.pk in admins or one.is_superuser), None):
        refuse_without_system_admin(last)


def last_system_admins(leaving: Collection[int]) -> set[int]:
    """The system administrators among those leaving, when nobody else would be left; locks their number."""
    lock_system_admins()
    admins = set(system_admins().values_list("pk", flat=True))
    return admins if admins and admins <= set(leaving) else set()


def lock_system_admins() -> None:
    """Only one at a time may make their number smaller."""
    Group.objects.select_for_update(no_key=True).get(name=Role.SYSTEM_ADMIN)


def refuse_without_system_admin(person: Employee) -> None:
    """Called under their lock, after the change to the person."""
    if not system_admins().exists():
        raise LastSystemAdmin(person)


def refuse_without_right(by: Employee | None) -> None:
    """The page asked already; meanwhile somebody may have taken the role (promise S31)."""
    if by is not None and not Employee.objects.get(pk=by.pk).has_perm("accounts.give_role"):
        raise NoRightAnyMore


def end_sessions(people: Iterable[int]) -> int:
    """Sign the people out on every device; return how many browsers that were."""
    return BrowserSession.objects.filter(person__in=list(people)).delete()[0]


def record(
    person: Employee, what: AccessEntry.What, *, by: Employee | None, reason: str = "", role: str = ""
) -> AccessEntry:
    """Write what happened and tell the person, unless they did it themselves."""
    entry = AccessEntry.objects.create(person=person, what=what, by=by, reason=reason, role=role)
    if by is not None and by != person and what in TOLD:
        plan_messages([PlannedMessage("access_changed", person.pk, f"access:{entry.pk}")])
    return entry
