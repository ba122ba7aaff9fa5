"""What the board is asked for, and where a meeting is to go."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from centre.filters import ListFilters
from centre.models import Site
from scheduling.board.values import Only, Rows, Scope, View
from scheduling.forms.plans import PLANNED_AHEAD
from scheduling.forms.reasons import WithReasons
from scheduling.models import Room, Session
from scheduling.plans import MeetingPlan
from trainers.models import Trainer

STEP_SECONDS = 300


class BoardFilters(ListFilters):
    """Which days, in which rows, of which site; what is not understood is this week by rooms."""

    view = forms.ChoiceField(label=gettext_lazy("Show"), required=False, choices=View.choices)
    rows = forms.ChoiceField(label=pgettext_lazy("board", "Rows"), required=False, choices=Rows.choices)
    on = forms.DateField(
        label=gettext_lazy("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    site = forms.ModelChoiceField(
        Site.objects.all(), label=gettext_lazy("Site"), required=False, empty_label=gettext_lazy("All sites")
    )

    only = forms.ChoiceField(
        label=gettext_lazy("Meetings"),
        required=False,
        choices=[("", gettext_lazy("All meetings")), *Only.choices],
    )

    @property
    def scope(self) -> Scope:
        chosen, today = self.chosen, timezone.localdate()
        on = chosen.get("on", today)
        if abs((on - today).days) > PLANNED_AHEAD.days:
            on = today
        site = chosen.get("site")
        return Scope(
            chosen.get("view", View.WEEK),
            on,
            chosen.get("rows", Rows.ROOM),
            site.pk if site else None,
            chosen.get("only", ""),
        )


class MoveForm(WithReasons):
    """A meeting's day, hours, room and trainers, by the card's drop or typed; `site` asks for any room of it.

    `version` is the session's when the board was drawn: the second of two planners is told (rule 9).
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    start = forms.TimeField(
        label=gettext_lazy("Begins at"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": STEP_SECONDS}),
    )
    end = forms.TimeField(
        label=gettext_lazy("Ends at"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": STEP_SECONDS}),
    )
    room = forms.ModelChoiceField(
        Room.objects.none(),
        label=gettext_lazy("Room"),
        required=False,
        empty_label=gettext_lazy("No room yet"),
    )
    trainers = forms.ModelMultipleChoiceField(
        Trainer.objects.none(),
        label=gettext_lazy("Trainers"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    site = forms.ModelChoiceField(Site.objects.all(), required=False, widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # The meeting that takes this one's room in exchange, as the page named it: see `board.moving.Exchange`.
    swap = forms.CharField(required=False, max_length=50)

    def __init__(self, session: Session, plan: MeetingPlan, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=self.initial_of(session, plan))
        self.session = session
        # What the meeting has is offered too when it is out of use: what to do about it is said by the findings.
        rooms = Q(is_active=True) | Q(pk=plan.room_id)
        trainers = Q(is_active=True, employee__is_active=True) | Q(pk__in=plan.trainer_ids)
        self.fields["room"].queryset = Room.objects.filter(rooms)  # type: ignore[attr-defined]
        known = Trainer.objects.filter(trainers).select_related("employee")
        self.fields["trainers"].queryset = known  # type: ignore[attr-defined]
        for name in ("day", "start", "end"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["room"].widget.attrs["class"] = "form-select"

    @classmethod
    def initial_of(cls, session: Session, plan: MeetingPlan) -> dict[str, object]:
        local = plan.span.local(timezone.get_default_timezone())
        return {
            "version": session.version,
            "day": local.starts_at.date(),
            "start": local.starts_at.time(),
            "end": local.ends_at.time(),
            "room": plan.room_id,
            "trainers": list(plan.trainer_ids),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, start, end = (cleaned.get(name) for name in ("day", "start", "end"))
        if day and start and end:
            if end <= start:
                self.add_error("end", _("A meeting must end after it starts."))
            elif day > timezone.localdate() + PLANNED_AHEAD:
                self.add_error("day", _("Plan at most two years ahead."))
        if self.session.status != Session.Status.DRAFT:
            self._refuse_gaps(cleaned)
        return cleaned

    def _refuse_gaps(self, cleaned: dict[str, Any]) -> None:
        """Only a draft may lack a room or a trainer."""
        if "room" in cleaned and not cleaned["room"] and not cleaned.get("site"):
            self.add_error("room", _("People know of this meeting: it needs a room."))
        if "trainers" in cleaned and not cleaned["trainers"]:
            self.add_error("trainers", _("People know of this meeting: it needs a trainer."))

    @property
    def times(self) -> list[forms.BoundField]:
        return [self[name] for name in ("day", "start", "end")]

    @property
    def plan(self) -> MeetingPlan:
        """What was asked for, in the centre's own time."""
        zone, asked = timezone.get_default_timezone(), self.cleaned_data
        room = asked["room"]
        return MeetingPlan(
            datetime.combine(asked["day"], asked["start"], tzinfo=zone),
            datetime.combine(asked["day"], asked["end"], tzinfo=zone),
            room.pk if room else None,
            tuple(trainer.pk for trainer in asked["trainers"]),
        )
