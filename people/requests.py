"""Who asks: the request of somebody who has signed in, as views type it, and the address that it came from."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from people.models import Employee


class UserRequest(HttpRequest):
    """What a view behind `login_required` gets: its user is an employee, and htmx's headers are read."""

    user: Employee
    htmx: HtmxDetails


def client_address(request: HttpRequest) -> str | None:
    """The visitor's address. X-Forwarded-For counts only as far as the installation's own proxies wrote it.

    Each of them adds whom it heard from at the end, so that with one proxy the last address is true, and
    whatever a visitor wrote before it is not asked.
    """
    heard_from = str(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXY_COUNT:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(chain) >= settings.PROXY_COUNT:
            heard_from = chain[-settings.PROXY_COUNT]
    try:
        validate_ipv46_address(heard_from)
    except ValidationError:
        return None
    return heard_from
