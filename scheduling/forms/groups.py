"""The proposed groups of a month: which to save, and another day, room or trainer for one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.finder.days import Search
from scheduling.forms.reasons import WithReasons
from scheduling.forms.wishes import day_widget
from scheduling.plans import SessionPlan

SALT = "scheduling.proposed_group"
SIGNED_LENGTH = 20_000
# The button that looks for another place for one group, with the group's number.
CHANGE = "change"


OUT_OF_DATE = gettext_lazy("This page is out of date. Propose the groups again.")


class KeptPlan(forms.CharField):
    """What was proposed travels signed in the page, so that what is saved is what was seen."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            plan = SessionPlan.of_json(signing.loads(text, salt=SALT))
        except signing.BadSignature:
            raise forms.ValidationError(OUT_OF_DATE) from None
        if plan.meetings[0].starts_at <= timezone.now():
            raise forms.ValidationError(OUT_OF_DATE)
        return plan


def signed(plan: SessionPlan) -> str:
    return signing.dumps(plan.as_json(), salt=SALT, compress=True)


@dataclass(frozen=True)
class Change:
    """Where else the group is to be looked for; nothing said is any."""

    number: int
    first: date | None
    room_id: int | None
    trainer_id: int | None


class GroupRows(WithReasons):
    """For each group its kept plan, a tick, and the fields of a change."""

    def __init__(self, search: Search, count: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        anything = ("", capfirst(_("no matter")))
        rooms = [(room.pk, room.name) for room in search.fitting_rooms()]
        trainers = [
            (one.pk, one.name) for one in sorted(search.facts.trainers.values(), key=lambda one: one.name)
        ]
        days = {"min": search.wish.first.isoformat(), "max": search.wish.last.isoformat()}
        self.days = search.wish.first, search.wish.last
        for number in range(1, count + 1):
            name = _("Group %(number)s") % {"number": number}
            self.fields[f"plan_{number}"] = KeptPlan(label=name, required=False, max_length=SIGNED_LENGTH)
            self.fields[f"take_{number}"] = forms.BooleanField(
                label=name,
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            )
            widget = day_widget()
            widget.attrs |= {"class": "form-control", **days}
            self.fields[f"first_{number}"] = forms.DateField(
                label=_("Not before"), required=False, widget=widget
            )
            for kind, label, choices in (("room", _("Room"), rooms), ("trainer", _("Trainer"), trainers)):
                self.fields[f"{kind}_{number}"] = forms.TypedChoiceField(
                    label=label,
                    required=False,
                    coerce=int,
                    empty_value=None,
                    choices=[anything, *choices],
                    widget=forms.Select(attrs={"class": "form-select"}),
                )

    @staticmethod
    def initial_of(plans: Mapping[int, SessionPlan]) -> dict[str, Any]:
        """The fields that keep these plans, all ticked."""
        kept = {f"plan_{number}": signed(plan) for number, plan in plans.items()}
        return kept | {f"take_{number}": True for number in plans}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = self.days
        for number in range(1, self.count + 1):
            day = cleaned.get(f"first_{number}")
            if day and not first <= day <= last:
                self.add_error(f"first_{number}", _("Choose a day of this month that is still ahead."))
        return cleaned

    @property
    def plans(self) -> dict[int, SessionPlan]:
        """By the group's number what the page showed."""
        kept = {number: self.cleaned_data.get(f"plan_{number}") for number in range(1, self.count + 1)}
        return {number: plan for number, plan in kept.items() if plan}

    @property
    def ticked(self) -> list[int]:
        """The numbers of the groups that shall be saved."""
        return [number for number in self.plans if self.cleaned_data.get(f"take_{number}")]

    @property
    def taken(self) -> list[SessionPlan]:
        plans = self.plans
        return [plans[number] for number in self.ticked]

    @property
    def change(self) -> Change | None:
        """The change that was asked for."""
        word = self.data.get(CHANGE, "")
        if word not in map(str, range(1, self.count + 1)):
            return None
        chosen = [self.cleaned_data.get(f"{name}_{word}") for name in ("first", "room", "trainer")]
        return Change(int(word), *chosen)
