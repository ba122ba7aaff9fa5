"""What the centre types about sites, rooms and their closures."""

from datetime import datetime
from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.models import Site
from courses.models import Equipment
from scheduling.models import Room, RoomClosure, RoomQuerySet


class RoomFilters(ListFilters):
    more = gettext_lazy("Site, equipment, steps, use")

    q = forms.CharField(label=gettext_lazy("Name or code"), required=False, max_length=100)
    site = forms.ModelChoiceField(
        Site.objects.all(), label=gettext_lazy("Site"), required=False, empty_label=gettext_lazy("Any")
    )
    equipment = forms.ModelChoiceField(
        Equipment.objects.all(),
        label=gettext_lazy("With equipment"),
        required=False,
        empty_label=gettext_lazy("no matter"),
    )
    seats = forms.IntegerField(label=gettext_lazy("Seats at least"), required=False, min_value=1)
    use = forms.ChoiceField(
        label=pgettext_lazy("room", "Use"),
        required=False,
        choices=[
            ("", gettext_lazy("in use")),
            ("step_free", gettext_lazy("in use, without steps")),
            ("closed", gettext_lazy("closed now or soon")),
            ("out", gettext_lazy("not in use")),
            ("all", gettext_lazy("all of them")),
        ],
    )

    def apply(self, rooms: RoomQuerySet) -> RoomQuerySet:
        chosen = self.chosen
        if words := chosen.get("q"):
            rooms = rooms.named(words)
        if site := chosen.get("site"):
            rooms = rooms.filter(site=site)
        if equipment := chosen.get("equipment"):
            rooms = rooms.filter(equipment=equipment)
        if seats := chosen.get("seats"):
            rooms = rooms.filter(capacity__gte=seats)
        use = chosen.get("use")
        if use == "closed":
            closures = RoomClosure.objects.filter(ends_at__gt=timezone.now())
            rooms = rooms.filter(pk__in=closures.values("room"))
        if use == "step_free":
            rooms = rooms.filter(is_step_free=True)
        return rooms if use == "all" else rooms.filter(is_active=use != "out")


class RoomForm(CentreForm, forms.ModelForm):
    """A room. The capacity of one that sessions are planned in changes by an action, after this form is valid."""

    class Meta:
        model = Room
        fields = ["site", "code", "name", "capacity", "equipment", "is_step_free", "is_active", "note"]
        widgets = {"equipment": forms.CheckboxSelectMultiple}
        help_texts = {
            "code": gettext_lazy("Stands in lists, such as STR-201; it cannot be changed later."),
            "is_active": gettext_lazy("Without the tick nothing new is planned here."),
            "note": gettext_lazy("What planners should know, such as the way in."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capacity"].error_messages["min_value"] = _("A room has a seat at least.")
        if self.instance.pk:
            for name in ("site", "code"):
                self.fields[name].disabled = True

    def arranged(self) -> Layout:
        return Layout(
            "site",
            "code",
            "name",
            "capacity",
            Div("equipment", css_class="choice-box"),
            "is_step_free",
            "is_active",
            "note",
        )

    def clean_capacity(self) -> int:
        capacity = self.cleaned_data["capacity"]
        if not 1 <= capacity <= 10_000:
            raise forms.ValidationError(_("A room has from 1 to 10 000 seats."))
        return int(capacity)


class SiteForm(CentreForm, forms.ModelForm):
    """Where a site is and when it is open."""

    class Meta:
        model = Site
        fields = ["name", "address", "opens_at", "closes_at"]
        widgets = {
            "opens_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "closes_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }
        help_texts = {"closes_at": gettext_lazy("Meetings are planned between these times, on every day.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The site closes after it opens."))
        return cleaned


def moment_widget() -> forms.DateTimeInput:
    return forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class ProposedClosure(forms.Form):
    """What the address proposes for a closure, such as the time of a reported trouble; nonsense proposes nothing."""

    starts_at = forms.DateTimeField(required=False)
    ends_at = forms.DateTimeField(required=False)
    reason = forms.CharField(required=False, max_length=200)

    @property
    def filled_in(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ClosureForm(CentreForm, forms.ModelForm):
    """Time during which a room cannot be used. Meetings that stand in the way do not stop it (rule 7)."""

    class Meta:
        model = RoomClosure
        fields = ["starts_at", "ends_at", "reason"]
        labels = {"starts_at": gettext_lazy("Closed from"), "ends_at": gettext_lazy("Open again at")}
        widgets = {"starts_at": moment_widget(), "ends_at": moment_widget()}
        help_texts = {"reason": gettext_lazy("Planners read it, such as repair of the ceiling.")}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if isinstance(starts_at, datetime) and isinstance(ends_at, datetime) and ends_at <= starts_at:
            self.add_error("ends_at", _("The room opens after it closes. Choose a later time."))
        return cleaned
