"""What the centre types about a day of the calendar."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Self

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.models import MOVED_KINDS, CalendarDay
from scheduling.calendar_table.reading import DayTable
from scheduling.calendar_table.rows import DayRow, RefusedLine

# The table of a year has 10 kB, as a workbook 20 with everything that spreadsheets add.
TABLE_MAX_BYTES = 2 * 1024 * 1024
SEEN_FOR = timedelta(days=1)
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
        fields = ["on", "kind", "counterpart_on", "name", "status", "is_closed", "note"]
        widgets = {
            name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            for name in ("on", "counterpart_on")
        }
        help_texts = {
            "kind": gettext_lazy("What the law says of the day; a closed day of the centre is its own day."),
            "counterpart_on": gettext_lazy(
                "Of a moved day off the day it was moved from; of a working weekend the day off it was given up for."
            ),
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
        on, kind, counterpart = (cleaned.get(name) for name in ("on", "kind", "counterpart_on"))
        if on and kind == CalendarDay.Kind.WORKING_WEEKEND and on.weekday() < 5:
            self.add_error("kind", _("This day is not a Saturday or Sunday: it is a working day anyway."))
        if kind and counterpart and kind not in MOVED_KINDS:
            self.add_error("counterpart_on", _("Only a moved day off and a working weekend have such a day."))
        elif on and counterpart == on:
            self.add_error("counterpart_on", _("The day is moved from or to itself."))
        if kind == CalendarDay.Kind.CENTRE and not cleaned.get("is_closed") and "is_closed" in cleaned:
            self.add_error("is_closed", _("The centre's own day says that the centre is closed: tick it."))
        return cleaned


class CalendarTableForm(CentreForm, forms.Form):
    """A file with days."""

    button_label = gettext_lazy("Compare with the calendar")

    file = forms.FileField(
        label=gettext_lazy("File with the table of days"),
        help_text=gettext_lazy(
            "XLSX, or CSV in UTF-8 or Windows-1251. Nothing changes before you have seen the comparison."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > TABLE_MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(size)s. Is it really the table of a year?")
                % {"size": filesizeformat(TABLE_MAX_BYTES)}
            )
        return file


class SeenTableForm(forms.Form):
    """The table that somebody has seen beside the calendar, signed, so that it is applied as it was judged.

    It lies in the page and not in the database: what nobody applies leaves nothing behind.
    """

    table = forms.CharField(widget=forms.HiddenInput, max_length=1_000_000)

    SALT = "calendar-table"

    @classmethod
    def holding(cls, table: DayTable, seen: str) -> Self:
        told = {
            "rows": [row.as_json() for row in table.rows],
            "refused": [asdict(line) for line in table.refused],
            "seen": seen,
        }
        return cls(initial={"table": signing.dumps(told, salt=cls.SALT, compress=True)})

    def clean_table(self) -> tuple[DayTable, str]:
        try:
            told = signing.loads(self.cleaned_data["table"], salt=self.SALT, max_age=SEEN_FOR)
        except signing.BadSignature:
            raise forms.ValidationError(
                _("The comparison is too old or was changed on its way. Upload the file again.")
            ) from None
        rows = [DayRow.from_json(row) for row in told["rows"]]
        return DayTable(rows, [RefusedLine(**line) for line in told["refused"]]), told["seen"]
