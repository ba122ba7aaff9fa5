"""What may be asked of the lists of people, of offices and of a team."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centre.filters import ListFilters
from people.models import (
    Employee,
    EmployeeQuerySet,
    Employment,
    EmploymentQuerySet,
    Office,
    OfficeQuerySet,
    Position,
)
from records.obligations import ObligationState
from scheduling.forms.sessions import months_around, next_month

ANY = ("", pgettext_lazy("m", "Any"))


def okrugs() -> list[tuple[str, Any]]:
    named = Office.objects.exclude(okrug="").order_by("okrug").values_list("okrug", flat=True).distinct()
    return [ANY, *((okrug, okrug) for okrug in named)]


class PersonFilters(ListFilters):
    """The filters of the list of people. Office, okrug, position and leave ask about one and the same job."""

    more = _("Office, okrug, position, leave")

    q = forms.CharField(label=_("Name or personnel number"), required=False, max_length=100)
    office = forms.ModelChoiceField(
        Office.objects.all(), label=_("Office"), required=False, empty_label=pgettext_lazy("m", "Any")
    )
    okrug = forms.ChoiceField(label=_("Okrug"), required=False)
    position = forms.ModelChoiceField(
        Position.objects.all(), label=_("Position"), required=False, empty_label=pgettext_lazy("f", "Any")
    )
    leave = forms.ChoiceField(
        label=_("Leave"),
        required=False,
        choices=[
            ANY,
            ("none", _("at work")),
            *((value, word) for value, word in Employment.Leave.choices if value),
        ],
    )
    leads = forms.ChoiceField(
        label=_("Decides for an office"),
        required=False,
        choices=[
            ("", _("no matter")),
            ("head", _("as head")),
            ("deputy", _("as deputy")),
            ("nobody", _("neither")),
        ],
    )
    state = forms.ChoiceField(
        label=_("Employment"),
        required=False,
        choices=[("", _("works here")), ("left", _("no job in force")), ("all", _("everybody"))],
    )

    def add_fields(self) -> None:
        self.fields["okrug"].choices = okrugs()  # type: ignore[attr-defined]

    def apply(self, people: EmployeeQuerySet) -> EmployeeQuerySet:
        chosen = self.chosen
        # What the list is sorted by: the main job that has no last day, of which there is one at most.
        people = people.alias(
            main=FilteredRelation(
                "employments", condition=Q(employments__is_main=True, employments__ended_on__isnull=True)
            )
        )
        if words := chosen.get("q"):
            people = people.by_name(words)
        jobs = Employment.objects.current().filter(employee=OuterRef("pk"))
        if state := chosen.get("state"):
            people = people if state == "all" else people.filter(~Exists(jobs))
        if wanted := self.of_the_job():
            people = people.filter(Exists(jobs.filter(**wanted)))
        elif not state:
            people = people.filter(Exists(jobs))
        return self.of_leaders(people)

    def of_the_job(self) -> dict[str, Any]:
        chosen = self.chosen
        asked = {
            "office": chosen.get("office"),
            "office__okrug": chosen.get("okrug"),
            "position": chosen.get("position"),
            "leave": chosen.get("leave"),
        }
        wanted = {name: value for name, value in asked.items() if value}
        if wanted.get("leave") == "none":
            wanted["leave"] = Employment.Leave.NONE
        return wanted

    def of_leaders(self, people: EmployeeQuerySet) -> EmployeeQuerySet:
        heads = Exists(Office.objects.filter(head=OuterRef("pk")))
        deputies = Exists(Office.objects.filter(deputy=OuterRef("pk")))
        asked = {"head": heads, "deputy": deputies, "nobody": ~heads & ~deputies}
        leads = self.chosen.get("leads")
        return people.filter(asked[leads]) if leads else people


class OfficeFilters(ListFilters):
    more = _("Okrug, kind, without a head")

    q = forms.CharField(label=_("Name, district or code"), required=False, max_length=100)
    okrug = forms.ChoiceField(label=_("Okrug"), required=False)
    kind = forms.ChoiceField(
        label=pgettext_lazy("office", "Kind"), required=False, choices=[ANY, *Office.Kind.choices]
    )
    leaders = forms.ChoiceField(
        label=_("Who decides"),
        required=False,
        choices=[
            ("", _("no matter")),
            ("no_head", _("without a head")),
            ("no_deputy", _("without a deputy")),
        ],
    )

    def add_fields(self) -> None:
        self.fields["okrug"].choices = okrugs()  # type: ignore[attr-defined]

    def apply(self, offices: OfficeQuerySet) -> OfficeQuerySet:
        chosen = self.chosen
        if words := chosen.get("q"):
            offices = offices.named(words)
        if okrug := chosen.get("okrug"):
            offices = offices.filter(okrug=okrug)
        if kind := chosen.get("kind"):
            offices = offices.filter(kind=kind)
        if chosen.get("leaders") == "no_head":
            offices = offices.filter(head=None)
        if chosen.get("leaders") == "no_deputy":
            offices = offices.filter(deputy=None)
        return offices


class TeamFilters(ListFilters):
    """Who of an office: by name, by what presses, by course."""

    more = _("State, course")

    q = forms.CharField(label=_("Name or personnel number"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("Has courses that are"),
        required=False,
        choices=[("", _("no matter")), *((state.value, state.label) for state in ObligationState)],
    )

    def add_fields(self) -> None:
        self.fields["course"] = forms.ChoiceField(label=_("Course"), required=False)

    def offer_courses(self, courses: list[tuple[str, str]]) -> None:
        self.fields["course"].choices = [ANY, *courses]  # type: ignore[attr-defined]
        self.full_clean()

    @property
    def obligation_asked(self) -> dict[str, str]:
        """What is asked of the obligations, as `TeamRow.owes` takes it; empty when nothing is."""
        return {name: self.chosen[name] for name in ("state", "course") if name in self.chosen}

    def apply(self, jobs: EmploymentQuerySet) -> EmploymentQuerySet:
        if words := self.chosen.get("q"):
            people = Employee.objects.by_name(words).order_by()
            jobs = jobs.filter(employee__in=people.values("pk"))
        return jobs


class AwayMonth(ListFilters):
    """The month of the address, or the present one."""

    month = forms.ChoiceField(required=False)

    def __init__(self, data: QueryDict) -> None:
        shown = data.copy()
        if shown.get("month") not in dict(months_around(timezone.localdate())):
            shown["month"] = f"{timezone.localdate():%Y-%m}"
        super().__init__(shown)

    def add_fields(self) -> None:
        months = list(months_around(timezone.localdate()))
        self.fields["month"] = forms.ChoiceField(label=_("Month"), required=False, choices=months)

    @property
    def first(self) -> date:
        return date.fromisoformat(f"{self.data['month']}-01")

    @property
    def last(self) -> date:
        return next_month(self.first) - timedelta(days=1)
