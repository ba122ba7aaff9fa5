"""What trainees fill in about their enrolments."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.layout import Div, Layout, LayoutObject
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from centre.forms import CentreForm


class CancelForm(CentreForm, forms.Form):
    """One button, and for a late cancellation its reason."""

    reason = forms.CharField(
        label=_("Why can you not come?"),
        help_text=_(
            "For example: ill, or needed in the office. The training centre and your head will see it."
        ),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, needs_reason: bool, button_label: str | Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button_label = button_label
        if not needs_reason:
            del self.fields["reason"]

    def button_row(self) -> LayoutObject:
        button = StrictButton(self.button_label, type="submit", css_class="button button--danger")
        return Div(button, css_class="button-row")

    def required_legend(self) -> LayoutObject:
        return Layout()  # one field at most, and its words say so


class EnrolForm(forms.Form):
    """What goes with the button: all of it may be missing."""

    at_short_notice = forms.BooleanField(required=False)
    consents = forms.BooleanField(required=False)

    @property
    def wishes(self) -> dict[str, bool]:
        self.full_clean()
        return {name: bool(self.cleaned_data.get(name)) for name in self.fields}
