"""The log of security: sign-ins and their failures, refused access, personal data taken away (promise S26)."""

import logging

from axes.helpers import get_client_ip_address
from django.http import HttpRequest

logger = logging.getLogger("security")


def log_security(event: str, request: HttpRequest | None, **facts: str | int | None) -> None:
    """One line about an event. Facts are keys and numbers; nothing that somebody typed but the path."""
    if request is not None:
        user = getattr(request, "user", None)
        facts = {
            "by": user.pk if user is not None else None,
            "address": get_client_ip_address(request),
            "method": request.method,
            "path": request.path,
            **facts,
        }
    logger.info(event, extra={"facts": facts})
