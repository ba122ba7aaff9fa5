"""Making, renewing and withdrawing a private address."""

from typing import TypeVar

from django.utils import timezone

from centre.actions import action
from people.models import Employee
from scheduling.addresses.models import PrivateAddress, new_token
from scheduling.models import Room

A = TypeVar("A", bound=PrivateAddress)


@action
def give_address(kind: type[A], owner: Employee | Room, *, by: Employee) -> A:
    """Make the owner's address of that kind; one that was given before is dead from now on."""
    own = locked(owner)
    address = kind._default_manager.filter(**own).first() or kind(**own)
    address.token, address.made_at, address.made_by = new_token(), timezone.now(), by
    address.save()
    return address


@action
def withdraw_address(kind: type[PrivateAddress], owner: Employee | Room, *, by: Employee) -> None:
    """The owner has no address of that kind any more; doing it again changes nothing."""
    kind._default_manager.filter(**locked(owner)).delete()


def locked(owner: Employee | Room) -> dict[str, Employee | Room]:
    """Whose address it is, as a filter; two who make one at one moment wait for each other."""
    if isinstance(owner, Room):
        return {"room": Room.objects.lock(owner.pk)}
    return {"person": Employee.objects.lock(owner.pk)}
