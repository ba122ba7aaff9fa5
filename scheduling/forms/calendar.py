"""What the centre types about a day of the calendar."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.models import CalendarDay

YEARS_BACK, YEARS_AHEAD = 3, 3


class CalendarFilters(ListFilters):
    more = gettext_lazy("Year, kind, status")

    year = forms.IntegerField(required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("day", "Kind"),
        required=False,
        choices=[("", pgettext_lazy("m", "Any")), *CalendarDay.Kind.choices],
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", pgettext_lazy("m", "Any")), *CalendarDay.Status.choices],
    )
    closed = forms.BooleanField(label=gettext_lazy("The centre is closed"), required=False)

    def add_fields(self) -> None:
        this_year = timezone.localdate().year
        years = range(this_year - YEARS_BACK, this_year + YEARS_AHEAD + 1)
        self.fields["year"] = forms.TypedChoiceField(
            label=_("Year"),
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", _("this year")), *((year, year) for year in years if year != this_year)],
        )

    @property
    def year_shown(self) -> int:
        return int(self.chosen.get("year") or timezone.localdate().year)

    def apply(self, days: Any) -> Any:
        chosen = self.chosen
        days = days.filter(on__year=self.year_shown)
        if kind := chosen.get("kind"):
            days = days.filter(kind=kind)
        if status := chosen.get("status"):
            days = days.filter(status=status)
        return days.filter(is_closed=True) if chosen.get("closed") else days


class CalendarDayForm(CentreForm, forms.ModelForm):
    """One day: the law's word and the centre's own are kept apart."""

    class Meta:
        model = CalendarDay
        fields = ["on", "kind", "name", "status", "is_closed", "note"]
        widgets = {"on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        help_texts = {
            "kind": gettext_lazy("What the law says of the day; a closed day of the centre is its own day."),
            "status": gettext_lazy("How certain it is: until the decree a moved day is preliminary."),
            "is_closed": gettext_lazy("With the tick nothing is planned on this day at any site."),
        }

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        other = CalendarDay.objects.filter(on=on).exclude(pk=self.instance.pk).first()
        if other:
            raise forms.ValidationError(
                _("The calendar has this day already: “%(name)s”. Change that entry.") % {"name": other.name}
            )
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        on, kind = cleaned.get("on"), cleaned.get("kind")
        if on and kind == CalendarDay.Kind.WORKING_WEEKEND and on.weekday() < 5:
            self.add_error("kind", _("This day is not a Saturday or Sunday: it is a working day anyway."))
        if kind == CalendarDay.Kind.CENTRE and not cleaned.get("is_closed") and "is_closed" in cleaned:
            self.add_error("is_closed", _("The centre's own day says that the centre is closed: tick it."))
        return cleaned
