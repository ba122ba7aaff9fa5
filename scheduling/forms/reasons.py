"""What every form that changes a plan asks: why, and why a limit may be broken."""

from django import forms
from django.utils.translation import gettext_lazy

from scheduling.errors import NeedsReason


class WithReasons(forms.Form):
    """`despite` is asked for only when a limit is broken (rule 3)."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    despite = forms.CharField(
        label=gettext_lazy("Why it has to be so"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    @property
    def asks_for_a_reason(self) -> bool:
        return "despite" in self.errors or bool(self["despite"].value())

    def ask_for_a_reason(self, refusal: NeedsReason) -> None:
        """Show the field, with the limits that are broken."""
        for finding in refusal.findings:
            self.add_error("despite", finding.message)
