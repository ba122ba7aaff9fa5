"""The columns of the people of a session in files (expectation 26)."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from centre.listing import Column
from enrolment.models import Enrolment
from people.models import Employment, add_work


def rows_with_work(enrolments: Sequence[Enrolment]) -> Sequence[Enrolment]:
    add_work(enrolment.trainee for enrolment in enrolments)
    return enrolments


def job(enrolment: Enrolment) -> Employment | None:
    return enrolment.trainee.main_employment


PEOPLE_COLUMNS = (
    Column("name", _("Full name"), lambda row: row.trainee.full_name, order=("trainee__name_key",)),
    Column("number", _("Personnel number"), lambda row: one.personnel_number if (one := job(row)) else ""),
    Column("office", _("Office"), lambda row: one.office.name if (one := job(row)) else ""),
    Column("position", _("Position"), lambda row: one.position.title if (one := job(row)) else ""),
)
