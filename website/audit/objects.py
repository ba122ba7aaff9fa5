"""What the audit calls the objects of the centre: names instead of keys, for a page at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import ForeignKey, Model
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from audit.models import Change
from audit.triggers import Recorded
from centre.quotes import with_inner_quotes
from centre.templatetags.centre_text import local_date
from courses.models import Course
from enrolment.models import Enrolment
from people.models import Employee
from records.models import Completion
from scheduling.models import Session

# What HR and the centre see of the audit; accounts, rights and offices are the system administrator's.
TRAINING_APPS = {"centre", "courses", "trainers", "scheduling", "records", "enrolment"}


@cache
def audited_models() -> dict[str, type[Model]]:
    """The models whose rows are recorded, by the name that the audit keeps of their kind."""
    return {
        model._meta.label_lower: model
        for model in apps.get_models()
        if any(isinstance(trigger, Recorded) for trigger in getattr(model._meta, "triggers", ()))
    }


def training_kinds() -> list[str]:
    return [kind for kind, model in audited_models().items() if model._meta.app_label in TRAINING_APPS]


def kind_name(kind: str) -> str:
    """The kind of object in words; one that the software does not know any more, by its old name."""
    model = audited_models().get(kind)
    return str(model._meta.verbose_name) if model else kind


def session_name(session: Session) -> str:
    words = {"course": session.course.title, "day": date_format(local_date(session.starts_at))}
    return with_inner_quotes(_("“%(course)s”, %(day)s") % words)


def course_without_session(row: Enrolment | Completion) -> str:
    """The course; in a session nothing, for the session stands beside it and names the course."""
    return "" if row.session_id else course_name(row.course)


def course_name(course: Course) -> str:
    return with_inner_quotes(_("“%(course)s”") % {"course": course.title})


# The rights that Django makes for each model, and our own, in words; one that is newer stands by its name.
DEEDS: dict[str, str | Promise] = {
    "add": gettext_lazy("%(objects)s: add"),
    "change": gettext_lazy("%(objects)s: change"),
    "delete": gettext_lazy("%(objects)s: delete"),
    "view": gettext_lazy("%(objects)s: view"),
}
OWN_RIGHTS: dict[str, str | Promise] = {
    "appoint_leaders": gettext_lazy("name heads of offices and deputies"),
    "decide_requests": gettext_lazy("decide on requests for seats in place of a head"),
    "enrol_many": gettext_lazy("enrol many people at once"),
    "exceed_seats": gettext_lazy("give seats beyond the limit of a session"),
    "give_role": gettext_lazy("give and take roles, close accounts"),
    "import_staff": gettext_lazy("load the staff list"),
    "invite_people": gettext_lazy("invite people to choose a password"),
    "override_conditions": gettext_lazy("enrol somebody in spite of a condition"),
    "plan_session": gettext_lazy("plan, publish and cancel sessions"),
    "reserve_seats": gettext_lazy("keep seats of a session for an office or an okrug"),
    "view_state": gettext_lazy("see how the installation is"),
    "view_training_changes": gettext_lazy("read the changes of training objects"),
}


def right_name(right: Permission) -> str:
    model = right.content_type.model_class()
    deed, _underscore, rest = right.codename.partition("_")
    if right.codename in OWN_RIGHTS:
        return str(OWN_RIGHTS[right.codename])
    if model is None or deed not in DEEDS or rest != model._meta.model_name:
        return right.name
    return str(DEEDS[deed]) % {"objects": model._meta.verbose_name_plural}


def role_name(group: str) -> str:
    return str(Role(group).label) if group in Role.values else group


@dataclass(frozen=True)
class Naming:
    """How rows of a model are named: the relations that the name needs, and the name."""

    needs: tuple[str, ...] = ()
    name: Callable[[Any], str] = str


# Models whose own __str__ needs other rows, or says what the sentence says anyway.
NAMINGS: dict[str, Naming] = {
    "people.employee": Naming(name=lambda person: person.short_name),
    "people.employment": Naming(name=lambda employment: employment.personnel_number),
    "accounts.synonym": Naming(name=lambda synonym: synonym.text),
    "auth.group": Naming(name=lambda group: role_name(group.name)),
    "auth.permission": Naming(("content_type",), lambda right: right_name(right)),
    "trainers.trainer": Naming(("employee",)),
    "trainers.trainerqualification": Naming(("qualification",), lambda held: str(held.qualification)),
    "trainers.absence": Naming(name=lambda away: f"{away.starts_on:%d.%m.%Y}–{away.ends_on:%d.%m.%Y}"),
    "trainers.leaverequest": Naming(name=lambda one: f"{one.starts_on:%d.%m.%Y}–{one.ends_on:%d.%m.%Y}"),
    "trainers.unavailability": Naming(),
    "scheduling.assignment": Naming(("trainer__employee",), lambda asked: str(asked.trainer)),
    "scheduling.preparedchange": Naming(name=lambda change: change.get_kind_display()),
    "scheduling.troublereport": Naming(name=lambda one: f"{one.starts_on:%d.%m.%Y}–{one.ends_on:%d.%m.%Y}"),
    "scheduling.session": Naming(("course",), session_name),
    "scheduling.roomclosure": Naming(("room",), lambda closure: str(closure.room)),
    "scheduling.roomdoor": Naming(("room",)),
    "scheduling.subscription": Naming(("room", "person")),
    "scheduling.booking": Naming(("room", "person"), lambda booking: str(booking.room or booking.person)),
    "enrolment.enrolment": Naming(("course",), lambda enrolment: course_without_session(enrolment)),
    "enrolment.interest": Naming(("course",), lambda wish: course_name(wish.course)),
    "enrolment.attendancemark": Naming(("meeting",), lambda mark: str(mark.meeting)),
    "enrolment.reservation": Naming(("office",), lambda kept: kept.whom),
    "records.completion": Naming(("course",), lambda completion: course_without_session(completion)),
    "courses.programmestep": Naming(("programme",), lambda step: str(step.programme)),
}
# Rows of these only link two others, which the change itself names.
UNNAMED = {
    "people.membership",
    "accounts.roleright",
    "scheduling.roomequipment",
    "courses.courseaudience",
    "courses.courseprerequisite",
    "courses.coursequalification",
    "courses.courseequipment",
    "courses.programmeaudience",
}
# How a row that is gone was called, by what the record kept of it.
NAME_COLUMNS = ("title", "name", "last_name", "personnel_number", "text", "code", "reason")


@dataclass
class Names:
    """Names of rows by model and key, loaded together: one statement a model, however many rows."""

    wanted: dict[type[Model], set[int]] = field(default_factory=lambda: defaultdict(set))
    found: dict[tuple[type[Model], int], str] = field(default_factory=dict)

    @classmethod
    def of(cls, changes: Iterable[Change]) -> "Names":
        names = cls()
        for change in changes:
            names.want(Employee, change.by_id)
            names.want(Employee, change.person_id)
            names.want(Session, change.session_id)
            model = audited_models().get(change.kind)
            if model is None:
                continue
            if change.kind not in UNNAMED:
                names.want(model, change.object_id)
            columns = columns_of(model)
            for values in (change.before or {}, change.after or {}):
                for column, value in values.items():
                    if isinstance(columns.get(column), ForeignKey):
                        names.want(columns[column].related_model, value)
        names.load()
        return names

    def want(self, model: type[Model], key: int | None) -> None:
        if key is not None:
            self.wanted[model].add(key)

    def load(self) -> None:
        for model, keys in self.wanted.items():
            naming = NAMINGS.get(model._meta.label_lower, Naming())
            rows = model._base_manager.filter(pk__in=keys).select_related(*naming.needs)
            self.found |= {(model, row.pk): naming.name(row) for row in rows}

    def get(self, model: type[Model], key: int | None) -> str:
        """The name; of a row that is gone its number, and nothing without a key."""
        if key is None:
            return ""
        return self.found.get((model, key), f"№\N{NO-BREAK SPACE}{key}")

    def object_of(self, change: Change) -> str:
        """The object in words: its kind and its name, which the change itself tells when the row is gone."""
        kind = kind_name(change.kind)
        model = audited_models().get(change.kind)
        if model is None or change.kind in UNNAMED:
            return kind
        name = self.found.get((model, change.object_id))
        return f"{kind} {self.lost_name(change) if name is None else name}".strip()

    def lost_name(self, change: Change) -> str:
        values = change.before or change.after or {}
        return next(
            (str(values[one]) for one in NAME_COLUMNS if values.get(one)),
            f"№\N{NO-BREAK SPACE}{change.object_id}",
        )


@cache
def columns_of(model: type[Model]) -> dict[str, Any]:
    """The model's fields by the name of their column, as the record keeps them."""
    return {str(one.column): one for one in model._meta.concrete_fields}
