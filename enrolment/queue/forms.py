"""What staff fill in about a queue."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.layout import Div, Layout, LayoutObject
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm


class PinForm(CentreForm, forms.Form):
    """Why somebody is put first in the queue, or is so no longer; `pins` says which of both the reader was shown."""

    pins = forms.ChoiceField(choices=[("yes", ""), ("no", "")], widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("The person reads it in the story of their enrolment."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, button_label: str | Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button_label = button_label

    def button_row(self) -> LayoutObject:
        return Div(StrictButton(self.button_label, type="submit", css_class="button"), css_class="button-row")

    def required_legend(self) -> LayoutObject:
        return Layout()  # one field


class WhyForm(forms.Form):
    """Two people of a session: why was the first before the second?"""

    first = forms.TypedChoiceField(
        label=gettext_lazy("Who got a seat"),
        coerce=int,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    second = forms.TypedChoiceField(
        label=gettext_lazy("Who asks why"),
        coerce=int,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(
        self,
        *args: Any,
        seated: Sequence[tuple[int, str]],
        everybody: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        nobody = ("", gettext_lazy("choose a person"))
        vars_of_first, vars_of_second = self.fields["first"], self.fields["second"]
        vars_of_first.choices = [nobody, *seated]  # type: ignore[attr-defined]
        vars_of_second.choices = [nobody, *everybody]  # type: ignore[attr-defined]
