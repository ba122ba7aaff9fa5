"""What trainers send: a week to look at, marks and scores, a person who walks in."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrolment.attendance import MarkWish, ScoreWish, Standing, minutes_of
from enrolment.errors import InvalidMinutes
from enrolment.models import Mark
from enrolment.sheets import SheetRow
from people.models import Employee, add_work
from scheduling.models import Meeting, Session
from trainers.models import Trainer

WEEK = re.compile(r"(20\d\d)-W(\d\d)")


class WeekField(forms.CharField):
    """An ISO week such as "2026-W48", as the date of its Monday."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            if found := WEEK.fullmatch(text):
                return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        except ValueError:
            pass  # a year without a 53rd week
        raise forms.ValidationError(_("There is no such week."))


class TimetableForm(forms.Form):
    """Which week, and for planners whose."""

    week = WeekField(required=False, widget=forms.HiddenInput)
    trainer = forms.ModelChoiceField(
        Trainer.objects.active().select_related("employee"),
        required=False,
        label=_("Trainer"),
        empty_label=_("Choose a trainer"),
    )


class MeetingForm(forms.Form):
    """Which meeting's sheet."""

    meeting = forms.ModelChoiceField(Meeting.objects.none(), required=False)

    def __init__(self, data: Mapping[str, Any], session: Session) -> None:
        super().__init__(data)
        self.fields["meeting"].queryset = session.meetings.all()  # type: ignore[attr-defined]


class MarkForm(forms.Form):
    """One person's row. The hidden fields keep what stood there when the page was made (promise R17)."""

    mark = forms.ChoiceField(
        choices=[*Mark.choices, ("", _("not marked"))], required=False, widget=forms.RadioSelect
    )
    minutes = forms.IntegerField(required=False, min_value=0, max_value=1440)
    seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    score = forms.IntegerField(required=False, min_value=0, max_value=100, label=_("Score, percent"))
    seen_score = forms.IntegerField(required=False, min_value=0, max_value=100, widget=forms.HiddenInput)

    def __init__(
        self, row: SheetRow, meeting: Meeting, data: Mapping[str, Any] | None = None, *, scored: bool = False
    ) -> None:
        self.row, self.meeting, self.scored = row, meeting, scored
        standing = row.standing
        score = row.enrolment.score
        super().__init__(
            data,
            prefix=f"p{row.enrolment.pk}",
            initial={
                "mark": standing.mark,
                "minutes": standing.minutes if standing.mark in {Mark.LATE, Mark.LEFT_EARLY} else None,
                "seen": str(standing),
                "score": score,
                "seen_score": score,
            },
        )
        if not scored:
            del self.fields["score"], self.fields["seen_score"]

    def was_sent(self) -> bool:
        """Whether the page sent this row: a single tap sends its own alone."""
        return self.add_prefix("seen") in self.data

    def clean_seen(self) -> Standing:
        try:
            return Standing.parse(self.cleaned_data["seen"])
        except ValueError as error:
            raise forms.ValidationError(_("The page is out of date. Open it again.")) from error

    def clean(self) -> None:
        cleaned = super().clean() or self.cleaned_data
        if "mark" in cleaned and "minutes" in cleaned:
            try:
                minutes_of(cleaned["mark"], cleaned["minutes"], self.meeting)
            except InvalidMinutes as error:
                self.add_error("minutes", str(error))

    def mark_wish(self) -> MarkWish:
        cleaned = self.cleaned_data
        return MarkWish(self.row.enrolment.pk, cleaned["mark"], cleaned["minutes"], cleaned["seen"])

    def score_wish(self) -> ScoreWish:
        cleaned = self.cleaned_data
        return ScoreWish(self.row.enrolment.pk, cleaned["score"], cleaned["seen_score"])

    def problem(self) -> str:
        """The row's errors as one text."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class WalkInSearchForm(forms.Form):
    """Whom to add: by name or personnel number."""

    find = forms.CharField(
        required=False,
        min_length=2,
        max_length=80,
        label=_("Name or personnel number"),
        error_messages={"min_length": _("Type at least two letters or digits.")},
    )

    MOST_FOUND = 10
    MOST_WORDS = 4  # last, first and middle name, and a number: more words only cost

    def people(self) -> list[Employee]:
        """Those found, with their work; few, for the list is to choose from and not to read."""
        words = self.cleaned_data["find"].split()[: self.MOST_WORDS] if self.is_valid() else []
        if not words:
            return []
        found = list(Employee.objects.employed().by_name(" ".join(words))[: self.MOST_FOUND])
        add_work(found)
        return found


class WalkInForm(forms.Form):
    person = forms.ModelChoiceField(Employee.objects.employed())
    # Why a seat beyond the limit is given, by who may.
    despite = forms.CharField(required=False, max_length=200)
