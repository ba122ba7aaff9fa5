"""The columns of the lists of people without a password and of words that staff lists use."""

from collections.abc import Sequence

from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from centre.functions import SortKey
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

SYNONYM_COLUMNS = (
    Column("text", _("in the list"), lambda synonym: synonym.text, order=(SortKey("text").asc(),)),
    Column("kind", _("column"), lambda synonym: synonym.kind_label, order=("kind", SortKey("text").asc())),
    Column("meaning", _("what it means"), lambda synonym: synonym.meaning),
    Column("when", _("when"), lambda synonym: localdate(synonym.at), order=("at",)),
    Column(
        "who",
        _("who answered"),
        lambda synonym: synonym.by.short_name if synonym.by else "",
        template="accounts/_synonym_who_cell.html",
    ),
)
