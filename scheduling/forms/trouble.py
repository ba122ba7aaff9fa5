"""What trainers report in one form, and what HR and the centre answer."""

from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.templatetags.centre_text import clock, day_and_month
from scheduling.forms.trainers import AbsenceForm, day_widget
from scheduling.hurt import LAST_DAY, taught_by
from scheduling.models import Meeting, Session, TroubleReport
from trainers.models import Trainer

Kind, State = TroubleReport.Kind, TroubleReport.State


class MeetingField(forms.ModelChoiceField):
    def label_from_instance(self, meeting: Any) -> str:
        return (
            f"{day_and_month(meeting.starts_at)}, {clock(meeting.starts_at)}: {meeting.session.course.title}"
        )


class TroubleForm(CentreForm, forms.Form):
    """One form for any trouble. Days are asked of who is ill, the session and words of the others."""

    button_label = gettext_lazy("Report")
    errors_say_where = True

    kind = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        choices=[
            (Kind.ILLNESS, gettext_lazy("I am ill")),
            (Kind.LATE, gettext_lazy("I will be late")),
            (Kind.EQUIPMENT, gettext_lazy("The room or its equipment is broken")),
            (Kind.OTHER, gettext_lazy("Something else")),
        ],
        widget=forms.RadioSelect,
    )
    starts_on = forms.DateField(label=gettext_lazy("Ill from"), required=False, widget=day_widget())
    ends_on = forms.DateField(
        label=gettext_lazy("Ill until"),
        required=False,
        widget=day_widget(),
        help_text=gettext_lazy("The last day, as far as you know now."),
    )
    meeting = MeetingField(Meeting.objects.none(), label=gettext_lazy("Which meeting?"), required=False)
    words = forms.CharField(
        label=gettext_lazy("In your words"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For example: “about 20 minutes”, “the projector does not turn on”. Ill people need not write anything."
        ),
    )

    def __init__(self, trainer: Trainer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = upcoming_of(trainer)  # type: ignore[attr-defined]
        today = timezone.localdate()
        for name in ("starts_on", "ends_on"):
            self.fields[name].initial = today

    def arranged(self) -> Layout:
        return Layout(
            "kind",
            Div("starts_on", "ends_on", css_class="trouble__days"),
            Div("meeting", css_class="trouble__meeting"),
            "words",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == Kind.ILLNESS:
            self.clean_days(cleaned)
        elif kind := cleaned.get("kind"):
            if kind != Kind.OTHER and not cleaned.get("meeting") and "meeting" not in self.errors:
                self.add_error("meeting", _("Choose the meeting."))
            if not cleaned.get("words", "").strip() and "words" not in self.errors:
                self.add_error("words", _("Say in a few words what is wrong."))
        return cleaned

    def clean_days(self, cleaned: dict[str, Any]) -> None:
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        for name in ("starts_on", "ends_on"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Fill in “%(label)s”.") % {"label": self.fields[name].label})
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is not before the first."))
        elif last and last < timezone.localdate():
            self.add_error("ends_on", _("These days are over. The centre records what is past."))

    @property
    def report(self) -> dict[str, Any]:
        """What `report_trouble` is told."""
        chosen = self.cleaned_data
        told = {"kind": chosen["kind"], "words": chosen["words"]}
        if chosen["kind"] == Kind.ILLNESS:
            return told | {"starts_on": chosen["starts_on"], "ends_on": chosen["ends_on"]}
        meeting: Meeting | None = chosen["meeting"]
        day = timezone.localdate(meeting.starts_at if meeting else None)
        session = meeting.session if meeting else None
        return told | {"session": session, "starts_on": day, "ends_on": day}


def upcoming_of(trainer: Trainer) -> Any:
    """The trainer's meetings that are not over; of drafts trainers know nothing (rule 1)."""
    meetings = taught_by(trainer, timezone.localdate(), LAST_DAY)
    return meetings.exclude(session__status=Session.Status.DRAFT)


class IllnessForm(AbsenceForm):
    """The absence that follows from a report of illness."""

    button_label = gettext_lazy("Record the absence")

    class Meta(AbsenceForm.Meta):
        fields = ["starts_on", "ends_on", "note"]


class TroubleAnswerForm(CentreForm, forms.Form):
    """The answer to a report; `state` is the button that was pressed."""

    state = forms.ChoiceField(choices=[(one, one) for one in (State.DONE, State.NOTHING)])
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("The trainer reads it. “Nothing to do” needs it."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )


class TroubleFilters(ListFilters):
    more = gettext_lazy("State")

    state = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[("", gettext_lazy("what waits for an answer")), ("all", gettext_lazy("all of them"))],
    )

    def apply(self, reports: Any) -> Any:
        return reports if self.chosen.get("state") == "all" else reports.waiting()
