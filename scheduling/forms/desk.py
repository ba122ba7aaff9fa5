"""What trainers type on their desk, and what the centre answers."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from scheduling.forms.sessions import months_around
from scheduling.forms.trainers import day_widget
from trainers.models import LeaveRequest, TrainerQuerySet, Unavailability


class AnswerForm(forms.Form):
    """The three buttons of an assignment; a refusal comes with its reason."""

    answer = forms.ChoiceField(
        choices=[(one, one) for one in ("accept", "decline", "take_back")],
    )
    why = forms.CharField(required=False, max_length=300)
    question = forms.CharField(required=False, max_length=16)


class LeaveForm(CentreForm, forms.ModelForm):
    """Days off that a trainer asks for."""

    button_label = gettext_lazy("Ask for leave")

    class Meta:
        model = LeaveRequest
        fields = ["starts_on", "ends_on", "kind", "note"]
        widgets = {"starts_on": day_widget(), "ends_on": day_widget()}
        help_texts = {"kind": gettext_lazy("Seen by HR and the centre only. Of an illness tell the centre.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is not before the first."))
        elif last and last < timezone.localdate():
            self.add_error("ends_on", _("These days are over. The centre records what is past."))
        return cleaned


class HoursForm(CentreForm, forms.ModelForm):
    """Hours of a weekday in which the trainer cannot teach, or would rather not."""

    class Meta:
        model = Unavailability
        fields = ["weekday", "begins_at", "ends_at", "kind", "starts_on", "ends_on", "note"]
        widgets = {
            "begins_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "ends_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "starts_on": day_widget(),
            "ends_on": day_widget(),
        }
        help_texts = {
            "kind": gettext_lazy("Planning warns of both, and asks for a written reason."),
            "ends_on": gettext_lazy("The last day. Empty: without end."),
            "note": gettext_lazy("Read by the planners."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begin, end = cleaned.get("begins_at"), cleaned.get("ends_at")
        if begin and end and end <= begin:
            self.add_error("ends_at", _("The end comes after the beginning."))
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is not before the first."))
        return cleaned


class DecisionForm(CentreForm, forms.Form):
    """The answer to a request for leave; `decision` is the button that was pressed."""

    decision = forms.ChoiceField(choices=[(one, one) for one in ("grant", "refuse")])
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("The trainer reads it. A refusal needs it."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class LeaveFilters(ListFilters):
    more = gettext_lazy("State")

    state = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[("", gettext_lazy("what waits for a decision")), ("all", gettext_lazy("all of them"))],
    )

    def apply(self, requests: Any) -> Any:
        if self.chosen.get("state") == "all":
            return requests
        return requests.filter(state=LeaveRequest.State.ASKED)


class WorkloadFilters(ListFilters):
    more = gettext_lazy("Month")

    month = forms.ChoiceField(required=False)

    def add_fields(self) -> None:
        months = [("", _("This month")), *months_around(timezone.localdate())]
        self.fields["month"] = forms.ChoiceField(label=_("Month"), required=False, choices=months)

    @property
    def first(self) -> date:
        """The first day of the chosen month."""
        month = self.chosen.get("month")
        return date.fromisoformat(f"{month}-01") if month else timezone.localdate().replace(day=1)

    def apply(self, trainers: TrainerQuerySet) -> TrainerQuerySet:
        return trainers.active()
