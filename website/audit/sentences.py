"""A change in words: which object, which fields, before and after (rule 29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Field
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit.models import Change
from centre.templatetags.centre_text import clock, thin
from people.models import Employee
from people.time_zones import ZONES
from scheduling.models import Session, Waiver
from scheduling.story import limit_in_words
from website.audit.objects import Names, audited_models, columns_of
from website.state.schedule import TASK_WORDS

# Why somebody is away is seen by HR and the centre only.
SENSITIVE = {
    "trainers.absence": {"reason", "note"},
    "trainers.leaverequest": {"kind", "note", "why"},
    "scheduling.troublereport": {"kind", "words", "answer"},
    "people.employment": {"leave"},
}
SEES_REASONS_OF_ABSENCE = "trainers.view_absence"
VERBS: dict[str, str | Promise] = {
    Change.Verb.CREATED: pgettext_lazy("record of changes", "New"),
    Change.Verb.CHANGED: pgettext_lazy("record of changes", "Changed"),
    Change.Verb.DELETED: pgettext_lazy("record of changes", "Deleted"),
}
TONES: dict[str, str] = {Change.Verb.CREATED: "good", Change.Verb.CHANGED: "info", Change.Verb.DELETED: "bad"}


@dataclass(frozen=True)
class Difference:
    """One field: its name, and its value before and after in words; empty when there was none."""

    name: str
    before: str
    after: str

    @property
    def text(self) -> str:
        if self.before and self.after:
            return f"{self.name}: {self.before} → {self.after}"
        return f"{self.name}: {self.before or self.after}"


@dataclass(frozen=True)
class Told:
    """A change as people read it."""

    change: Change
    object: str
    session: str
    who: str
    whom: str
    differences: list[Difference]

    @property
    def verb(self) -> str:
        return str(VERBS.get(self.change.verb, self.change.verb))

    @property
    def tone(self) -> str:
        return TONES.get(self.change.verb, "neutral")

    @property
    def what(self) -> str:
        """What happened, as one sentence for files and paper."""
        subject = f"{self.object} ({self.session})" if self.session else self.object
        details = "; ".join(one.text for one in self.differences)
        return f"{self.verb}: {subject}. {details}".strip()


def told(changes: Sequence[Change], reader: Employee) -> list[Told]:
    """The changes in words. A constant number of statements: names are loaded together."""
    names = Names.of(changes)
    sees_reasons = reader.has_perm(SEES_REASONS_OF_ABSENCE)
    return [
        Told(
            change=change,
            object=names.object_of(change),
            session=names.get(Session, change.session_id) if change.kind != "scheduling.session" else "",
            who=who_in_words(change, names),
            whom=names.get(Employee, change.person_id),
            differences=differences(change, names, sees_reasons=sees_reasons),
        )
        for change in changes
    ]


def who_in_words(change: Change, names: Names) -> str:
    """The person; without one the task or command, else whoever wrote into the database past the application."""
    if change.by_id is not None:
        return names.get(Employee, change.by_id)
    word, _space, name = change.source.partition(" ")
    if word == "task":
        return _("system: %(task)s") % {"task": lowered(str(TASK_WORDS.get(name, name)))}
    if word == "command":
        return _("system: command %(name)s") % {"name": name}
    return _("nobody signed in") if change.source else _("outside the application")


def lowered(sentence: str) -> str:
    """The sentence as it stands within another."""
    return sentence[:1].lower() + sentence[1:]


def differences(change: Change, names: Names, *, sees_reasons: bool) -> list[Difference]:
    model = audited_models().get(change.kind)
    columns = columns_of(model) if model else {}
    before, after = change.before or {}, change.after or {}
    hidden = set() if sees_reasons else SENSITIVE.get(change.kind, set())
    found = []
    order = list(columns)
    named = sorted({*before, *after}, key=lambda one: order.index(one) if one in order else len(order))
    for column in named:
        if column == "id":
            continue
        field = columns.get(column)
        name = capfirst(field_name(field)) if field else column
        if column in hidden:
            found.append(Difference(name, "", _("hidden")))
        elif change.verb == Change.Verb.CHANGED:
            old, new = before.get(column), after.get(column)
            if old is None and new is None:  # of a password only that it is another one
                found.append(Difference(name, "", _("another one")))
            else:
                found.append(Difference(name, in_words(field, old, names), in_words(field, new, names)))
        else:
            value = after.get(column, before.get(column))
            if value not in ("", None):
                side = in_words(field, value, names)
                is_new = change.verb == Change.Verb.CREATED
                found.append(Difference(name, "" if is_new else side, side if is_new else ""))
    return found


def field_name(field: Field) -> str:
    """The field's own name; a key that was given none is called as what it names."""
    if field.related_model is Group:
        return _("role")
    if isinstance(field, models.ForeignKey) and field.verbose_name == field.name.replace("_", " "):
        return str(field.related_model._meta.verbose_name)
    return str(field.verbose_name)


def in_words(field: Field | None, value: Any, names: Names) -> str:
    """The value as pages write it; an empty one as a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(field, models.ForeignKey):
        return names.get(field.related_model, value)
    if field is not None and field.name == "time_zone" and value in ZONES:
        return str(ZONES[value])
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field is not None and field.model is Waiver and field.name == "key":
        return limit_in_words(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    match field:
        case models.DateTimeField() if moment := parse_datetime(value):
            return f"{date_format(moment, 'DATE_FORMAT')}, {clock(moment)}"
        case models.DateField() if day := parse_date(value):
            return date_format(day, "DATE_FORMAT")
        case models.TimeField() if time := parse_time(value):
            return f"{time:%H:%M}"
    return thin(value) if isinstance(value, int) else str(value)
