"""What HR types about an office."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm
from people.models import Employee, Office

MOST_NAMED = 5


class PersonField(forms.CharField):
    """A person by name or personnel number; the answer must name exactly one who has an account in force."""

    def clean(self, value: Any) -> Employee | None:
        words = super().clean(value)
        if not words:
            return None
        found = list(Employee.objects.employed().by_name(words)[: MOST_NAMED + 1])
        exact = [person for person in found if person.full_name.lower() == words.lower()]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(
                _("Nobody is called “%(words)s”. Check the name, or type the personnel number.")
                % {"words": words}
            )
        names = ", ".join(f"{person.full_name} ({person.username})" for person in found[:MOST_NAMED])
        raise forms.ValidationError(
            _("Several people fit: %(names)s. Type the personnel number of the one you mean.")
            % {"names": names}
        )


class LeadersForm(CentreForm, forms.Form):
    """Head and deputy of an office, with the reason that stays in the record of changes."""

    button_label = gettext_lazy("Save head and deputy")

    head = PersonField(
        label=gettext_lazy("Head"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Name or personnel number. Empty: HR decides for the people of this office."),
    )
    deputy = PersonField(
        label=gettext_lazy("Deputy"),
        required=False,
        max_length=150,
        help_text=gettext_lazy("Decides as the head does."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("Such as the number of the order; it stays in the record of changes."),
    )

    @staticmethod
    def initial_of(office: Office) -> dict[str, str]:
        """Numbers, for two people may have one name."""
        return {
            name: person.username if person else ""
            for name, person in (("head", office.head), ("deputy", office.deputy))
        }
