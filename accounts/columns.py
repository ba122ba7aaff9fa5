"""The columns of the list of people without a password."""

from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from centre.listing import Column
from people.models import Employee, add_work


def with_work(people: Sequence[Employee]) -> Sequence[Employee]:
    add_work(people)
    return people


def office_of(person: Employee) -> str:
    return person.main_employment.office.name if person.main_employment else ""


INVITATION_COLUMNS = (
    Column("name", _("name"), lambda person: person.full_name, order=("name_key",)),
    Column(
        "number", _("personnel number"), lambda person: person.username, order=("username",), keeps_line=True
    ),
    Column("office", _("office"), office_of),
    Column("email", _("e-mail"), lambda person: person.email, order=("email",)),
    Column(
        "invited",
        _("invited"),
        lambda person: person.invited_at,
        order=(F("invited_at").asc(nulls_first=True),),
        template="accounts/_invited_cell.html",
    ),
)
