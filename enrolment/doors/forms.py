"""What staff fill in to enrol somebody, to change a date and to take a cancellation back."""

from typing import Any

from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from centre.forms import CentreForm
from enrolment.attendance_forms import WalkInSearchForm
from enrolment.doors.checks import Door
from enrolment.doors.overlooking import NAMES
from people.models import Employee, add_work

REASON_LENGTH = 200


class FindPersonForm(WalkInSearchForm):
    """Whom to enrol: a typing error finds those who were probably meant."""

    def people(self) -> list[Employee]:
        found = super().people()
        if not found and self.is_valid() and self.cleaned_data["find"].strip():
            meant = Employee.objects.employed().meant(self.cleaned_data["find"])
            if meant:
                found = list(Employee.objects.employed().by_name(meant)[: self.MOST_FOUND])
                add_work(found)
        return found


class PersonForm(forms.Form):
    """Who was chosen."""

    person = forms.ModelChoiceField(Employee.objects.employed(), required=False)

    @property
    def chosen(self) -> Employee | None:
        return self.cleaned_data["person"] if self.is_valid() else None


class OverlookingForm(CentreForm, forms.Form):
    """What stands in the way and is overlooked: a tick for each, or no such field at all."""

    overlooks = forms.MultipleChoiceField(
        label=_("Overlook"),
        help_text=_("Tick each one that you overlook; the words are those that the person would read."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, door: Door, **kwargs: Any) -> None:
        self.door = door
        super().__init__(*args, **kwargs)
        if door.healable:
            self.fields["overlooks"].choices = door.healable  # type: ignore[attr-defined]
        else:
            del self.fields["overlooks"]

    @property
    def ticked(self) -> frozenset[str]:
        return frozenset(self.cleaned_data.get("overlooks", ()))

    def refuse_half(self, sentence: str | Promise) -> None:
        """Of what stands in the way a part alone helps nobody."""
        if "overlooks" in self.fields and self.ticked != {code for code, _words in self.door.healable}:
            self.add_error("overlooks", str(sentence))


class DoorForm(OverlookingForm):
    """What is overlooked and why, a place in the queue or a seat beyond the limit, and a day off that was agreed to."""

    how = forms.ChoiceField(label=_("No seat is free"), widget=forms.RadioSelect, initial="queue")
    consents = forms.BooleanField(
        label=_("The person has agreed to come on a day off"),
        error_messages={"required": _("Ask the person, and tick that they have agreed.")},
    )
    despite = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed for what you overlook or exceed; it stays in the story of the enrolment."),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    button_label = _("Enrol")

    def __init__(self, *args: Any, door: Door, **kwargs: Any) -> None:
        super().__init__(*args, door=door, **kwargs)
        if door.seat_is_free or not door.may_exceed:
            del self.fields["how"]
        else:
            self.fields["how"].choices = [  # type: ignore[attr-defined]
                ("queue", _("A place at the end of the queue")),
                ("exceed", door.beyond_words),
            ]
        if door.situation.days_off:
            self.fields["consents"].help_text = door.day_off_words
        else:
            del self.fields["consents"]
        if not {"overlooks", "how"} & self.fields.keys():
            del self.fields["despite"]

    def clean(self) -> None:
        cleaned = super().clean() or self.cleaned_data
        self.refuse_half(_("Tick all that stand in the way, or enrol somebody else."))
        if (self.ticked or self.exceeds) and not cleaned.get("despite", "").strip():
            self.add_error("despite", _("Say why: the reason stays in the story of the enrolment."))

    @property
    def exceeds(self) -> bool:
        return self.cleaned_data.get("how") == "exceed"


class RestoreForm(OverlookingForm):
    """Why staff take a cancellation back, and what they overlook."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        help_text=_("The person reads it in the story of their enrolment."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    button_label = _("Take the cancellation back")

    def clean(self) -> None:
        super().clean()
        self.refuse_half(_("Tick all that stand in the way, or leave the cancellation as it is."))

    def required_legend(self) -> LayoutObject:
        return super().required_legend() if "overlooks" in self.fields else Layout()  # one field


class CancelSomebodyForm(CentreForm, forms.Form):
    """Whose wish it is that somebody does not come, and why."""

    whose = forms.ChoiceField(
        label=_("Whose decision"),
        choices=[
            ("trainee", _("The person’s: they cannot come")),
            ("centre", _("The training centre’s: the time of their request is kept for another date")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        help_text=_("The person reads it in the letter and in the story of their enrolment."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    button_label = _("Cancel this enrolment")
    button_class = "button button--danger"
    cancel_label = _("No, keep the enrolment")

    @property
    def by_centre(self) -> bool:
        return bool(self.cleaned_data["whose"] == "centre")


class OtherDateForm(forms.Form):
    """Which date, and what goes with it."""

    session = forms.IntegerField()
    queues = forms.BooleanField(required=False)
    consents = forms.BooleanField(required=False)
    overlooks = forms.MultipleChoiceField(choices=list(NAMES.items()), required=False)
    reason = forms.CharField(required=False, max_length=REASON_LENGTH)


class ChoiceForm(forms.Form):
    """Which of two sessions of one time is kept."""

    keeps = forms.ChoiceField(choices=[("this", ""), ("other", "")])
