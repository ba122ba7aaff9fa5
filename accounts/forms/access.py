"""Roles given and taken, and reasons."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from centre.forms import CentreForm
from people.models import Employee

REASON_MAX = 300


class PersonSearch(forms.Form):
    """Who is meant, by name or personnel number; in the address."""

    q = forms.CharField(
        label=_("Name or personnel number"),
        required=False,
        min_length=2,
        max_length=80,
        widget=forms.SearchInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    MOST_FOUND = 20
    MOST_WORDS = 4

    @property
    def words(self) -> str:
        asked = self.cleaned_data.get("q", "") if self.is_valid() else ""
        return " ".join(asked.split()[: self.MOST_WORDS])

    def people(self) -> list[Employee]:
        """A few, closed accounts too: the list is to choose from and not to read."""
        return list(Employee.objects.by_name(self.words)[: self.MOST_FOUND]) if self.words else []


class InvitedForm(forms.Form):
    """Whom to invite; nobody named: all who were not invited."""

    person = forms.ModelChoiceField(Employee.objects.employed(), required=False)


class ReasonForm(CentreForm, forms.Form):
    """Why: it stands in the person's story, and in the letter to them."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_MAX,
        help_text=_("Such as a number of an order. The person reads it."),
        widget=forms.TextInput(),
    )

    def __init__(self, *args: Any, button_label: Any = "", is_danger: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button_label = button_label or self.button_label
        self.button_class = "button button--danger" if is_danger else "button"


class GiveRoleForm(ReasonForm):
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)
    field_order = ("role", "reason")
    button_label = _("Give the role")

    def __init__(self, person: Employee, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = set(person.groups.values_list("name", flat=True))
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, capfirst(role.label)) for role in Role if role.value not in held
        ]

    def arranged(self) -> Layout:
        return Layout("role", "reason")
