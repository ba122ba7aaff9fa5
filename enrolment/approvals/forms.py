"""What a decision is sent with."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrolment.approvals.actions import AsRead
from enrolment.approvals.rows import SHOWN

REASONS = (
    ("", _("Choose a reason")),
    ("shift", _("Too few people would be at work that day.")),
    ("later", _("Please choose another date.")),
    ("need", _("The course is not needed for the work now.")),
)
MOST = 10 * SHOWN


class KeysField(forms.MultipleChoiceField):
    """Keys of requests; which of them the sender may decide about, the action asks."""

    def valid_value(self, value: str) -> bool:
        return value.isascii() and value.isdigit() and len(value) <= 18


class RequestsField(KeysField):
    """Requests with what was read of each, as `rows.Request.as_read` writes it: the key, its session, its version.

    The value is what was read, by the key; nothing for a key alone.
    """

    FORM = re.compile(r"[0-9]{1,18}([.][0-9]{1,18}[.][0-9]{1,10})?")

    def valid_value(self, value: str) -> bool:
        return self.FORM.fullmatch(value) is not None

    def clean(self, value: Any) -> dict[int, AsRead | None]:
        found: dict[int, AsRead | None] = {}
        for one in super().clean(value):
            key, *read = map(int, one.split("."))
            found[key] = AsRead(*read) if read else None
        return found


class VerdictForm(forms.Form):
    """The decision, and for a refusal the reason: a ready one, own words, or both; about one request that is known."""

    decision = forms.ChoiceField(choices=[("grant", _("Allow")), ("refuse", _("Refuse"))])
    reason = forms.ChoiceField(choices=REASONS, required=False)
    words = forms.CharField(max_length=200, required=False)
    requests = RequestsField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ready = dict(REASONS)[cleaned.get("reason") or ""] if cleaned.get("reason") else ""
        cleaned["why"] = " ".join(part for part in (str(ready), cleaned.get("words", "").strip()) if part)
        if cleaned.get("decision") == "refuse" and not cleaned["why"]:
            self.add_error("reason", _("Choose a reason or write your own: the person will read it."))
        return cleaned

    @property
    def is_granted(self) -> bool:
        return bool(self.cleaned_data["decision"] == "grant")

    @property
    def read(self) -> dict[int, AsRead | None]:
        found: dict[int, AsRead | None] = self.cleaned_data["requests"]
        return found

    @property
    def sentences(self) -> list[str]:
        """Everything that is wrong, each once."""
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


class DecisionForm(VerdictForm):
    """The decision about the requests that are ticked."""

    requests = RequestsField(error_messages={"required": _("Tick at least one request.")})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if len(cleaned.get("requests", [])) > MOST:
            self.add_error("requests", _("These are too many at once."))
        return cleaned


class UndoForm(forms.Form):
    requests = KeysField()
