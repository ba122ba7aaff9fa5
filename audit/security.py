"""The log of security: sign-ins and their failures, refused access, personal data taken away (promise S26)."""

import logging
from ipaddress import ip_address

from axes.helpers import get_client_ip_address
from django.http import HttpRequest

from audit.redaction import without_secrets

logger = logging.getLogger("security")


def address_of(request: HttpRequest) -> str:
    """The network address of the visitor, as the database takes it: without a zone, and nothing that is none."""
    address = (get_client_ip_address(request) or "").partition("%")[0]
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


def log_security(event: str, request: HttpRequest | None, **facts: str | int | None) -> None:
    """One line about an event. Facts are keys and numbers; nothing that somebody typed but the path."""
    if request is not None:
        user = getattr(request, "user", None)
        facts = {
            "by": user.pk if user is not None else None,
            "address": address_of(request),
            "method": request.method,
            "path": without_secrets(request.path),
            **facts,
        }
    logger.info(event, extra={"facts": facts})
