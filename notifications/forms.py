"""What may be asked of the list of messages."""

import re

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.filters import ListFilters
from notifications import kinds
from notifications.models import Message, MessageQuerySet
from people.models import Employee

State = Message.State
# The tabs of the list: their words, the states they hold, and the order in which people look for something there.
TABS: dict[str, tuple[str | Promise, tuple[str, ...], tuple[str, ...]]] = {
    "": (_("Sent"), (State.SENT, State.SHOWN, State.FAILED), ("-send_after", "-pk")),
    "planned": (_("Waiting to be sent"), (State.PLANNED,), ("send_after", "pk")),
    "failed": (_("Not delivered"), (State.FAILED,), ("-send_after", "-pk")),
    "withdrawn": (_("Withdrawn"), (State.WITHDRAWN,), ("-send_after", "-pk")),
    "all": (pgettext_lazy("messages", "All"), tuple(State), ("-send_after", "-pk")),
}


# `Message.cause`, as a link brings it.
CAUSE = re.compile(r"step:[0-9]{1,18}", re.ASCII)


class MessageFilters(ListFilters):
    """The filters of the staff's list of messages."""

    more = _("Kind of message")

    q = forms.CharField(label=_("Recipient: name or personnel number"), required=False, max_length=100)
    tab = forms.ChoiceField(
        required=False,
        choices=[(tab, words) for tab, (words, _states, _order) in TABS.items()],
        widget=forms.HiddenInput,
    )

    def add_fields(self) -> None:
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), required=False, choices=[("", _("all")), *kinds.choices()]
        )
        if CAUSE.fullmatch(cause := self.data.get("cause", "")):  # only who follows a link asks so
            words = [("", _("anything")), (cause, _("one step of a session"))]
            self.fields["cause"] = forms.ChoiceField(label=_("Planned by"), required=False, choices=words)

    def apply(self, messages: MessageQuerySet) -> MessageQuerySet:
        """Those of the messages that are asked for, in the order in which people look for something there."""
        _words, states, order = TABS[self.tab_shown]
        messages = messages.filter(state__in=states).order_by(*order)
        if kind := self.chosen.get("kind"):
            messages = messages.filter(kind=kind)
        if cause := self.chosen.get("cause"):
            messages = messages.caused_by(cause)
        if words := self.chosen.get("q"):
            messages = messages.filter(recipient__in=Employee.objects.by_name(words).order_by().values("pk"))
        return messages

    @property
    def tab_shown(self) -> str:
        return self.chosen.get("tab", "")

    def tabs(self) -> list[tuple[str, str | Promise, bool]]:
        """Each tab's word in the address, its words on the page, and whether it is the one shown."""
        return [(tab, words, tab == self.tab_shown) for tab, (words, _states, _order) in TABS.items()]
