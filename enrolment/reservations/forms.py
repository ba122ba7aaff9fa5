"""What heads and staff fill in to keep seats of a session."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm
from people.models import Office

SEATS_MAX = 1000


class KeepSeatsForm(forms.Form):
    """For a head: which of the own offices, and how many seats without a name."""

    office = forms.ModelChoiceField(Office.objects.none(), widget=forms.HiddenInput)
    seats = forms.IntegerField(
        min_value=0,
        max_value=SEATS_MAX,
        error_messages={"required": gettext_lazy("Say how many seats are to be kept.")},
    )

    def __init__(self, *args: Any, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["office"])
        field.queryset = Office.objects.filter(pk__in=[office.pk for office in offices])

    @property
    def sentences(self) -> list[str]:
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


class QuotaForm(CentreForm, forms.Form):
    """For staff: an office or an okrug, how many seats, and why."""

    button_label = gettext_lazy("Keep the seats")

    office = forms.ModelChoiceField(
        Office.objects.order_by("name"), label=gettext_lazy("Office"), required=False
    )
    okrug = forms.ChoiceField(label=gettext_lazy("Or okrug"), required=False)
    seats = forms.IntegerField(
        label=gettext_lazy("Seats without a name"),
        min_value=0,
        max_value=SEATS_MAX,
        help_text=gettext_lazy(
            "Beside those that people with names have taken already. 0 gives the seats back."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = Office.objects.exclude(okrug="").order_by("okrug").values_list("okrug", flat=True).distinct()
        field = cast(forms.ChoiceField, self.fields["okrug"])
        field.choices = [("", _("No okrug")), *((okrug, okrug) for okrug in named)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("office")) == bool(cleaned.get("okrug")):
            self.add_error("office", _("Choose an office or an okrug, one of both."))
        return cleaned

    @property
    def whose(self) -> Office | str:
        return self.cleaned_data["office"] or self.cleaned_data["okrug"]
