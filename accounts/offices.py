"""Who decides in an office."""

from django.utils.translation import gettext as _

from centre.actions import action
from centre.errors import Refusal, explains
from people.models import Employee, Office


class NotALeader(Refusal):
    """Somebody who cannot be head or deputy."""


@action
def appoint_leaders(
    office: Office, *, head: Employee | None, deputy: Employee | None, by: Employee, reason: str
) -> Office:
    """Say who is head and deputy of the office; nobody is allowed, and then HR decides for its people.

    Raises:
        NotALeader: one of them has no account in force, or both are the same person.
    """
    office = Office.objects.select_for_update(no_key=True, of=("self",)).get(pk=office.pk)
    for person in (head, deputy):
        if person is not None and not person.is_active:
            raise NotALeader(
                _("%(person)s has left and cannot decide for an office. Choose somebody who works here.")
                % {"person": person.short_name}
            )
    office.head, office.deputy = head, deputy
    office.save(update_fields=["head", "deputy"])
    return office


@explains("office_head_is_not_deputy")
def same_person(detail: str) -> Exception:
    return NotALeader(_("The head and the deputy are two people. Leave one of the fields empty."))
