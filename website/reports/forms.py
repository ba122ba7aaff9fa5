"""Which month a report is of, and what its rows are. What is not understood is not asked."""

from collections.abc import Iterator
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.filters import ListFilters
from website.reports.month import Month

MONTHS_BACK, MONTHS_AHEAD = 24, 12
BY_CHOICES = [
    ("course", pgettext_lazy("rows", "by course")),
    ("trainer", pgettext_lazy("rows", "by trainer")),
    ("room", pgettext_lazy("rows", "by room")),
    ("site", pgettext_lazy("rows", "by site")),
]


class MonthForm(ListFilters):
    """The month of the address, or the present one."""

    more = gettext_lazy("Month and rows")

    month = forms.ChoiceField(required=False)
    by = forms.ChoiceField(label=pgettext_lazy("report", "Rows"), required=False, choices=BY_CHOICES)

    def __init__(self, data: QueryDict) -> None:
        shown = data.copy()
        if shown.get("month") not in dict(months()):
            shown["month"] = f"{timezone.localdate():%Y-%m}"
        super().__init__(shown)

    def add_fields(self) -> None:
        self.fields["month"] = forms.ChoiceField(label=_("Month"), required=False, choices=list(months()))

    @property
    def month_shown(self) -> Month:
        return Month(date.fromisoformat(f"{self.chosen['month']}-01"))

    @property
    def by_shown(self) -> str:
        return str(self.chosen.get("by") or "course")

    @property
    def by_words(self) -> str:
        return str(dict(BY_CHOICES)[self.by_shown])


def months() -> Iterator[tuple[str, str]]:
    """ "2026-11" and "November 2026", the latest first."""
    today = timezone.localdate()
    count = today.year * 12 + today.month - 1
    for month in range(count + MONTHS_AHEAD, count - MONTHS_BACK - 1, -1):
        year, index = divmod(month, 12)
        yield f"{year}-{index + 1:02}", month_name(date(year, index + 1, 1))


def month_name(first: date) -> str:
    return f"{MONTHS[first.month]} {first.year}".capitalize()
