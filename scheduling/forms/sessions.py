"""The filters of the planners' list, and the steps in a session's life."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from crispy_forms.bootstrap import StrictButton
from crispy_forms.layout import Layout, LayoutObject
from django import forms
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.filters import ListFilters
from centre.forms import CentreForm
from centre.models import Site
from scheduling.errors import NeedsReason
from scheduling.hurt import without_room, without_trainer
from scheduling.models import Session, SessionQuerySet
from scheduling.overview import below_minimum_soon
from scheduling.rehearsal import REHEARSE
from trainers.models import Trainer

MONTHS_BACK, MONTHS_AHEAD = 6, 12
# Beside the states: sessions that begin soon with too few people.
FEW = "few"


class SessionFilters(ListFilters):
    """The filters of the planners' list."""

    more = gettext_lazy("Month, state, site, trainer")

    q = forms.CharField(label=gettext_lazy("Course"), required=False, max_length=100)
    month = forms.ChoiceField(required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            *((value, capfirst(label)) for value, label in Session.Status.choices),
            (FEW, gettext_lazy("Too few people, beginning soon")),
        ],
    )
    site = forms.ModelChoiceField(
        Site.objects.all(), label=gettext_lazy("Site"), required=False, empty_label=gettext_lazy("All")
    )
    trainer = forms.ModelChoiceField(
        Trainer.objects.select_related("employee"),
        label=gettext_lazy("Trainer"),
        required=False,
        empty_label=gettext_lazy("All"),
    )

    lacks = forms.ChoiceField(
        label=gettext_lazy("Lacks"),
        required=False,
        choices=[
            ("", gettext_lazy("no matter")),
            ("trainer", gettext_lazy("a trainer")),
            ("room", gettext_lazy("a room")),
        ],
    )

    def add_fields(self) -> None:
        months = [("", _("Coming")), *months_around(timezone.localdate())]
        self.fields["month"] = forms.ChoiceField(label=_("When"), required=False, choices=months)

    def apply(self, sessions: SessionQuerySet) -> SessionQuerySet:
        chosen = self.chosen
        if words := chosen.get("q"):
            sessions = sessions.of_courses(words)
        if (status := chosen.get("status")) == FEW:
            sessions = sessions.filter(pk__in=below_minimum_soon(sessions))
        elif status:
            sessions = sessions.filter(status=status)
        if site := chosen.get("site"):
            sessions = sessions.at_site(site)
        if trainer := chosen.get("trainer"):
            sessions = sessions.taught_by(trainer.employee)
        if lacks := chosen.get("lacks"):
            meetings = without_trainer() if lacks == "trainer" else without_room()
            sessions = sessions.filter(pk__in=meetings.order_by().values("session"))
        if month := chosen.get("month"):
            first = date.fromisoformat(f"{month}-01")
            return sessions.during(midnight(first), midnight(next_month(first)))
        return sessions.filter(ends_at__gte=midnight(timezone.localdate()))


def months_around(today: date) -> Iterator[tuple[str, str]]:
    """ "2026-11" and "November 2026", from half a year ago to a year ahead."""
    count = today.year * 12 + today.month - 1
    for month in range(count - MONTHS_BACK, count + MONTHS_AHEAD + 1):
        year, index = divmod(month, 12)
        yield f"{year}-{index + 1:02}", f"{MONTHS[index + 1]} {year}".capitalize()


def next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


class StepForm(CentreForm, forms.Form):
    """A step in a session's life, confirmed on a page that says what it will do."""

    cancel_label = gettext_lazy("Back to the session")
    # The field for the reason of what is unusual, and where a question about it stands.
    reason_field = "despite"
    # Whether what will happen depends on what is typed, and is shown when asked for.
    is_rehearsed_on_demand = False

    def ask_for_reason(self, refusal: NeedsReason) -> None:
        for finding in refusal.findings:
            self.add_error(self.reason_field, finding.message)

    def button_row(self) -> LayoutObject:
        row = super().button_row()
        if self.is_rehearsed_on_demand:
            words = gettext_lazy("Show what will happen")
            button = StrictButton(
                words, type="submit", name=REHEARSE, value="1", css_class="button button--secondary"
            )
            row.fields.insert(1, button)
        return row


class SeenSessionForm(StepForm):
    """A step of the session that the planner saw: the second of two planners is told (rule 9)."""

    # Of the session when the page was made.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PublishForm(SeenSessionForm):
    """`despite` appears when limits are broken since the session was planned (rule 3)."""

    despite = forms.CharField(label=gettext_lazy("Why it has to be so"), required=False, max_length=300)
    button_label = gettext_lazy("Publish")

    def arranged(self) -> Layout:
        asks = "despite" in self.errors or bool(self["despite"].value())
        return Layout("version", *(["despite"] if asks else []))


class ConfirmForm(SeenSessionForm):
    button_label = gettext_lazy("Confirm")


class LimitForm(SeenSessionForm):
    """The session's own limit of seats."""

    limit = forms.IntegerField(
        label=gettext_lazy("Own limit of seats"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=gettext_lazy("Empty: as many as the course and the room allow."),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=300)
    button_label = gettext_lazy("Change the limit")
    reason_field = "reason"
    is_rehearsed_on_demand = True


class RunAnywayForm(StepForm):
    """Why a session takes place with too few people (rule 8)."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Planners read it in the story of the session."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    button_label = gettext_lazy("Let it take place")


class CancelForm(SeenSessionForm):
    """Why a session is cancelled; its people read it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Everybody who holds a seat or waits reads it in the message."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    button_label = gettext_lazy("Cancel the session")
    button_class = "button button--danger"
