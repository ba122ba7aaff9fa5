"""Choosing a password, and asking for a new one."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.contrib.auth import authenticate, password_validation
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from centre.forms import CentreForm, Markup
from people.models import Employee

ADVICE = _(
    "At least 12 characters, any of them; blanks and Russian letters too. Four words that do not belong "
    "together are better than signs nobody can remember. Not your name, number or the centre’s."
)


def password_field(label: Any, *, is_new: bool, help_text: Any = "") -> forms.CharField:
    autocomplete = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        max_length=1000,  # the rule says 128, in a sentence of its own
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class NewPasswordForm(CentreForm, forms.Form):
    """A password typed twice. Pasting is welcome, and so are password managers."""

    new_password1 = password_field(_("New password"), is_new=True, help_text=ADVICE)
    new_password2 = password_field(_("The same once more"), is_new=True)
    button_label = _("Save the password")

    def __init__(self, person: Employee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_new_password2(self) -> str:
        first, second = self.cleaned_data.get("new_password1"), str(self.cleaned_data["new_password2"])
        if first and first != second:
            raise forms.ValidationError(_("The two passwords are not the same. Type both again."))
        password_validation.validate_password(second, self.person)
        return second

    def arranged(self) -> Layout:
        # Tells password managers whose password it is.
        whose = '<input type="text" autocomplete="username" value="{}" readonly hidden>'
        return Layout(Markup(format_html(whose, self.person.get_username())), *self.fields)


class OwnPasswordForm(NewPasswordForm):
    """The present password is asked too: a computer left alone is no proof."""

    old_password = password_field(_("Present password"), is_new=False)
    button_label = _("Change the password")
    field_order = ("old_password", "new_password1", "new_password2")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request.user, *args, **kwargs)  # type: ignore[arg-type]
        self.request = request

    def clean_old_password(self) -> str:
        """Wrong ones count as at the door, so that guessing is paused here too (promise S7)."""
        password = str(self.cleaned_data["old_password"])
        if not authenticate(self.request, username=self.person.username, password=password):
            raise forms.ValidationError(_("This is not your present password. Type it again."))
        return password


class ForgottenForm(CentreForm, forms.Form):
    name = forms.CharField(
        label=_("Personnel number or e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    button_label = _("Send me a link")
