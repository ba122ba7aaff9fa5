"""Signing in and choosing a language or password."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from centre.forms import CentreForm, Markup, name_when_required
from people.models import Employee


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


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


class OwnPasswordForm(CentreForm, PasswordChangeForm):
    button_label = _("Change the password")
    error_messages = {
        "password_incorrect": _("This is not your present password. Please type it again."),
        "password_mismatch": _("The new password was typed in two ways. Please type the same one twice."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old, new, again = (self.fields[name] for name in ("old_password", "new_password1", "new_password2"))
        old.label = _("Present password")
        new.label = _("New password")
        again.label = _("New password once more")
        new.help_text = _(
            "At least 12 characters; not your name or number, and no password that everybody uses."
        )
        again.help_text = ""
        for field in (old, new, again):
            name_when_required(field)

    def arranged(self) -> Layout:
        # Tells password managers whose password it is.
        whose = '<input type="text" autocomplete="username" value="{}" readonly hidden>'
        return Layout(Markup(format_html(whose, self.user.get_username())), *self.fields)
