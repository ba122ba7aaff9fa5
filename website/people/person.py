"""One person as staff and their head see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils import timezone

from accounts.roles import Role
from enrolment.models import Enrolment
from notifications.models import Message
from people.models import Employee, Employment, Office
from records.models import Completion
from records.obligations import ShownObligation, obligations_of, shown_obligations
from website.people.access import sees_training
from website.people.rows import day_soon, planned_courses

ENROLMENTS_SHOWN = 30
COMPLETIONS_SHOWN = 100
MESSAGES_SHOWN = 10


@dataclass(frozen=True)
class PersonPage:
    """What stands on the page; None is a part that the reader may not see."""

    person: Employee
    jobs: Sequence[Employment]
    leads: Sequence[Office]
    sees_leave: bool
    obligations: Sequence[ShownObligation] | None
    enrolments: Sequence[Enrolment] | None
    completions: Sequence[Completion] | None
    messages: Sequence[Message] | None
    soon: date
    roles: Sequence[str] | None

    @property
    def job(self) -> Employment | None:
        """The main job in force."""
        return next((job for job in self.jobs if job.is_main and job.is_in_force), None)


def person_page(reader: Employee, person: Employee) -> PersonPage:
    """`reader` may see the person: staff by right, or as head of one of the person's offices."""
    shows_training = sees_training(reader, person)
    jobs = list(person.employments.select_related("office", "position").order_by(*LATEST_FIRST))
    return PersonPage(
        person=person,
        jobs=jobs,
        leads=list(Office.objects.led_by(person)),
        sees_leave=reader.has_perm("people.view_employment"),
        obligations=obligations_shown(person, jobs) if shows_training else None,
        enrolments=list(latest_enrolments(person)) if shows_training else None,
        completions=list(latest_completions(person)) if shows_training else None,
        messages=list(latest_messages(person)) if reader.has_perm("notifications.view_message") else None,
        soon=day_soon(),
        roles=list(role_words(person)) if reader.has_perm("people.change_employee") else None,
    )


LATEST_FIRST = (F("ended_on").desc(nulls_first=True), "-is_main", "-started_on")


def obligations_shown(person: Employee, jobs: Sequence[Employment]) -> list[ShownObligation]:
    main = [job for job in jobs if job.is_main and job.is_in_force]
    owed = obligations_of(main, planned_courses([person.pk])).get(person.pk, ())
    return shown_obligations(owed, timezone.localdate(), day_soon())


def latest_enrolments(person: Employee) -> Sequence[Enrolment]:
    """Live ones first, then the latest."""
    found = person.enrolments.select_related("course", "session").defer(
        "course__description", "course__search_russian", "course__search_simple"
    )
    return list(found.order_by(F("ended_at").desc(nulls_first=True), "-requested_at")[:ENROLMENTS_SHOWN])


def latest_completions(person: Employee) -> Sequence[Completion]:
    found = person.completions.select_related("course").defer(
        "course__description", "course__search_russian", "course__search_simple"
    )
    return list(found.order_by("-completed_on", "-pk")[:COMPLETIONS_SHOWN])


def latest_messages(person: Employee) -> Sequence[Message]:
    return list(person.notices.defer("body", "context").order_by("-send_after", "-pk")[:MESSAGES_SHOWN])


def role_words(person: Employee) -> Iterator[str]:
    for name in person.groups.order_by("name").values_list("name", flat=True):
        yield str(Role(name).label) if name in Role.values else name
