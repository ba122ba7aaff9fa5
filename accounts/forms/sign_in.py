"""Signing in, choosing a language and a time zone."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centre.forms import CentreForm
from people.models import Employee
from people.time_zones import choices


class SignInForm(CentreForm, forms.Form):
    """After is_valid() `employee` is who signed in."""

    username = forms.CharField(
        label=_("Personnel number or e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    button_label = _("Sign in")
    employee: Employee

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        employee = authenticate(
            self.request,
            username=self.cleaned_data["username"],
            password=self.cleaned_data["password"],
        )
        if employee is None:
            # The same sentence for a wrong name, a wrong password and a closed account.
            raise forms.ValidationError(
                _(
                    "The personnel number or e-mail and the password do not fit together. Check both and try again."
                )
            )
        self.employee = employee
        return self.cleaned_data


class TimeZoneForm(forms.Form):
    """By whose clocks somebody lives; empty is by the centre's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            required=False,
            # With the differences of today: some clocks change twice a year.
            choices=[("", _("as at the training centre")), *choices(timezone.now())],
            widget=forms.Select(attrs={"class": "form-select"}),
        )


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)
