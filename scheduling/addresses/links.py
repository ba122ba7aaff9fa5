"""How a private address reads; the host comes from the settings, never from a request."""

from django.conf import settings

from scheduling.models import RoomDoor, Subscription


def address_of(private: RoomDoor | Subscription) -> str:
    return f"{settings.SITE_URL}{private.get_absolute_url()}"


def subscribing(address: str) -> str:
    """The address under which calendar programs offer to subscribe, instead of taking a copy."""
    return f"webcal://{address.partition('://')[2]}" if address else ""
