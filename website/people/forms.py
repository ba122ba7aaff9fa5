"""What HR types about an office."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.fields import PersonField, number_to_type
from centre.forms import CentreForm
from people.models import Office


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
            name: number_to_type(person) if person else ""
            for name, person in (("head", office.head), ("deputy", office.deputy))
        }
