"""What the centre types about trainers: limits, qualifications, absences."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import PersonField
from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.models import Site
from courses.models import Qualification
from people.models import Employee
from scheduling.trainer_rows import day_soon
from trainers.models import Absence, Trainer, TrainerQualification, TrainerQuerySet


def day_widget() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class TrainerFilters(ListFilters):
    more = gettext_lazy("Qualification, site, what runs out, absence")

    q = forms.CharField(label=gettext_lazy("Name or personnel number"), required=False, max_length=100)
    qualification = forms.ModelChoiceField(
        Qualification.objects.all(),
        label=gettext_lazy("Holds, valid today"),
        required=False,
        empty_label=gettext_lazy("no matter"),
    )
    site = forms.ModelChoiceField(
        Site.objects.all(), label=gettext_lazy("Home site"), required=False, empty_label=gettext_lazy("Any")
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("teaches")),
            ("running_out", gettext_lazy("something runs out or has run out")),
            ("away", gettext_lazy("away today")),
            ("out", gettext_lazy("does not teach any more")),
            ("all", gettext_lazy("all of them")),
        ],
    )

    def apply(self, trainers: TrainerQuerySet) -> TrainerQuerySet:
        chosen, today = self.chosen, timezone.localdate()
        if words := chosen.get("q"):
            trainers = trainers.filter(employee__in=Employee.objects.by_name(words).order_by().values("pk"))
        if qualification := chosen.get("qualification"):
            trainers = trainers.holding_any([qualification.pk], today)
        if site := chosen.get("site"):
            trainers = trainers.filter(home_site=site)
        state = chosen.get("state")
        if state == "running_out":
            ending = TrainerQualification.objects.filter(valid_until__lte=day_soon())
            trainers = trainers.filter(pk__in=ending.values("trainer"))
        if state == "away":
            away = Absence.objects.filter(starts_on__lte=today, ends_on__gte=today)
            trainers = trainers.filter(pk__in=away.values("trainer"))
        if state == "out":
            return trainers.filter(Q(is_active=False) | Q(employee__is_active=False))
        return trainers if state == "all" else trainers.active()


class TrainerForm(CentreForm, forms.ModelForm):
    """Home site and limits of a trainer."""

    class Meta:
        model = Trainer
        fields = ["home_site", "academic_hours_a_day", "academic_hours_a_week", "is_active"]
        help_texts = {
            "academic_hours_a_day": gettext_lazy("45 minutes each. Planning warns above it."),
            "is_active": gettext_lazy("Without the tick the trainer is not offered for new meetings."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        a_day, a_week = cleaned.get("academic_hours_a_day"), cleaned.get("academic_hours_a_week")
        if a_day is not None and not 1 <= a_day <= 24:
            self.add_error("academic_hours_a_day", _("A trainer teaches from 1 to 24 academic hours a day."))
        elif a_day is not None and a_week is not None and a_week < a_day:
            self.add_error("academic_hours_a_week", _("The limit of a week is not below that of a day."))
        return cleaned


class NewTrainerForm(TrainerForm):
    """An employee who begins to teach."""

    button_label = gettext_lazy("Add the trainer")

    person = PersonField(
        label=gettext_lazy("Who"), max_length=150, help_text=gettext_lazy("Name or personnel number.")
    )

    field_order = ["person"]

    def clean_person(self) -> Employee:
        person: Employee = self.cleaned_data["person"]
        if Trainer.objects.filter(employee=person).exists():
            raise forms.ValidationError(_("%(person)s is a trainer already.") % {"person": person.short_name})
        return person

    def save(self, commit: bool = True) -> Trainer:
        self.instance.employee = self.cleaned_data["person"]
        return super().save(commit)


class QualificationForm(CentreForm, forms.ModelForm):
    """What the trainer may teach, and until when."""

    class Meta:
        model = TrainerQualification
        fields = ["qualification", "valid_until"]
        widgets = {"valid_until": day_widget()}
        help_texts = {"valid_until": gettext_lazy("The last day on which it holds. Empty: without limit.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["qualification"].disabled = True

    def clean_qualification(self) -> Qualification:
        qualification: Qualification = self.cleaned_data["qualification"]
        others = self.instance.trainer.qualifications.exclude(pk=self.instance.pk)
        if others.filter(qualification=qualification).exists():
            raise forms.ValidationError(
                _("The trainer has this qualification already: confirm it there instead.")
            )
        return qualification


class AbsenceForm(CentreForm, forms.ModelForm):
    """Days on which a trainer is away. Meetings that stand in the way do not stop it (rule 7)."""

    class Meta:
        model = Absence
        fields = ["starts_on", "ends_on", "reason", "note"]
        widgets = {"starts_on": day_widget(), "ends_on": day_widget()}
        help_texts = {"reason": gettext_lazy("Seen by HR and the centre only.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is not before the first."))
        return cleaned
