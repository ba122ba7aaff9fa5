"""Who looked at whom, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.models import AccessRecord
from people.models import Employee
from scheduling.models import Session
from website.audit.objects import Names

# The pages whose readers are recorded.
PAGES: dict[str, str | Promise] = {
    "enrolment:enrolment": _("Page of an enrolment"),
    "enrolment:queue": _("Queue of a session"),
    "enrolment:pin": _("First place in a queue"),
    "enrolment:enrolment_story": _("Everything that happened to an enrolment"),
    "enrolment:session_story": _("Everything that happened to a session"),
    "enrolment:people": _("People of a session"),
    "enrolment:sheet": _("Attendance sheet"),
    "enrolment:print_sheet": _("Printed attendance sheet"),
    "enrolment:print_order": _("Printed order"),
    "enrolment:close_sheet": _("Closing of an attendance sheet"),
    "website:person": _("Page of an employee"),
    "website:team": _("Team of an office"),
    "scheduling:trainer": _("Page of a trainer"),
    "accounts:staff_import_preview": _("Staff list"),
    "accounts:staff_import_row": _("Line of a staff list"),
    "notifications:message": _("Message to a person"),
    "admin:people_employee_change": _("Administration page of an employee"),
    "admin:enrolment_enrolment_change": _("Administration page of an enrolment"),
    "admin:records_completion_change": _("Administration page of a completion"),
}


@dataclass(frozen=True)
class Seen:
    """An access record as people read it."""

    record: AccessRecord
    who: str
    whom: str
    page: str


def seen(records: Sequence[AccessRecord]) -> list[Seen]:
    names = Names()
    for record in records:
        names.want(Employee, record.by_id)
        names.want(Employee, record.person_id)
        names.want(Session, record.session_id)
    names.load()
    return [
        Seen(
            record=record,
            who=names.get(Employee, record.by_id),
            whom=names.get(Employee, record.person_id),
            page=page_in_words(record, names.get(Session, record.session_id)),
        )
        for record in records
    ]


def page_in_words(record: AccessRecord, session: str) -> str:
    page = record.title or str(PAGES.get(record.page, record.page))
    return f"{page}: {session}" if session else page
