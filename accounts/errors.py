"""What accounts refuses, in sentences for people."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.errors import Refusal
from people.models import Employee


class AccountError(Refusal):
    """Base of what accounts refuses; the text may be shown."""


class LastSystemAdmin(AccountError):
    """Nobody would be left to give roles."""

    def __init__(self, person: Employee) -> None:
        super().__init__(
            _(
                "%(person)s is the last system administrator: nobody could give roles afterwards. "
                "Give the role to somebody else first."
            )
            % {"person": person.full_name}
        )


class OwnRights(AccountError):
    def __init__(self) -> None:
        super().__init__(_("Nobody gives rights to themselves. Ask another system administrator to do it."))


class NoRightAnyMore(AccountError):
    def __init__(self) -> None:
        super().__init__(_("Your right to do this was taken away meanwhile."))


class NotWithoutFactor(AccountError):
    def __init__(self) -> None:
        super().__init__(_("Your role needs the second factor: it cannot be switched off."))


class AccountClosed(AccountError):
    def __init__(self) -> None:
        super().__init__(_("The account is closed. Open it first."))


class CannotBeInvited(AccountError):
    """The person chose a password, has no address, or, for paper, has one or holds a role."""


class LinkIsDead(AccountError):
    def __init__(self) -> None:
        super().__init__(
            _("The link does not work any more: it was used, or it is too old. Ask for a new one.")
        )


class WrongCode(AccountError):
    def __init__(self) -> None:
        super().__init__(
            _("The code does not fit. Wait for the next one in the app and enter it, or use a recovery code.")
        )


class TooManyCodes(AccountError):
    def __init__(self, seconds: int) -> None:
        super().__init__(
            ngettext(
                "Too many wrong codes. Try again in %(seconds)s second.",
                "Too many wrong codes. Try again in %(seconds)s seconds.",
                seconds,
            )
            % {"seconds": seconds}
        )
