"""What a planner asks the finder: for slots, for the meetings of a session, for many groups. Sent by GET."""

from datetime import date, timedelta
from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm
from centre.models import Site
from courses.models import Course, Equipment, Qualification
from scheduling.finder.wishes import EVERY_DAY, Pattern, Wish
from scheduling.forms.plans import PLANNED_AHEAD
from scheduling.forms.sessions import months_around, next_month
from scheduling.proposals import LEAD_DAYS
from scheduling.searches import length_for
from trainers.models import Trainer

# How far ahead slots and meetings are looked for, from the first day asked for.
SEARCHED_DAYS = 60
SLOTS = 3
GROUPS_MAX = 40


def day_widget() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def hour_field(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 900})
    return forms.TimeField(label=label, required=False, widget=widget)


class WishForm(CentreForm, forms.Form):
    """Base: where, for whom and at which hours. What is not said does not matter, so that short links lead here."""

    site = forms.ModelChoiceField(Site.objects.all(), label=gettext_lazy("Site"), required=False)
    people = forms.IntegerField(
        label=gettext_lazy("How many people"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy("Empty: the course's largest group."),
    )
    needs_step_free = forms.BooleanField(
        label=gettext_lazy("The group needs step-free access"), required=False
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: any."),
    )
    begins_from = hour_field(gettext_lazy("Begins not before"))
    ends_by = hour_field(gettext_lazy("Ends by"))
    trainer = forms.ModelChoiceField(
        Trainer.objects.active().select_related("employee"), label=gettext_lazy("Trainer"), required=False
    )
    beyond_limits = forms.BooleanField(
        label=gettext_lazy("Also beyond the hours of trainers and on their days off"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weekdays = [(str(number), capfirst(str(name))) for number, name in WEEKDAYS_ABBR.items()]
        self.fields["weekdays"].choices = weekdays  # type: ignore[attr-defined]
        for name in ("site", "trainer", "course"):
            if name in self.fields and not self.fields[name].required:
                self.fields[name].empty_label = capfirst(_("no matter"))  # type: ignore[attr-defined]
        self.adapt()
        self.helper.form_method = "get"
        self.helper.disable_csrf = True

    def adapt(self) -> None:
        """For a subclass whose fields depend on more; the helper arranges what is left."""

    def where_and_when(self) -> list[Any]:
        return [
            Fieldset(
                _("When"),
                *(name for name in ("first", "month", "days_between") if name in self.fields),
                Div(
                    *(Div(name, css_class="times__field") for name in ("begins_from", "ends_by")),
                    css_class="times",
                ),
                InlineCheckboxes("weekdays"),
                css_class="form-part",
            ),
            Fieldset(
                _("Where and with whom"),
                *("site", "people", "needs_step_free", "trainer", "beyond_limits"),
                css_class="form-part",
            ),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("begins_from"), cleaned.get("ends_by")
        if begins and ends and ends <= begins:
            self.add_error("ends_by", _("A meeting must end after it starts."))
        return cleaned

    def people_for(self, course: Course | None) -> int:
        return self.cleaned_data.get("people") or (course.group_max if course else None) or 1

    def wish_for(self, course: Course | None, *, length: timedelta, first: date, last: date) -> Wish:
        chosen = self.cleaned_data
        return Wish(
            length=length,
            people=self.people_for(course),
            first=first,
            last=last,
            not_before=timezone.now(),
            site_id=chosen["site"].pk if chosen["site"] else None,
            trainer_id=chosen["trainer"].pk if chosen["trainer"] else None,
            needs_step_free=chosen["needs_step_free"],
            weekdays=frozenset(chosen["weekdays"]) or EVERY_DAY,
            begins_from=chosen["begins_from"],
            ends_by=chosen["ends_by"],
            keeps_limits=not chosen["beyond_limits"],
        )


class FromDay(WishForm):
    """Base: looked for from a day on."""

    first = forms.DateField(
        label=gettext_lazy("From which day on"),
        required=False,
        widget=day_widget(),
        help_text=gettext_lazy("Empty: from tomorrow on."),
    )

    def clean_first(self) -> date:
        today = timezone.localdate()
        day: date = self.cleaned_data["first"] or today + timedelta(days=1)
        if day > today + PLANNED_AHEAD:
            raise forms.ValidationError(_("Plan at most two years ahead."))
        return max(day, today)

    def wish_of(self, course: Course | None, hours: int | None = None, *, days: int = SEARCHED_DAYS) -> Wish:
        first: date = self.cleaned_data["first"]
        last = first + timedelta(days=days)
        return self.wish_for(course, length=length_for(course, hours), first=first, last=last)


class SlotForm(FromDay):
    """The finder of free slots, with or without a course."""

    course = forms.ModelChoiceField(
        Course.objects.offered().exclude(delivery=Course.Delivery.SELF_PACED),
        label=gettext_lazy("Course"),
        required=False,
        to_field_name="code",
        help_text=gettext_lazy("Brings its hours, group, equipment and qualifications along."),
    )
    hours = forms.IntegerField(
        label=gettext_lazy("Academic hours"),
        required=False,
        min_value=1,
        max_value=24,
        help_text=gettext_lazy("Empty: as long as a meeting of the course, else 4."),
    )
    equipment = forms.ModelMultipleChoiceField(
        Equipment.objects.all(),
        label=gettext_lazy("Equipment of the room"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    qualifications = forms.ModelMultipleChoiceField(
        Qualification.objects.all(),
        label=gettext_lazy("Qualifications of the trainers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many to find"), required=False, min_value=1, max_value=20, initial=SLOTS
    )
    button_label = gettext_lazy("Find free slots")

    def arranged(self) -> Layout:
        return Layout(
            Fieldset(_("What"), "course", "hours", "count", css_class="form-part"),
            *self.where_and_when(),
            Fieldset(
                _("Beside what the course needs"),
                Div("equipment", css_class="choice-box"),
                Div("qualifications", css_class="choice-box"),
                css_class="form-part",
            ),
        )

    @property
    def count_asked(self) -> int:
        return self.cleaned_data["count"] or SLOTS


def days_between_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Between meetings"),
        required=False,
        choices=[
            ("1", gettext_lazy("the next day that suits")),
            ("2", gettext_lazy("a day between at least")),
            ("7", gettext_lazy("a week")),
            ("14", gettext_lazy("two weeks")),
        ],
    )


class DatesForm(FromDay):
    """The wizard: proposes the meetings of one session of a course."""

    days_between = days_between_field()
    # Tells the step that dates are to be proposed, and whose.
    propose = forms.CharField(widget=forms.HiddenInput, required=False, initial="1")
    button_label = gettext_lazy("Propose dates")
    button_class = "button button--secondary"

    def __init__(self, course: Course, *args: Any, **kwargs: Any) -> None:
        self.course = course
        # The form of the times stands on the same page.
        super().__init__(*args, auto_id="id_wish_%s", **kwargs)

    def adapt(self) -> None:
        self.fields["first"].initial = timezone.localdate() + timedelta(days=LEAD_DAYS)
        self.fields["course"] = forms.CharField(
            widget=forms.HiddenInput, initial=self.course.code, required=False
        )
        if self.meetings == 1:
            del self.fields["days_between"]

    @property
    def meetings(self) -> int:
        return self.course.meetings or 1

    def arranged(self) -> Layout:
        return Layout("course", "propose", *self.where_and_when())

    @property
    def pattern(self) -> Pattern:
        return Pattern(self.meetings, int(self.cleaned_data.get("days_between") or 1))

    @property
    def wish(self) -> Wish:
        return self.wish_of(self.course, days=SEARCHED_DAYS + self.meetings * self.pattern.days_between)


class GroupsForm(WishForm):
    """Many groups of a course in one month."""

    course = forms.ModelChoiceField(
        Course.objects.offered().exclude(delivery=Course.Delivery.SELF_PACED),
        label=gettext_lazy("Course"),
        to_field_name="code",
    )
    groups = forms.IntegerField(label=gettext_lazy("How many groups"), min_value=1, max_value=GROUPS_MAX)
    month = forms.ChoiceField(label=gettext_lazy("Month"))
    days_between = days_between_field()
    button_label = gettext_lazy("Propose groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            choice for choice in months_around(today) if choice[0] >= f"{today:%Y-%m}"
        ]
        # Of this month only some days are left.
        self.fields["month"].initial = f"{next_month(today.replace(day=1)):%Y-%m}"

    def arranged(self) -> Layout:
        return Layout(
            Fieldset(_("What"), "course", "groups", css_class="form-part"),
            *self.where_and_when(),
        )

    @property
    def pattern(self) -> Pattern:
        return Pattern(self.cleaned_data["course"].meetings or 1, int(self.cleaned_data["days_between"] or 1))

    @property
    def days(self) -> tuple[date, date]:
        """The days of the month that are still ahead."""
        first = date.fromisoformat(f"{self.cleaned_data['month']}-01")
        return max(first, timezone.localdate()), next_month(first) - timedelta(days=1)

    @property
    def wish(self) -> Wish:
        course = self.cleaned_data["course"]
        first, last = self.days
        return self.wish_for(course, length=length_for(course, None), first=first, last=last)
