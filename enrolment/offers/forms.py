"""What is answered to an offer, and what staff say when they give a seat by hand."""

from crispy_forms.bootstrap import StrictButton
from crispy_forms.layout import Div, Layout, LayoutObject
from django import forms
from django.utils.translation import gettext_lazy as _

from centre.forms import CentreForm


class AnswerForm(forms.Form):
    """Which of the two buttons was pressed."""

    answer = forms.ChoiceField(choices=[("accept", _("Accept the seat")), ("decline", _("Decline the seat"))])


class ShortNoticeForm(forms.Form):
    """A tick that is missing is a wish taken back."""

    at_short_notice = forms.BooleanField(required=False)

    @property
    def wishes(self) -> bool:
        self.full_clean()
        return bool(self.cleaned_data.get("at_short_notice"))


class GiveSeatForm(CentreForm, forms.Form):
    """Why somebody gets a seat by hand."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The person reads it in the story of their enrolment."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def button_row(self) -> LayoutObject:
        button = StrictButton(_("Give the seat"), type="submit", css_class="button")
        return Div(button, css_class="button-row")

    def required_legend(self) -> LayoutObject:
        return Layout()  # one field
