"""A code of the app, and what a change of the second factor asks for."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.forms.passwords import password_field
from centre.forms import CentreForm


def code_field(label: Any, *, help_text: Any = "", keyboard: str = "numeric") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=40,
        help_text=help_text,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": keyboard, "spellcheck": "false"}
        ),
    )


class CodeForm(CentreForm, forms.Form):
    """At the door: the six figures of the app, or one of the recovery codes."""

    code = code_field(_("Code of the app, or a recovery code"), keyboard="text")
    button_label = _("Sign in")


class ConfirmForm(CentreForm, forms.Form):
    """The first code proves that the app has the key."""

    code = code_field(_("Six figures that the app shows now"))
    button_label = _("Confirm")


class PasswordForm(CentreForm, forms.Form):
    """Changes of the second factor ask for the password: a computer left alone is no proof."""

    password = password_field(_("Present password"), is_new=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not authenticate(self.request, username=self.request.user.get_username(), password=password):
            raise forms.ValidationError(_("This is not your present password. Type it again."))
        return password


class ReplaceForm(PasswordForm, ConfirmForm):
    """Another phone in place of the present one."""

    field_order = ("password", "code")
