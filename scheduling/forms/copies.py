"""A copy of a session: the same meetings from another first day on."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm
from scheduling.forms.plans import PLANNED_AHEAD
from scheduling.forms.wishes import day_widget


class CopyDayForm(CentreForm, forms.Form):
    """On which day the copy begins; sent by GET."""

    first = forms.DateField(label=gettext_lazy("First day of the copy"), widget=day_widget())
    button_label = gettext_lazy("Show this copy")
    button_class = "button button--secondary"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_method = "get"
        self.helper.disable_csrf = True

    def clean_first(self) -> date:
        first: date = self.cleaned_data["first"]
        today = timezone.localdate()
        if first > today + PLANNED_AHEAD:
            raise forms.ValidationError(_("Plan at most two years ahead."))
        if first <= today:
            raise forms.ValidationError(_("Choose a day after today."))
        return first
