"""What a decision is sent with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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


class VerdictForm(forms.Form):
    """The decision, and for a refusal the reason: a ready one, own words, or both; about one request that is known."""

    decision = forms.ChoiceField(choices=[("grant", _("Allow")), ("refuse", _("Refuse"))])
    reason = forms.ChoiceField(choices=REASONS, required=False)
    words = forms.CharField(max_length=200, required=False)
    # That of the session whose days and numbers were read.
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)

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
    def sentences(self) -> list[str]:
        """Everything that is wrong, each once."""
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


class DecisionForm(VerdictForm):
    """The decision about the requests that are ticked."""

    requests = KeysField(error_messages={"required": _("Tick at least one request.")})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if len(cleaned.get("requests", [])) > MOST:
            self.add_error("requests", _("These are too many at once."))
        return cleaned

    @property
    def version_of_one(self) -> int | None:
        """Of several each has a session of its own, and none was read by itself."""
        version: int | None = self.cleaned_data["version"]
        return version if len(self.cleaned_data["requests"]) == 1 else None


class UndoForm(forms.Form):
    requests = KeysField()
