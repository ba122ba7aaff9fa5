"""News of what was done, with the button that takes it back: instead of asking "Are you sure?" before (expectation 16).

The button is a form inside the message, so that it works without a script, and stays as long as the page is read.
Whether it may still be taken back is asked by the address it is sent to, as ever.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

Values = str | int | Sequence[str | int]


@dataclass(frozen=True)
class Undo:
    """Where the form is sent, and its fields by name; of one with several values, all of them."""

    path: str
    fields: Mapping[str, Values] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each hidden field with one value."""
        found: list[tuple[str, str]] = []
        for name, values in self.fields.items():
            several = [values] if isinstance(values, str | int) else values
            found += [(name, str(value)) for value in several]
        return found


def say_done(request: HttpRequest, sentence: str, undo: Undo | None) -> None:
    """The good news above the next page; with `undo` as a button beside it."""
    # What a message carries beside its text is one string, which is signed where it travels in a cookie.
    kept = json.dumps({"path": undo.path, "fields": undo.fields}) if undo else ""
    messages.success(request, sentence, extra_tags=kept)


def undo_of(message: Message) -> Undo | None:
    """What takes back the news of this message; None for one that was said without it."""
    kept = message.extra_tags or ""
    if not kept.startswith("{"):
        return None
    facts = json.loads(kept)
    return Undo(facts["path"], facts["fields"])
