"""Planning a session: its course, its times, then its rooms and trainers."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.forms import CentreForm, name_when_required
from centre.models import Policy, closed_days
from courses.models import Course
from scheduling.checks import daily_hours_findings, local_day, qualification_findings, travel_findings
from scheduling.choices import Choices, Option
from scheduling.facts import Span
from scheduling.forms.reasons import WithReasons
from scheduling.plans import MeetingPlan

PLANNED_AHEAD = timedelta(days=731)
# Rooms and trainers that were found together with the times; see `scheduling.searches.places_in_address`.
PLACES_LENGTH = 2000
PLACES = re.compile(r"(?P<room>\d{0,9}):(?P<trainers>\d{0,9}(,\d{1,9})*)")
DETAILS = ("limit", "needs_step_free", "online_link", "note")


class CourseSearch(forms.Form):
    """The first step of planning: which course; its code, once chosen, leads to the next step."""

    course = forms.CharField(required=False, max_length=20)
    q = forms.CharField(label=gettext_lazy("Course"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget = forms.TextInput(attrs={"class": "form-control", "type": "search"})


def meeting_fields(meetings: int) -> dict[str, forms.Field]:
    """Day, beginning and end of each meeting; a single meeting needs no number."""
    fields: dict[str, forms.Field] = {}
    for number in range(1, meetings + 1):
        words = {"number": number}
        fields[f"day_{number}"] = forms.DateField(
            label=_("Day of meeting %(number)s") % words if meetings > 1 else _("Day"),
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )
        fields[f"start_{number}"] = forms.TimeField(
            label=_("Meeting %(number)s begins at") % words if meetings > 1 else _("Begins at"),
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300}),
        )
        fields[f"end_{number}"] = forms.TimeField(
            label=_("Meeting %(number)s ends at") % words if meetings > 1 else _("Ends at"),
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300}),
        )
    return fields


class TimesForm(CentreForm, forms.Form):
    """The second step: day and times of each meeting, and the session's own details.

    It is sent by GET, so that the step stands in the address; the third step carries its fields along.
    """

    needs_step_free = forms.BooleanField(
        label=gettext_lazy("The group needs step-free access"), required=False
    )
    limit = forms.IntegerField(
        label=gettext_lazy("Own limit of seats"), required=False, min_value=1, max_value=10_000
    )
    online_link = forms.URLField(
        label=gettext_lazy("Link of the webinar"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=gettext_lazy("Trainees see it on the session's page and in the reminders."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for trainees"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("What to bring, where to enter. Everybody who opens the session reads it."),
    )
    button_label = gettext_lazy("Show free rooms and trainers")

    def __init__(
        self,
        course: Course,
        meetings: int,
        policy: Policy,
        *args: Any,
        is_replanned: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.course, self.meetings, self.policy = course, meetings, policy
        self.is_replanned = is_replanned
        self.fields = {**meeting_fields(meetings), **self.fields}
        self.fields.pop("needs_step_free" if course.is_online else "online_link")
        # What the steps carry along: the course, or the version of the session when the planner opened it.
        if is_replanned:
            self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        else:
            self.fields["course"] = forms.CharField(widget=forms.HiddenInput)
            self.fields["places"] = forms.CharField(
                widget=forms.HiddenInput, required=False, max_length=PLACES_LENGTH
            )
        for field in self.fields.values():
            name_when_required(field)
        self.fields["limit"].help_text = _(
            "Empty: as many as the course (%(group_max)s) and the room allow."
        ) % {"group_max": course.group_max}
        self.helper.form_method = "get"
        self.helper.disable_csrf = True

    def arranged(self) -> Layout:
        times = [
            Div(
                *(Div(f"{part}_{number}", css_class="times__field") for part in ("day", "start", "end")),
                css_class="times",
            )
            for number in range(1, self.meetings + 1)
        ]
        return Layout(
            *(name for name in ("course", "version", "places") if name in self.fields),
            Fieldset(_("When"), *times, css_class="form-part"),
            Fieldset(_("Details"), *(name for name in DETAILS if name in self.fields), css_class="form-part"),
        )

    @classmethod
    def initial_of(cls, spans: Sequence[Span]) -> dict[str, object]:
        """The fields that show these times."""
        initial: dict[str, object] = {}
        for number, span in enumerate(spans, start=1):
            local = span.local(timezone.get_default_timezone())
            initial |= {
                f"day_{number}": local.starts_at.date(),
                f"start_{number}": local.starts_at.time(),
                f"end_{number}": local.ends_at.time(),
            }
        return initial

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_replanned and f"day_{self.meetings + 1}" in self.data:
            self._refuse_begun()
        spans = [self._span(number) for number in range(1, self.meetings + 1)]
        self.spans = [span for span in spans if span is not None]
        if len(self.spans) == self.meetings and not self.errors:
            self._check_order()
            self._check_days()
        return cleaned

    def _span(self, number: int) -> Span | None:
        day, start, end = (self.cleaned_data.get(f"{part}_{number}") for part in ("day", "start", "end"))
        if not (day and start and end):
            return None
        zone = timezone.get_default_timezone()
        if day > timezone.localdate() + PLANNED_AHEAD:
            self.add_error(f"day_{number}", _("Plan at most two years ahead."))
            return None
        if end <= start:
            self.add_error(f"end_{number}", _("A meeting must end after it starts."))
            return None
        starts_at = datetime.combine(day, start, tzinfo=zone)
        if starts_at <= timezone.now():
            self.add_error(f"day_{number}", _("This time is over. Choose a later day or time."))
            return None
        return Span(starts_at, datetime.combine(day, end, tzinfo=zone))

    def _refuse_begun(self) -> None:
        """A meeting that was asked about has begun since: the others would get each other's times."""
        self.add_error(
            None,
            _(
                "Meetings that have begun stay as they are, and a new time lies ahead. Change the other meetings."
            )
            if self.meetings
            else _("The session has begun and can no longer be changed."),
        )

    def _check_order(self) -> None:
        for number in range(2, self.meetings + 1):
            if self.spans[number - 1].starts_at < self.spans[number - 2].ends_at:
                self.add_error(
                    f"start_{number}",
                    _("Meeting %(number)s begins before meeting %(previous)s is over.")
                    % {"number": number, "previous": number - 1},
                )

    def _check_days(self) -> None:
        """Closed days and the hours of a day need no room, so they are said before rooms are shown."""
        days = [span.starts_at.date() for span in self.spans]
        closed = closed_days(min(days), max(days))
        for number, day in enumerate(days, start=1):
            if name := closed.get(day):
                self.add_error(
                    f"day_{number}",
                    _("The centre is closed on this day (%(name)s). Choose another.") % {"name": name},
                )
        lengths = [(span.starts_at.date(), span.length) for span in self.spans]
        for found in daily_hours_findings(lengths, hours_at_most=self.policy.academic_hours_a_day):
            self.add_error(None, found.message)

    @property
    def proposed_plans(self) -> list[MeetingPlan]:
        """The meetings with the rooms and trainers that were found for them, as far as the address tells."""
        words = self.cleaned_data.get("places", "").split(";")
        found = [place for word in words if (place := PLACES.fullmatch(word))]
        if len(found) != len(self.spans):
            return []
        return [
            MeetingPlan(
                span.starts_at,
                span.ends_at,
                int(place["room"] or 0) or None,
                tuple(int(pk) for pk in place["trainers"].split(",") if pk),
            )
            for span, place in zip(self.spans, found, strict=True)
        ]

    @property
    def query(self) -> str:
        """The address of this step with what was filled in."""
        return urlencode({name: self.data[name] for name in self.fields if name in self.data})

    @property
    def group(self) -> int:
        """How many people the room must seat."""
        return self.cleaned_data.get("limit") or self.course.group_max or 1

    @property
    def details(self) -> dict[str, Any]:
        """What the actions take beside the meetings."""
        return {name: self.cleaned_data[name] for name in DETAILS if name in self.fields}


@dataclass(frozen=True)
class Offer:
    """A room or trainer on the page, and whether it is chosen."""

    option: Option
    is_chosen: bool


@dataclass(frozen=True)
class MeetingOffers:
    """What may be chosen for one meeting instead of what is chosen for all."""

    number: int
    span: Span
    room_field: forms.BoundField
    trainers_field: forms.BoundField
    rooms: list[Offer]
    trainers: list[Offer]

    @property
    def has_own_room(self) -> bool:
        return any(offer.is_chosen for offer in self.rooms)

    @property
    def is_open(self) -> bool:
        """Whether the page shows it at once: something of its own is chosen, or wrong."""
        is_wrong = self.room_field.errors or self.trainers_field.errors
        return self.has_own_room or any(offer.is_chosen for offer in self.trainers) or bool(is_wrong)


class PlacesForm(WithReasons):
    """The third step: a room and trainers for all meetings, and others for single ones where that is needed.

    What is not offered is refused with the reason, so that a planner whose page grew old learns whom the room
    went to. A change that `may_wait` for the next publication may also take what somebody else has now: the action
    decides, and asks why (rule 9).
    """

    def __init__(self, choices: Choices, *args: Any, may_wait: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.may_wait = may_wait
        self.takes_from_others = False
        rooms = [(str(option.pk), option.room.name) for option in choices.rooms]
        trainers = [(str(option.pk), option.trainer.name) for option in choices.trainers]
        for meeting in (None, *(range(len(choices.spans)) if len(choices.spans) > 1 else ())):
            self.fields[room_field(meeting)] = forms.TypedChoiceField(
                label=_("Room"), required=False, coerce=int, empty_value=None, choices=[("", ""), *rooms]
            )
            self.fields[trainers_field(meeting)] = forms.TypedMultipleChoiceField(
                label=_("Trainers"), required=False, coerce=int, choices=trainers
            )

    @classmethod
    def initial_of(cls, plans: Sequence[MeetingPlan]) -> dict[str, object]:
        """The fields that show these rooms and trainers: what is common to all meetings once."""
        rooms, trainers = {plan.room_id for plan in plans}, {plan.trainer_ids for plan in plans}
        initial: dict[str, object] = {}
        for meeting, plan in enumerate(plans):
            initial[room_field(None if len(rooms) == 1 else meeting)] = plan.room_id
            initial[trainers_field(None if len(trainers) == 1 else meeting)] = plan.trainer_ids
        return initial

    def room_offers(self, meeting: int | None = None) -> list[Offer]:
        chosen = str(self[room_field(meeting)].value() or "")
        return [Offer(option, str(option.pk) == chosen) for option in self.choices.free_rooms(meeting)]

    def taken_room_offers(self) -> list[Offer]:
        """What somebody else has, for a change that may wait."""
        chosen = str(self[room_field(None)].value() or "")
        taken = self.choices.taken_rooms if self.may_wait else []
        return [Offer(option, str(option.pk) == chosen) for option in taken]

    def taken_trainer_offers(self) -> list[Offer]:
        chosen = {str(pk) for pk in self[trainers_field(None)].value() or ()}
        taken = self.choices.taken_trainers if self.may_wait else []
        return [Offer(option, str(option.pk) in chosen) for option in taken]

    @property
    def has_taken_room(self) -> bool:
        return any(offer.is_chosen for offer in self.taken_room_offers())

    @property
    def has_taken_trainer(self) -> bool:
        return any(offer.is_chosen for offer in self.taken_trainer_offers())

    def trainer_offers(self, meeting: int | None = None) -> list[Offer]:
        chosen = {str(pk) for pk in self[trainers_field(meeting)].value() or ()}
        return [Offer(option, str(option.pk) in chosen) for option in self.choices.free_trainers(meeting)]

    def meeting_offers(self) -> list[MeetingOffers]:
        """For a session of several meetings, what each may have of its own."""
        if len(self.choices.spans) == 1:
            return []
        return [
            MeetingOffers(
                meeting + 1,
                span,
                self[room_field(meeting)],
                self[trainers_field(meeting)],
                self.room_offers(meeting),
                self.trainer_offers(meeting),
            )
            for meeting, span in enumerate(self.choices.spans)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rooms = {option.pk: option for option in self.choices.rooms}
        trainers = {option.pk: option for option in self.choices.trainers}
        self.plans = []
        for meeting, span in enumerate(self.choices.spans):
            room_name, room = self._chosen(room_field, meeting)
            trainers_name, chosen = self._chosen(trainers_field, meeting)
            if not room:
                self._refuse(room_name, _("Choose a room."), only=True)
            elif refused := self._reasons([rooms[room]], meeting):
                self._refuse(room_name, refused)
            if not chosen:
                self._refuse(trainers_name, _("Choose at least one trainer."), only=True)
            elif refused := self._reasons([trainers[pk] for pk in chosen], meeting):
                self._refuse(trainers_name, refused)
            else:
                self._check_qualifications(trainers_name, chosen, span)
            self.plans.append(MeetingPlan(span.starts_at, span.ends_at, room or None, tuple(chosen)))
        if not self.errors:
            self._check_travel()
        return cleaned

    def _chosen(self, field_of: Callable[[int | None], str], meeting: int) -> tuple[str, Any]:
        """What was chosen for the meeting, or else for all; with the field's name."""
        if own := self.cleaned_data.get(field_of(meeting)):
            return field_of(meeting), own
        return field_of(None), self.cleaned_data.get(field_of(None)) or ()

    def _reasons(self, options: Iterable[Option], meeting: int) -> str:
        found = [finding for option in options for finding in option.findings[meeting]]
        if self.may_wait and found and all(finding.is_clash for finding in found):
            self.takes_from_others = True
            return ""
        return " ".join(finding.message for finding in found)

    def _check_qualifications(self, name: str, chosen: Sequence[int], span: Span) -> None:
        facts = self.choices.facts
        trainers = [facts.trainers[pk] for pk in chosen]
        for found in qualification_findings(trainers, facts.needs, local_day(span)):
            self._refuse(name, _("%(finding)s Add a trainer who holds it.") % {"finding": found.message})

    def _check_travel(self) -> None:
        policy_minutes = self.choices.travel_minutes
        for found in travel_findings(self.choices.facts, self.plans, travel_minutes=policy_minutes):
            self.add_error(None, found.message)

    def _refuse(self, name: str, sentence: str, *, only: bool = False) -> None:
        """Say a sentence once, though it holds for several meetings; `only` when nothing else was said."""
        said = list(self.errors.get(name, []))
        if sentence not in said and not (only and said):
            self.add_error(name, sentence)


def room_field(meeting: int | None) -> str:
    return "room" if meeting is None else f"room_{meeting + 1}"


def trainers_field(meeting: int | None) -> str:
    return "trainers" if meeting is None else f"trainers_{meeting + 1}"
