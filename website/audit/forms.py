"""What may be asked of the audit; the filters stand in the address, and what is not understood is not asked."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.models import AccessRecord, Change
from centre.filters import Asked, ListFilters
from people.models import Employee
from website.audit.objects import audited_models, kind_name, training_kinds
from website.audit.sentences import SEES_REASONS_OF_ABSENCE, SENSITIVE

# Of more people with the same words the first are asked for.
PEOPLE_MAX = 500
# Words are looked for in every row of a time; without dates, of this one.
WORDS_DAYS = 92


def people_named(words: str) -> list[int]:
    return list(Employee.objects.by_name(words).order_by().values_list("pk", flat=True)[:PEOPLE_MAX])


def between(rows: QuerySet[Any], since: date | None, until: date | None) -> QuerySet[Any]:
    """Rows of the days from `since` to `until`, both included, by the centre's clock."""
    if since:
        rows = rows.filter(at__gte=beginning_of(since))
    if until:
        rows = rows.filter(at__lt=beginning_of(until + timedelta(days=1)))
    return rows


def beginning_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


class DatedFilters(ListFilters):
    """Days and people. What a link of another page asked for is named too, or nobody would see it."""

    searched = "who"

    who = forms.CharField(label=_("Who: name or personnel number"), required=False, max_length=100)
    whom = forms.CharField(label=_("For whom: name or personnel number"), required=False, max_length=100)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    # Links from other pages: one person, one session.
    person = forms.IntegerField(required=False, widget=forms.HiddenInput)
    session = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def add_fields(self) -> None:
        for name in ("since", "until"):
            self.fields[name].widget.format = "%Y-%m-%d"

    def asked(self) -> Iterator[Asked]:
        yield from super().asked()
        for name in self.linked:
            if value := self.chosen.get(name):
                label, words = self.linked_words(name, value)
                yield Asked(str(label), words, self.address_without([name]))

    # The hidden fields, in the order in which they are named.
    linked: tuple[str, ...] = ("person", "session")

    def linked_words(self, name: str, value: int) -> tuple[str | Promise, str]:
        if name == "person":
            person = Employee.objects.filter(pk=value).first()
            return _("For whom"), person.short_name if person else str(value)
        return _("One session"), ""

    @property
    def address_of_all(self) -> str:
        return self.address_without([*self.fields])

    def of_people(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.cleaned_data
        if words := chosen.get("who"):
            rows = rows.filter(by_id__in=people_named(words))
        if words := chosen.get("whom"):
            rows = rows.filter(person_id__in=people_named(words))
        if person := chosen.get("person"):
            rows = rows.filter(person_id=person)
        if session := chosen.get("session"):
            rows = rows.filter(session_id=session)
        return between(rows, chosen.get("since"), chosen.get("until"))


class ChangeFilters(DatedFilters):
    """The filters of the record of changes, for one reader."""

    kind = forms.ChoiceField(label=_("Kind of object"), required=False)
    verb = forms.ChoiceField(
        label=_("What was done"), required=False, choices=[("", _("anything")), *Change.Verb.choices]
    )
    q = forms.CharField(label=_("Words of the values or the reason"), required=False, max_length=100)
    object = forms.IntegerField(required=False, widget=forms.HiddenInput)

    more = _("For whom, object, days, words")
    linked = ("person", "session", "object")

    def __init__(self, data: Any, reader: Employee) -> None:
        self.reader = reader
        self.sees_everything = reader.has_perm("audit.view_change")
        self.kinds = list(audited_models()) if self.sees_everything else training_kinds()
        super().__init__(data)

    def add_fields(self) -> None:
        super().add_fields()
        named = sorted((capfirst(kind_name(kind)), kind) for kind in self.kinds)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("any")),
            *((kind, name) for name, kind in named),
        ]

    def linked_words(self, name: str, value: int) -> tuple[str | Promise, str]:
        return (_("One object"), "") if name == "object" else super().linked_words(name, value)

    @property
    def is_of_recent_words(self) -> bool:
        """Whether words are looked for in the last months only, since no days were given."""
        chosen = self.cleaned_data
        return bool(chosen.get("q")) and not (chosen.get("since") or chosen.get("until"))

    def found(self) -> QuerySet[Change]:
        """The changes asked for, of those that the reader may see."""
        chosen = self.cleaned_data
        changes: QuerySet[Change] = Change.objects.all()
        if not self.sees_everything:
            changes = changes.filter(kind__in=self.kinds)
        for name, column in (("kind", "kind"), ("verb", "verb"), ("object", "object_id")):
            if value := chosen.get(name):
                changes = changes.filter(**{column: value})
        changes = self.of_people(changes)
        return self.with_words(changes, words) if (words := chosen.get("q")) else changes

    def with_words(self, changes: QuerySet[Change], words: str) -> QuerySet[Change]:
        if self.is_of_recent_words:
            changes = changes.filter(at__gte=timezone.now() - timedelta(days=WORDS_DAYS))
        if not self.reader.has_perm(SEES_REASONS_OF_ABSENCE):
            changes = changes.exclude(kind__in=SENSITIVE)  # a search must not tell what the page hides
        return changes.alias(old=Cast("before", TextField()), new=Cast("after", TextField())).filter(
            Q(reason__icontains=words) | Q(old__icontains=words) | Q(new__icontains=words)
        )


class AccessFilters(DatedFilters):
    """The filters of who looked at whom."""

    kind = forms.ChoiceField(
        label=_("What was seen"), required=False, choices=[("", _("anything")), *AccessRecord.Kind.choices]
    )

    more = _("Whose, what, days")

    def found(self) -> QuerySet[AccessRecord]:
        records: QuerySet[AccessRecord] = AccessRecord.objects.all()
        if kind := self.cleaned_data.get("kind"):
            records = records.filter(kind=kind)
        return self.of_people(records)
