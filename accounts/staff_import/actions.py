"""Uploading, comparing and applying a staff list."""

import logging
from collections.abc import Collection
from dataclasses import asdict

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.access import last_system_admins, leave_accounts
from accounts.models import StaffImport
from accounts.signals import staff_changed
from accounts.staff_import.compare import compare
from accounts.staff_import.errors import AlreadyApplied, TooManyLeavers
from accounts.staff_import.read import read_staff_list
from accounts.staff_import.rows import (
    ChangedRow,
    Comparison,
    Known,
    KnownPerson,
    RefusedRow,
    StaffRow,
    fold,
)
from centre.actions import action
from centre.models import Policy
from people.models import Employee, Employment, Office, Position

logger = logging.getLogger(__name__)

# Who holds one of these positions in an office is its head.
HEAD_POSITIONS = ("OFFICE_HEAD", "TC_HEAD")
BATCH = 1000
# The advisory lock that lets one staff list at a time be applied.
STAFF_IMPORT_LOCK = 28


@action
def upload_staff_list(data: bytes, file_name: str, *, by: Employee | None) -> StaffImport:
    """Read the file and keep what it says until somebody has seen the comparison and applies it.

    Raises:
        UnreadableList: no table of employees is in the file.
    """
    staff = read_staff_list(data)
    return StaffImport.objects.create(
        file_name=file_name[-200:],
        uploaded_by=by,
        rows=[row.as_json() for row in staff.rows],
        refused=[asdict(row) for row in staff.refused],
    )


def compare_with_staff(staff_import: StaffImport, known: Known | None = None) -> Comparison:
    """What applying the list now would do; the refusals of reading and of comparing in the order of lines."""
    rows = [StaffRow.from_json(row) for row in staff_import.rows]
    comparison = compare(rows, known or known_staff(), timezone.localdate())
    comparison.refused.extend(RefusedRow(**row) for row in staff_import.refused)
    comparison.refused.sort(key=lambda row: row.line)
    return comparison


@action
def apply_staff_import(
    staff_import: StaffImport, *, by: Employee | None, despite_leavers: bool = False
) -> Comparison:
    """Write the list, all rows or none: new people, changes, dismissals, heads of offices; return what was done.

    People are compared again under the lock. New accounts cannot sign in until they are invited. Apps on the
    right hear of it by one `staff_changed`.

    Raises:
        AlreadyApplied: this upload was applied before.
        TooManyLeavers: more people would leave than the policy allows, and nobody confirmed it.
        LastSystemAdmin: the list dismisses the last one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STAFF_IMPORT_LOCK])
    staff_import = StaffImport.objects.select_for_update().get(pk=staff_import.pk)
    if staff_import.applied_at:
        raise AlreadyApplied
    numbers = [row["personnel_number"] for row in staff_import.rows]
    persons = Employment.objects.filter(personnel_number__in=numbers).values_list("employee", flat=True)
    employees = Employee.objects.lock_all(persons)
    known = known_staff()
    comparison = compare_with_staff(staff_import, known)
    if not despite_leavers:
        refuse_too_many_leavers(comparison)

    hired = create_people(comparison.new, known)
    left = update_people(comparison.changed, employees, known)
    leave_accounts([employees[key] for key in left], by=by, reason=_("left, by the staff list"))
    settle_heads()
    staff_import.applied_at = timezone.now()
    staff_import.applied_by = by
    staff_import.counts = comparison.counts()
    staff_import.save(update_fields=["applied_at", "applied_by", "counts"])
    if comparison.has_changes:
        staff_changed.send(
            sender=StaffImport,
            by=by,
            hired=hired,
            changed=[changed.person.employee_id for changed in comparison.changed],
            left=left,
            returned=[changed.person.employee_id for changed in comparison.changed if changed.returns],
        )
    return comparison


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


def refuse_too_many_leavers(comparison: Comparison) -> None:
    percent = Policy.objects.current().leavers_percent
    leavers = len(comparison.leavers)
    if leavers * 100 > comparison.employed * percent:
        raise TooManyLeavers(leavers, comparison.employed, percent)


def known_staff() -> Known:
    employments = Employment.objects.values_list(
        "employee_id",
        "pk",
        "personnel_number",
        "employee__last_name",
        "employee__first_name",
        "employee__middle_name",
        "position__title",
        "office__name",
        "started_on",
        "ended_on",
        "leave",
        "work_pattern",
        "pattern_starts_on",
        "employee__email",
    )
    people = {known.personnel_number: known for known in (KnownPerson(*values) for values in employments)}
    return Known(
        people=people,
        positions={fold(title): pk for title, pk in Position.objects.values_list("title", "pk")},
        offices={fold(name): pk for name, pk in Office.objects.values_list("name", "pk")},
        emails={
            email.lower(): pk for email, pk in Employee.objects.exclude(email="").values_list("email", "pk")
        },
        account_names=frozenset(Employee.objects.values_list("username", flat=True)),
    )


def create_people(rows: Collection[StaffRow], known: Known) -> list[int]:
    """New employees with their employments; return the employees' keys."""
    today = timezone.localdate()
    employees = Employee.objects.bulk_create(
        [
            Employee(
                username=row.personnel_number,
                last_name=row.last_name,
                first_name=row.first_name,
                middle_name=row.middle_name,
                email=row.email or "",
                is_active=not row.has_left(today),
                password=make_password(None),
            )
            for row in rows
        ],
        batch_size=BATCH,
    )
    employments = [
        write_employment(Employment(employee=employee, personnel_number=row.personnel_number), row, known)
        for employee, row in zip(employees, rows, strict=True)
    ]
    Employment.objects.bulk_create(employments, batch_size=BATCH)
    return [employee.pk for employee in employees]


def update_people(changed: Collection[ChangedRow], employees: dict[int, Employee], known: Known) -> list[int]:
    """Bring the changed rows into the locked employees and their employments; return the keys of those who left.

    Who leaves one job and has another in force, or returns by another line of the list, stays.
    """
    employments = Employment.objects.in_bulk([row.person.employment_id for row in changed])
    leavers = {row.person.employee_id for row in changed if row.leaves}
    others = Employment.objects.current().filter(employee__in=leavers)
    ended = [row.person.employment_id for row in changed if row.leaves]
    leavers -= set(others.exclude(pk__in=ended).values_list("employee", flat=True))
    leavers -= {row.person.employee_id for row in changed if row.returns}
    for change in changed:
        employee, row = employees[change.person.employee_id], change.row
        employee.last_name = row.last_name
        employee.first_name = row.first_name
        employee.middle_name = row.middle_name
        employee.email = employee.email if row.email is None else row.email
        if employee.pk in leavers:
            employee.is_active = False
        elif change.returns:
            employee.is_active = True
        write_employment(employments[change.person.employment_id], row, known)
    Employee.objects.bulk_update(
        [employees[row.person.employee_id] for row in changed],
        ["last_name", "first_name", "middle_name", "email", "is_active"],
        batch_size=BATCH,
    )
    Employment.objects.bulk_update(
        employments.values(),
        ["position", "office", "started_on", "ended_on", "leave", "work_pattern", "pattern_starts_on"],
        batch_size=BATCH,
    )
    return sorted(leavers)


def write_employment(employment: Employment, row: StaffRow, known: Known) -> Employment:
    """Set the employment's fields as the row says; where the row says nothing, they stay."""
    employment.position_id = known.positions[fold(row.position)]
    employment.office_id = known.offices[fold(row.office)]
    employment.started_on = row.started_on
    employment.ended_on = row.ended_on
    if row.leave is not None:
        employment.leave = row.leave
    if row.work_pattern is not None:
        employment.work_pattern = row.work_pattern
        employment.pattern_starts_on = row.pattern_starts_on
    return employment


def settle_heads() -> None:
    """Who holds a head's position in an office is its head; a head who left or moved is none any more.

    An acting head, appointed by hand, stays while they work in the office and nobody holds the position, and a
    deputy while they work there.
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
    changed = []
    for office in offices:
        candidates = holders.get(office.pk, [])
        head: int | None = office.head_id
        deputy = office.deputy_id if (office.pk, office.deputy_id) in working else None
        if candidates and head not in candidates:
            head = candidates[0]
        elif not candidates and (office.pk, head) not in working:
            head = None
        if (office.head_id, office.deputy_id) != (head, deputy):
            office.head_id, office.deputy_id = head, deputy
            changed.append(office)
    Office.objects.bulk_update(changed, ["head", "deputy"])
