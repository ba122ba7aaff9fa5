"""The columns of the staff's list of messages, and of one's own."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.listing import Column
from notifications.kinds import name_of

MESSAGE_COLUMNS = (
    Column(
        "kind",
        _("Message"),
        lambda message: capfirst(name_of(message.kind)),
        order=("kind",),
        template="notifications/_kind_cell.html",
    ),
    Column("title", _("Subject line"), lambda message: message.title, is_extra=True),
    Column(
        "recipient",
        _("To whom"),
        lambda message: message.recipient.short_name,
        order=("recipient__name_key",),
    ),
    Column("address", _("Address"), lambda message: message.address, order=("address",), is_extra=True),
    Column(
        "when",
        _("When"),
        lambda message: message.sent_at or message.send_after,
        order=("send_after",),
    ),
    Column(
        "planned", _("Planned at"), lambda message: message.planned_at, order=("planned_at",), is_extra=True
    ),
    Column(
        "state",
        _("State"),
        lambda message: str(message.get_state_display()),
        order=("state",),
        template="notifications/_state_cell.html",
    ),
    Column(
        "attempts",
        _("Attempts"),
        lambda message: message.attempts,
        order=("attempts",),
        is_number=True,
        is_extra=True,
    ),
    Column("error", _("Error"), lambda message: message.error, is_extra=True),
)

MY_MESSAGE_COLUMNS = (
    Column("title", _("Subject line"), lambda message: message.title),
    Column("when", _("When"), lambda message: message.sent_at or message.send_after),
    Column("text", pgettext_lazy("of a message", "Text"), lambda message: message.body, is_wide=True),
)
