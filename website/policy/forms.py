"""What the system administrator types to change the policy."""

from datetime import time
from itertools import groupby, pairwise
from typing import Any

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm
from centre.models import Policy
from centre.policy import NUMBERS, WAKING_HOURS_LEAST, Number, values_of

MINUTES_A_DAY = 24 * 60


class PolicyForm(CentreForm, forms.Form):
    """All numbers, and why they change. `based_on` is the version that was shown; 0 for the model's own numbers."""

    button_label = gettext_lazy("See what this touches")

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("Such as the order that decided it; it stays in the history for ever."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, current: Policy, data: Any = None) -> None:
        self.current = current
        super().__init__(data, initial={**values_of(current), "based_on": current.pk or 0})
        # Crispy's fields are in the order of the groups; the reason comes last, after one knows what changes.
        for number in NUMBERS:
            self.fields[number.name] = field_of(number)
        for name in self.fields:
            if isinstance(self.fields[name], forms.IntegerField):
                self.fields[name].widget.attrs["inputmode"] = "numeric"

    def arranged(self) -> Layout:
        parts = [
            Fieldset(str(group), *(number.name for number in numbers), css_class="form-part")
            for group, numbers in groupby(NUMBERS, key=lambda number: number.group)
        ]
        return Layout(*parts, Fieldset(_("Reason"), "reason", css_class="form-part"), "based_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_reminders(cleaned)
        self._check_questions(cleaned)
        self._check_quiet_hours(cleaned)
        values = {name: value for name, value in cleaned.items() if name not in ("reason", "based_on")}
        if not self.errors and values == values_of(self.current):
            raise forms.ValidationError(_("No number is different: there is nothing to change."))
        return cleaned

    def _check_reminders(self, cleaned: dict[str, Any]) -> None:
        order = ("first_reminder_hours", "second_reminder_hours", "last_reminder_hours")
        for earlier, later in pairwise(order):
            if earlier in cleaned and later in cleaned and cleaned[later] >= cleaned[earlier]:
                self.add_error(
                    later,
                    _("This reminder comes after the one before it: give it fewer than %(hours)s hours.")
                    % {"hours": cleaned[earlier]},
                )

    def _check_questions(self, cleaned: dict[str, Any]) -> None:
        order = ("too_few_first_days", "too_few_second_days", "too_few_last_days")
        for earlier, later in pairwise(order):
            if earlier in cleaned and later in cleaned and cleaned[later] >= cleaned[earlier]:
                self.add_error(
                    later,
                    _("This question comes after the one before it: give it fewer than %(days)s days.")
                    % {"days": cleaned[earlier]},
                )

    def _check_quiet_hours(self, cleaned: dict[str, Any]) -> None:
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if begin is None or end is None or begin == end:
            return
        quiet = (minutes_of(end) - minutes_of(begin)) % MINUTES_A_DAY
        if MINUTES_A_DAY - quiet < WAKING_HOURS_LEAST * 60:
            self.add_error(
                "quiet_until",
                _("Messages need at least %(hours)s hours of a day: make the quiet hours shorter.")
                % {"hours": WAKING_HOURS_LEAST},
            )

    @property
    def values(self) -> dict[str, Any]:
        """The numbers alone, after a check."""
        return {number.name: self.cleaned_data[number.name] for number in NUMBERS}


def field_of(number: Number) -> forms.Field:
    label = number.label[:1].upper() + number.label[1:]
    if isinstance(number.default, time):
        return forms.TimeField(
            label=label,
            help_text=str(number.meaning),
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            error_messages={
                "required": _("Fill in “%(label)s”.") % {"label": label},
                "invalid": _("Write a time such as 21:00."),
            },
        )
    if isinstance(number.default, bool):
        return forms.BooleanField(label=label, help_text=str(number.meaning), required=False)
    words = {"label": label, "least": number.least, "most": number.most}
    # Django fills these in once more; the label may have a percent sign.
    range_words = (_("“%(label)s” lies between %(least)s and %(most)s.") % words).replace("%", "%%")
    return forms.IntegerField(
        label=label,
        help_text=f"{number.meaning} {number.least}–{number.most}.",
        min_value=number.least,
        max_value=number.most,
        error_messages={
            "required": _("Fill in “%(label)s”.") % {"label": label},
            "invalid": range_words,
            "min_value": range_words,
            "max_value": range_words,
        },
    )


def minutes_of(at: time) -> int:
    return at.hour * 60 + at.minute
