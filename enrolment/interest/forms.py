"""What people fill in when they want a course, and what planners choose in the list of demand."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.layout import Div, Layout, LayoutObject
from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.models import Site

WITHOUT_DATE = "without_date"


class WishForm(CentreForm, forms.Form):
    """Where the person would like to go; anywhere when nothing is chosen."""

    site = forms.ModelChoiceField(
        label=gettext_lazy("Site"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=pgettext_lazy("site", "any"),
        help_text=gettext_lazy("You are told of dates there only."),
    )

    def __init__(self, *args: Any, is_change: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button_label = gettext_lazy("Save the site") if is_change else gettext_lazy("I want this course")
        self.fields["site"].queryset = Site.objects.filter(is_online=False).order_by("name")  # type: ignore[attr-defined]

    def button_row(self) -> LayoutObject:
        button = StrictButton(self.button_label, type="submit", css_class="button")
        return Div(button, css_class="button-row")

    def required_legend(self) -> LayoutObject:
        return Layout()  # one field, and it may stay as it is


class DemandFilters(ListFilters):
    more = gettext_lazy("Courses without a date")

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("everything that is wanted")),
            (WITHOUT_DATE, gettext_lazy("only courses without an open date")),
        ],
    )
