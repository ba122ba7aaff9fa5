"""Why a staff list as a whole is not taken."""

import re

from django.utils.translation import gettext as _

from centre.errors import Refusal, explains
from people.models import Employee


class StaffImportError(Refusal):
    """Base of what the staff import refuses; the text may be shown."""


class AlreadyApplied(StaffImportError):
    """The list was applied before."""

    def __init__(self) -> None:
        super().__init__(_("This list was applied already. Upload the file again to compare it anew."))


class NotReady(StaffImportError):
    """The list is not one that waits for its application."""

    def __init__(self) -> None:
        super().__init__(_("The list is being read or applied. Wait until that is done, then look again."))


class TooManyLeavers(StaffImportError):
    """The list would deactivate a larger share of the people than the policy allows without a second thought."""

    def __init__(self, leavers: int, people: int, percent: int) -> None:
        super().__init__(
            _(
                "The list dismisses %(leavers)s of %(people)s people, more than %(percent)s%%. "
                "Check that it is complete and right, then confirm the dismissals."
            )
            % {"leavers": leavers, "people": people, "percent": percent}
        )


@explains("employee_email_unique")
def email_was_taken_meanwhile(detail: str) -> StaffImportError:
    return StaffImportError(
        _(
            "Meanwhile somebody else got one of the e-mail addresses of the list. Look at the comparison again."
        )
    )


@explains("employment_one_main_at_a_time")
def has_another_main_job(detail: str) -> StaffImportError:
    key = re.search(r"=\((\d+)\)", detail)
    person = Employee.objects.filter(pk=int(key[1])).first() if key else None
    return StaffImportError(
        _(
            "%(person)s has another main job in force under another number. "
            "End that one first, or take the line out of the list."
        )
        % {"person": person or _("Somebody of the list")}
    )
