"""Says who acts in a web request, and writes refused ones to the log of security."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from audit.context import acting
from audit.redaction import without_secrets
from audit.security import address_of, log_security


class AuditMiddleware:
    """What a request writes is recorded under its user, its address and its path.

    The user is asked for when something is written: most requests write nothing, and a sign-in changes it midway.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(
            by=lambda: request.user.pk,
            source=f"{request.method} {without_secrets(request.path)}",
            address=address_of(request),
        ):
            response = self.get_response(request)
        if response.status_code == 403:
            # The page tells its reader this number.
            log_security("refused", request, number=request.META.get("ERROR_NUMBER", ""))
        return response
