"""What methodists and HR type about programmes."""

import re
from typing import Any, cast

from crispy_forms.layout import Div, Layout
from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from courses.models import Course, Programme, ProgrammeQuerySet, ProgrammeStep
from courses.programmes import PlannedStep, WrongSteps, refuse_wrong_order

BLANK_STEPS = 3
STEPS_AT_MOST = 40


class ProgrammeFilters(ListFilters):
    more = gettext_lazy("How it begins, course")

    q = forms.CharField(label=gettext_lazy("Title or code"), required=False, max_length=100)
    trigger = forms.ChoiceField(
        label=gettext_lazy("Begins"),
        required=False,
        choices=[("", gettext_lazy("no matter")), *Programme.Trigger.choices],
    )

    def add_fields(self) -> None:
        self.fields["course"] = forms.ModelChoiceField(
            Course.objects.filter(steps__isnull=False).distinct().only("title"),
            label=_("With the course"),
            required=False,
            empty_label=_("no matter"),
        )

    def apply(self, programmes: ProgrammeQuerySet) -> ProgrammeQuerySet:
        chosen = self.chosen
        if words := chosen.get("q"):
            programmes = programmes.named(words)
        if trigger := chosen.get("trigger"):
            programmes = programmes.filter(trigger=trigger)
        if course := chosen.get("course"):
            programmes = programmes.filter(steps__course=course)
        return programmes


class ProgrammeForm(CentreForm, forms.ModelForm):
    """A programme without its steps, which stand below it as rows."""

    class Meta:
        model = Programme
        fields = ["code", "title", "description", "audience", "trigger", "deadline_days", "repeat_months"]
        widgets = {"audience": forms.CheckboxSelectMultiple, "description": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "code": gettext_lazy("Stands in addresses and lists, such as PR-01; it cannot be changed later."),
            "audience": gettext_lazy("Nobody chosen means everybody."),
            "deadline_days": gettext_lazy("Counted from its beginning. Empty: without a deadline."),
            "repeat_months": gettext_lazy("Empty: once."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True
        # The page closes the form itself, below the steps.
        self.helper.form_tag = False

    def arranged(self) -> Layout:
        return Layout(
            "code",
            "title",
            "description",
            Div("audience", css_class="choice-box"),
            "trigger",
            "deadline_days",
            "repeat_months",
        )

    def button_row(self) -> Layout:
        return Layout()

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not re.fullmatch(r"[-\w]+", code, re.ASCII):
            raise forms.ValidationError(
                _("Use Latin letters, digits and hyphens: the code stands in addresses.")
            )
        return str(code)


class StepForm(forms.Form):
    """One row: a course and its place. Without a course the row is left out."""

    number = forms.IntegerField(label=gettext_lazy("Place"), required=False, min_value=1, max_value=999)
    course = forms.ModelChoiceField(
        Course.objects.none(),
        label=gettext_lazy("Course"),
        required=False,
        empty_label=gettext_lazy("no course"),
    )
    is_required = forms.BooleanField(label=gettext_lazy("Required"), required=False, initial=True)

    def __init__(self, *args: Any, courses: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One list for all rows: each would ask for its own.
        self.fields["course"].queryset = Course.objects.all()  # type: ignore[attr-defined]
        self.fields["course"].choices = courses  # type: ignore[attr-defined]
        self.fields["number"].widget.attrs["class"] = "form-control"
        self.fields["course"].widget.attrs["class"] = "form-select"
        self.fields["is_required"].widget.attrs["class"] = "form-check-input"


class BaseSteps(BaseFormSet):
    """The rows in the order of their places; rows without a place come last, in the order of the page."""

    def clean(self) -> None:
        if any(self.errors):
            return
        try:
            refuse_wrong_order([step.course for step in self.planned])
        except WrongSteps as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def planned(self) -> list[PlannedStep]:
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("course")]
        rows.sort(key=lambda row: row.get("number") or STEPS_AT_MOST * 1000)
        return [PlannedStep(row["course"], row["is_required"]) for row in rows]


def steps_formset(programme: Programme | None, data: Any = None) -> BaseSteps:
    """The steps of the programme and a few blank rows."""
    steps = ProgrammeStep.objects.filter(programme=programme).order_by("number") if programme else []
    initial = [
        {"number": step.number, "course": step.course_id, "is_required": step.is_required} for step in steps
    ]
    courses = [("", _("no course")), *Course.objects.offered().values_list("pk", "title")]
    offered = {pk for pk, _title in courses}
    archived = {row["course"] for row in initial} - offered
    courses += Course.objects.filter(pk__in=archived).values_list("pk", "title")
    formset = forms.formset_factory(
        StepForm, formset=BaseSteps, extra=BLANK_STEPS, max_num=STEPS_AT_MOST, absolute_max=STEPS_AT_MOST
    )
    # What was sent is compared with nothing: a row that stayed the same is a step too.
    shown = initial if data is None else None
    return cast(BaseSteps, formset(data, initial=shown, prefix="steps", form_kwargs={"courses": courses}))
