"""Who leads an office, and whose account is over: what follows from employments, by a list or by the clock."""

import logging

from django.utils.translation import gettext as _

from accounts.actions.access import last_system_admins, leave_accounts
from accounts.signals import staff_changed
from centre.actions import action
from people.models import Employee, Employment, Office

logger = logging.getLogger(__name__)

# Who holds one of these positions in an office is its head.
HEAD_POSITIONS = ("OFFICE_HEAD", "TC_HEAD")
Leaders = list[int | None]


@action
def close_accounts_of_leavers() -> list[int]:
    """Close the accounts of people whose last day in every job is over; return their keys.

    A list may name the last day ahead of time, and no list need come when it is over. An account without any
    employment is not asked about. Apps on the right hear of it by `staff_changed`.
    """
    in_force = Employment.objects.current().values("employee")
    gone = Employee.objects.employed().filter(employments__isnull=False).exclude(pk__in=in_force)
    people = Employee.objects.lock_all(gone.values_list("pk", flat=True))
    left = sorted(gone.filter(pk__in=people).distinct().values_list("pk", flat=True))
    if kept := last_system_admins(left):
        # Who comes and who goes is for people to settle; the others' accounts are not kept open for it.
        logger.error("The account of the last system administrator stays open: %s", sorted(kept))
        left = [key for key in left if key not in kept]
    if left:
        Employee.objects.filter(pk__in=left).update(is_active=False)
        leave_accounts([people[key] for key in left], by=None, reason=_("the last working day is over"))
        settle_heads()
        staff_changed.send(sender=Employee, by=None, hired=[], changed=left, left=left, returned=[])
    return left


def settle_heads() -> dict[int, tuple[Leaders, Leaders]]:
    """Who holds a head's position in an office is its head; a head who left or moved is none any more.

    Return head and deputy of each office that changed, before and after. An acting head, appointed by hand, stays
    while they work in the office and nobody holds the position, and a deputy while they work there.
    """
    current = Employment.objects.current().filter(is_main=True)
    holders: dict[int, list[int]] = {}
    for office_id, employee_id in (
        current.filter(position__code__in=HEAD_POSITIONS)
        .order_by("started_on", "pk")
        .values_list("office", "employee")
    ):
        holders.setdefault(office_id, []).append(employee_id)
    offices = list(Office.objects.all())
    appointed = {person for office in offices for person in (office.head_id, office.deputy_id) if person}
    working = set(current.filter(employee__in=appointed).values_list("office", "employee"))
    changed, said = [], {}
    for office in offices:
        candidates = holders.get(office.pk, [])
        head: int | None = office.head_id
        deputy = office.deputy_id if (office.pk, office.deputy_id) in working else None
        if candidates and head not in candidates:
            head = candidates[0]
        elif not candidates and (office.pk, head) not in working:
            head = None
        if (office.head_id, office.deputy_id) != (head, deputy):
            said[office.pk] = ([office.head_id, office.deputy_id], [head, deputy])
            office.head_id, office.deputy_id = head, deputy
            changed.append(office)
    Office.objects.bulk_update(changed, ["head", "deputy"])
    return said
