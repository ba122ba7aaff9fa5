"""Making, renewing and withdrawing the private address of a calendar."""

from django.utils import timezone

from centre.actions import action
from people.models import Employee
from scheduling.models import Room, Subscription, new_token


@action
def give_calendar_an_address(owner: Employee | Room, *, by: Employee) -> Subscription:
    """Make the address of the owner's calendar; one that was given before is dead from now on."""
    lock(owner)
    subscription = Subscription.objects.filter(**owned_by(owner)).first() or Subscription(**owned_by(owner))
    subscription.token, subscription.made_at, subscription.made_by = new_token(), timezone.now(), by
    subscription.save()
    return subscription


@action
def withdraw_calendar_address(owner: Employee | Room, *, by: Employee) -> None:
    """The calendar has no address any more; doing it again changes nothing."""
    lock(owner)
    Subscription.objects.filter(**owned_by(owner)).delete()


def lock(owner: Employee | Room) -> None:
    type(owner).objects.lock(owner.pk)


def owned_by(owner: Employee | Room) -> dict[str, Employee | Room]:
    return {"room": owner} if isinstance(owner, Room) else {"person": owner}
