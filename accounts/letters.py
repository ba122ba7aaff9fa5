"""The letters of accounts. A link is made while its letter is written, and the ledger keeps the text without it."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccessEntry
from accounts.password_links import INVITATION, LIFETIMES, RESET, path_of
from accounts.roles import DUTIES, Role
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment

What = AccessEntry.What


def invitation(message: Message) -> Letter | None:
    person, until = message.recipient, message.planned_at + LIFETIMES[INVITATION]
    if person.has_usable_password() or timezone.now() >= until:
        return None
    return Letter(
        title=_("Choose your password for the training centre"),
        paragraphs=(
            hello(person),
            _("Courses, your place in a group and your certificates now have a place on the web."),
            _("Your sign-in name is your personnel number, %(number)s, or this e-mail address.")
            % {"number": person.username},
            _("Choose a password of your own. The link works once, until %(moment)s.")
            % {"moment": full_moment(until)},
        ),
        button=Button(_("Choose a password"), path_of(person, INVITATION, message.planned_at)),
        is_secret=True,
    )


def password_reset(message: Message) -> Letter | None:
    """Not true any more an hour after it was asked for. "Send again" asks anew."""
    person, asked_at = message.recipient, when_asked(message)
    until = asked_at + LIFETIMES[RESET]
    if timezone.now() >= until:
        return None
    return Letter(
        title=_("A new password for the training centre"),
        paragraphs=(
            hello(person),
            _("Somebody, probably you, said on our site that you forgot the password."),
            _("Choose a new one by the link. It works once, until %(moment)s.")
            % {"moment": full_moment(until)},
            _("It was not you? Do nothing: your password stays as it is."),
        ),
        button=Button(_("Choose a new password"), path_of(person, RESET, asked_at)),
        deadline=until,
        is_secret=True,
    )


def when_asked(message: Message) -> datetime:
    asked_at = datetime.fromisoformat(message.context["asked_at"])
    return message.planned_at if "/again:" in message.key else asked_at


def password_changed(message: Message) -> Letter | None:
    return Letter(
        title=_("Your password was changed"),
        paragraphs=(
            hello(message.recipient),
            _("The password of your account was changed on %(moment)s.")
            % {"moment": full_moment(message.planned_at)},
            _(
                "It was not you? Choose a new one at once by “Forgot the password?”, and tell the training centre."
            ),
        ),
        button=Button(_("Forgot the password?"), reverse("accounts:forgot_password")),
    )


def access_changed(message: Message) -> Letter | None:
    """A role given or taken, a second factor reset: by somebody else, and who that was."""
    entry = AccessEntry.objects.select_related("by").filter(pk=message.subject.partition(":")[2]).first()
    if entry is None or entry.by is None:
        return None
    titles = {
        What.ROLE_GIVEN: _("You have a new role: %(role)s"),
        What.ROLE_TAKEN: _("A role of yours has ended: %(role)s"),
        What.SIGNED_OUT: _("You were signed out on all devices"),
        What.FACTOR_RESET: _("Your second factor was reset"),
    }
    title = titles[What(entry.what)] % {"role": entry.get_role_display()}
    by = _("%(name)s did this on %(moment)s. Reason: %(reason)s") % {
        "name": entry.by.full_name,
        "moment": full_moment(entry.at),
        "reason": entry.reason,
    }
    more: tuple[str, ...] = ()
    if entry.what == What.ROLE_GIVEN:
        more = (" ".join(str(duty.words) for duty in DUTIES[Role(entry.role)]),)
    return Letter(
        title=title,
        paragraphs=(hello(message.recipient), f"{title}.", *more, by),
        button=Button(_("My account"), reverse("accounts:account")),
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register("invitation", invitation, gettext_lazy("invitation"))
    kinds.register("password_reset", password_reset, gettext_lazy("new password asked for"))
    kinds.register("password_changed", password_changed, gettext_lazy("password changed"))
    kinds.register("access_changed", access_changed, gettext_lazy("rights changed"))
