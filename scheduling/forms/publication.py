"""Which month is published, and what of it."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.filters import ListFilters
from scheduling.forms.reasons import WithReasons
from scheduling.forms.sessions import CancelForm, midnight, months_around, next_month
from scheduling.models import PreparedChange, Session
from scheduling.publication.difference import Difference, Row


class PublicationMonth(ListFilters):
    """The month of the address; without one the first in which something waits for publication."""

    month = forms.ChoiceField(required=False)

    def __init__(self, data: QueryDict) -> None:
        shown = data.copy()
        if shown.get("month") not in dict(coming_months()):
            shown["month"] = f"{first_waiting():%Y-%m}"
        super().__init__(shown)

    def add_fields(self) -> None:
        self.fields["month"] = forms.ChoiceField(label=_("Month"), required=False, choices=coming_months())

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.data['month']}-01")

    @property
    def times(self) -> tuple[datetime, datetime]:
        return midnight(self.first), midnight(next_month(self.first))


def coming_months() -> list[tuple[str, str]]:
    today = timezone.localdate()
    return [(month, words) for month, words in months_around(today) if month >= f"{today:%Y-%m}"]


def first_waiting() -> date:
    """A day of the first month, this one or later, with a draft or a prepared change; today when nothing waits."""
    now = timezone.now()
    drafts = Session.objects.filter(status=Session.Status.DRAFT, starts_at__gt=now).order_by("starts_at")
    changes = PreparedChange.objects.filter(session__starts_at__gt=now).order_by("session__starts_at")
    starts = [
        *drafts.values_list("starts_at", flat=True)[:1],
        *changes.values_list("session__starts_at", flat=True)[:1],
    ]
    return timezone.localdate(min(starts, default=now))


class PublicationForm(WithReasons):
    """A tick for each row that can be published, all set at first; `shown` is the print of what was shown.

    The reason of each prepared change was given when it was prepared.
    """

    reason = None  # type: ignore[assignment]
    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, difference: Difference, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.difference = difference
        self.fields["take"] = forms.TypedMultipleChoiceField(
            label=_("What is published"),
            required=False,
            coerce=int,
            choices=[(row.session.pk, str(row.session)) for row in difference.ready],
            error_messages={
                "invalid_choice": _(
                    "Something changed since you were shown the difference. Nothing was published: look again."
                )
            },
        )

    @property
    def ticked(self) -> set[int]:
        """Keys of the sessions whose rows are ticked."""
        if not self.is_bound:
            return {row.session.pk for row in self.difference.ready}
        return {int(pk) for pk in self["take"].value() if pk.isdecimal()}

    @property
    def chosen(self) -> list[Row]:
        keys = set(self.cleaned_data["take"])
        return [row for row in self.difference.ready if row.session.pk in keys]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "take" not in self.errors and not cleaned.get("take"):
            self.add_error("take", _("Tick one row at least."))
        return cleaned


class PrepareCancellationForm(CancelForm):
    """The same reason, kept until the next publication."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    button_label = gettext_lazy("Keep for the next publication")
