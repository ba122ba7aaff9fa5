"""What methodists and HR type: the filters of the list of courses, and a course."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from courses.models import Course, CourseQuerySet

LONG_LISTS = ("audience", "prerequisites", "qualifications", "equipment")
TAUGHT_ONLY = ("meetings", "group_min", "group_max")


class CourseFilters(ListFilters):
    """The filters of the staff's list of courses."""

    more = gettext_lazy("Block, way of teaching, archive")

    q = forms.CharField(label=gettext_lazy("Title, words or code"), required=False, max_length=100)
    block = forms.ChoiceField(
        label=gettext_lazy("Block"),
        required=False,
        choices=[("", gettext_lazy("All")), *Course.Block.choices],
    )
    delivery = forms.ChoiceField(
        label=gettext_lazy("How it is taught"),
        required=False,
        choices=[("", pgettext_lazy("way of teaching", "Any")), *Course.Delivery.choices],
    )
    shelf = forms.ChoiceField(
        label=gettext_lazy("Where"),
        required=False,
        choices=[
            ("", gettext_lazy("In the catalogue")),
            ("archive", gettext_lazy("In the archive")),
            ("all", gettext_lazy("Everywhere")),
        ],
    )

    def apply(self, courses: CourseQuerySet) -> CourseQuerySet:
        chosen = self.chosen
        if words := chosen.get("q"):
            courses = courses.search(words)
        if block := chosen.get("block"):
            courses = courses.filter(block=block)
        if delivery := chosen.get("delivery"):
            courses = courses.filter(delivery=delivery)
        if chosen.get("shelf") != "all":
            courses = courses.filter(is_archived=chosen.get("shelf") == "archive")
        return courses


class CourseForm(CentreForm, forms.ModelForm):
    """A course with everything that it asks of people, rooms and trainers."""

    class Meta:
        model = Course
        fields = [
            "code",
            "title",
            "description",
            "block",
            "topic",
            "format",
            "delivery",
            "academic_hours",
            "meetings",
            "group_min",
            "group_max",
            "audience",
            "prerequisites",
            "is_mandatory",
            "due_days",
            "repeat_months",
            "qualifications",
            "equipment",
            "result_kind",
            "passing_score",
            "document_kind",
        ]
        labels = {"result_kind": gettext_lazy("How the course is completed")}
        help_texts = {
            "code": gettext_lazy(
                "Stands in addresses and lists, such as IP-042; it cannot be changed later."
            ),
            "description": gettext_lazy(
                "What people learn and for whom it is. The first sentence stands in the catalogue."
            ),
            "delivery": gettext_lazy(
                "A self-paced course starts at once and has no groups; the others are taught in sessions."
            ),
            "academic_hours": gettext_lazy("For the whole course, 45 minutes each."),
            "meetings": gettext_lazy("Over how many meetings the hours are spread. Empty when self-paced."),
            "group_min": gettext_lazy("With fewer people a session is at risk. Empty when self-paced."),
            "group_max": gettext_lazy(
                "Sessions offer no more seats than this. Holds for sessions planned from now on."
            ),
            "prerequisites": gettext_lazy("They must be completed, and valid on the day of the session."),
            "is_mandatory": gettext_lazy("Everybody in the audience must complete it, without approval."),
            "due_days": gettext_lazy("Counted from hiring or from entering the audience."),
            "repeat_months": gettext_lazy("Then it must be repeated. Empty: it never expires."),
            "qualifications": gettext_lazy(
                "One trainer may hold all of them, or several trainers of a session together."
            ),
            "equipment": gettext_lazy("Only rooms that have all of it are offered."),
            "passing_score": gettext_lazy("For a test or an exam only."),
            "document_kind": gettext_lazy("What people receive after completing the course."),
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "audience": forms.CheckboxSelectMultiple,
            "prerequisites": forms.CheckboxSelectMultiple,
            "qualifications": forms.CheckboxSelectMultiple,
            "equipment": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Course.objects.only("code", "title").exclude(pk=self.instance.pk)
        cast(forms.ModelMultipleChoiceField, self.fields["prerequisites"]).queryset = others
        if self.instance.pk:
            self.fields["code"].disabled = True
            for name in LONG_LISTS:
                self._put_chosen_first(cast(forms.ModelMultipleChoiceField, self.fields[name]), name)

    def _put_chosen_first(self, field: forms.ModelMultipleChoiceField, name: str) -> None:
        """So that nobody must scroll to see what the course has."""
        rows = cast("QuerySet[Any]", field.queryset)
        chosen = set(getattr(self.instance, name).values_list("pk", flat=True))
        is_chosen = Case(When(pk__in=chosen, then=Value(0)), default=Value(1))
        field.queryset = rows.order_by(is_chosen, *rows.model._meta.ordering)

    def arranged(self) -> Layout:
        return Layout(
            part(_("In the catalogue"), "code", "title", "description", "block", "topic"),
            part(
                _("How it is taught"),
                "format",
                "delivery",
                "academic_hours",
                "meetings",
                "group_min",
                "group_max",
            ),
            part(_("For whom"), *long_lists("audience", "prerequisites")),
            part(_("Obligation"), "is_mandatory", "due_days", "repeat_months"),
            part(_("Trainers and room"), *long_lists("qualifications", "equipment")),
            part(_("Result"), "result_kind", "passing_score", "document_kind"),
        )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not re.fullmatch(r"[-\w]+", code, re.ASCII):
            raise forms.ValidationError(
                _("Use Latin letters, digits and hyphens: the code stands in addresses.")
            )
        return code

    def clean(self) -> dict[str, Any]:
        """Say at its field what the constraints of the table would refuse for the whole row."""
        cleaned = super().clean() or self.cleaned_data
        self._check_groups(cleaned)
        if cleaned.get("is_mandatory") and cleaned.get("due_days") is None and "due_days" in cleaned:
            self.add_error("due_days", _("Say within how many days a mandatory course is due."))
        self._check_score(cleaned)
        if self.instance.pk and (circle := circle_through(self.instance, cleaned.get("prerequisites", ()))):
            self.add_error(
                "prerequisites",
                _("“%(course)s” itself comes after this course: they would wait for each other.")
                % {"course": circle},
            )
        return cleaned

    def _check_groups(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("delivery"):
            return
        self_paced = cleaned["delivery"] == Course.Delivery.SELF_PACED
        for name in TAUGHT_ONLY:
            if name not in cleaned:
                continue  # wrong already
            if self_paced and cleaned[name] is not None:
                self.add_error(name, _("Leave it empty: a self-paced course has no groups."))
            elif not self_paced and not cleaned[name]:
                self.add_error(name, _("A taught course needs a number from 1."))
        smallest, largest = cleaned.get("group_min"), cleaned.get("group_max")
        if smallest and largest and largest < smallest:
            self.add_error("group_max", _("The largest group cannot be smaller than the smallest."))

    def _check_score(self, cleaned: dict[str, Any]) -> None:
        if "passing_score" not in cleaned or not cleaned.get("result_kind"):
            return
        score = cleaned["passing_score"]
        if cleaned["result_kind"] not in {Course.ResultKind.TEST, Course.ResultKind.EXAM}:
            if score is not None:
                self.add_error("passing_score", _("Leave it empty: there is neither a test nor an exam."))
        elif score is None or not 1 <= score <= 100:
            self.add_error("passing_score", _("A test or an exam needs a score from 1 to 100 percent."))


def part(title: str, *fields: str | Div) -> Fieldset:
    return Fieldset(title, *fields, css_class="form-part")


def long_lists(*names: str) -> list[Div]:
    return [Div(name, css_class="choice-box") for name in names]


def circle_through(course: Course, prerequisites: Iterable[Course]) -> Course | None:
    """The one of the prerequisites before which, by a chain of prerequisites, the course itself must come."""
    before: dict[int, set[int]] = defaultdict(set)
    pairs = Course.prerequisites.through.objects.values_list("from_course", "to_course")
    for later, earlier in pairs:
        before[later].add(earlier)
    for prerequisite in prerequisites:
        seen, ahead = set(), {prerequisite.pk}
        while ahead:
            seen |= ahead
            ahead = {earlier for later in ahead for earlier in before[later]} - seen
        if course.pk in seen:
            return prerequisite
    return None
