"""Making, renewing and withdrawing the private address of a calendar."""

from django.utils import timezone

from centre.actions import action
from people.models import Employee
from scheduling.models import Room, Subscription, new_token


@action
def give_calendar_an_address(owner: Employee | Room, *, by: Employee) -> Subscription:
    """Make the address of the owner's calendar; one that was given before is dead from now on."""
    own = locked(owner)
    subscription = Subscription.objects.filter(**own).first() or Subscription(**own)
    subscription.token, subscription.made_at, subscription.made_by = new_token(), timezone.now(), by
    subscription.save()
    return subscription


@action
def withdraw_calendar_address(owner: Employee | Room, *, by: Employee) -> None:
    """The calendar has no address any more; doing it again changes nothing."""
    Subscription.objects.filter(**locked(owner)).delete()


def locked(owner: Employee | Room) -> dict[str, Employee | Room]:
    """Whose calendar it is, as a filter; two who make an address at one moment wait for each other."""
    if isinstance(owner, Room):
        return {"room": Room.objects.lock(owner.pk)}
    return {"person": Employee.objects.lock(owner.pk)}
