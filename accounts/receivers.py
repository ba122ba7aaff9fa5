"""What a sign-in begins, and the log of security: of a failed one the person, never what was typed."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import sessions
from accounts.backends import employee_known_as
from accounts.kept_form import drop_of_others
from audit.security import log_security
from people.models import Employee


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Employee, **kwargs: Any) -> None:
    """The new session knows since when and where it is, and nothing of what another person typed before."""
    sessions.begin(request, user)
    drop_of_others(request.session, user)
    log_security("signed_in", request, by=user.pk)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Employee | None, **kwargs: Any) -> None:
    if user is not None:
        log_security("signed_out", request, by=user.pk)


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    employee = employee_known_as(str(credentials.get("username") or "").replace("\0", ""))
    log_security("sign_in_failed", request, account=employee.pk if employee else None)


@receiver(user_locked_out)
def sign_in_locked(request: HttpRequest, **kwargs: Any) -> None:
    log_security("sign_in_locked", request)
