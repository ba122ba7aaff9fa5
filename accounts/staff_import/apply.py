"""Writing a staff list: all its rows or none, in batches, with what it takes to undo them (rule 28)."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.access import leave_accounts
from accounts.models import StaffImport, StaffImportRow
from accounts.roles import Role
from accounts.signals import staff_changed
from accounts.staff_import.actions import (
    State,
    in_language_of,
    lock_the_staff_list,
    open_import,
    settle_counts,
)
from accounts.staff_import.bulk import update_all
from accounts.staff_import.errors import NotReady, TooManyLeavers
from accounts.staff_import.known import people_under
from accounts.staff_import.leaders import settle_heads
from accounts.staff_import.rows import ChangedRow, KnownPerson, StaffRow, fold
from accounts.staff_import.store import compare_rows, in_batches
from centre.actions import action
from centre.errors import Refusal
from centre.models import Policy
from people.models import Employee, Employment, Office, Position

logger = logging.getLogger(__name__)

BATCH = 1000
EMPLOYEE_FIELDS = ("last_name", "first_name", "middle_name", "email", "is_active")
EMPLOYMENT_FIELDS = (
    "position_id",
    "office_id",
    "started_on",
    "ended_on",
    "leave",
    "work_pattern",
    "pattern_starts_on",
    "is_main",
)
JOB_FIELDS = [name.removesuffix("_id") for name in EMPLOYMENT_FIELDS]


@dataclass
class News:
    """Keys of employees, for those who hear of the list."""

    hired: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    # Of those who changed: what it was about their main job.
    new_office: list[int] = field(default_factory=list)
    new_position: list[int] = field(default_factory=list)
    went_on_leave: list[int] = field(default_factory=list)

    def note_moves(self, employee: int, before: dict[str, Any], after: dict[str, Any]) -> None:
        """What the employee's job was and became (`image`)."""
        if not after["is_main"]:
            return
        if before["office_id"] != after["office_id"]:
            self.new_office.append(employee)
        if before["position_id"] != after["position_id"]:
            self.new_position.append(employee)
        if after["leave"] and before["leave"] != after["leave"]:
            self.went_on_leave.append(employee)


@dataclass(frozen=True)
class Places:
    """Keys of positions and offices by folded name."""

    positions: dict[str, int]
    offices: dict[str, int]


@action
def apply_staff_import(
    staff_import: StaffImport, *, by: Employee | None, despite_leavers: bool = False
) -> dict[str, int]:
    """Write the list, all rows or none: new people, changes, dismissals, heads of offices; return what was done.

    People are compared again under the lock. New accounts cannot sign in until they are invited. Apps on the
    right hear of it by one `staff_changed`.

    Raises:
        AlreadyApplied: this upload was applied before.
        NotReady: it is still being read.
        TooManyLeavers: more people would leave than the policy allows, and nobody confirmed it.
        LastSystemAdmin: the list dismisses the last one.
    """
    lock_the_staff_list()
    staff_import = open_import(staff_import.pk)
    return write(staff_import, by=by, despite_leavers=despite_leavers)


@action
def order_application(
    staff_import: StaffImport, *, by: Employee | None, despite_leavers: bool = False
) -> None:
    """Let the background apply the list; what stands in the way at first sight is said now.

    Raises:
        AlreadyApplied, NotReady, TooManyLeavers: as when it is applied.
    """
    from accounts.tasks import work_on_commit  # which knows these actions

    staff_import = open_import(staff_import.pk)
    if not despite_leavers:
        refuse_too_many_leavers(staff_import.counts)
    staff_import.state, staff_import.trouble = State.APPLYING, ""
    staff_import.applied_by, staff_import.despite_leavers = by, despite_leavers
    staff_import.save(update_fields=["state", "trouble", "applied_by", "despite_leavers"])
    work_on_commit()


def apply_ordered(staff_import: StaffImport) -> None:
    """Apply what was ordered; when it is refused, the list waits again, with the reason."""
    by = staff_import.applied_by
    try:
        with in_language_of(by):
            write_ordered(staff_import, by=by)
    except Refusal as error:
        wait_again(staff_import, str(error))
    except Exception:
        logger.exception("The staff list %s cannot be applied", staff_import.pk)
        wait_again(staff_import, _("The site made a mistake with this list. The administrators can see it."))


def wait_again(staff_import: StaffImport, why: str) -> None:
    StaffImport.objects.filter(pk=staff_import.pk, state=State.APPLYING).update(
        state=State.READY, trouble=why, applied_by=None
    )


@action
def write_ordered(staff_import: StaffImport, *, by: Employee | None) -> None:
    lock_the_staff_list()
    staff_import = StaffImport.objects.select_for_update(of=("self",)).get(pk=staff_import.pk)
    if staff_import.state != State.APPLYING:
        raise NotReady
    write(staff_import, by=by, despite_leavers=staff_import.despite_leavers)


def write(staff_import: StaffImport, *, by: Employee | None, despite_leavers: bool) -> dict[str, int]:
    lock_people_of(staff_import)
    compare_rows(staff_import, staff_import.rows.all())
    settle_counts(staff_import)
    counts = staff_import.counts
    if not despite_leavers:
        refuse_too_many_leavers(counts)
    places = Places(
        {fold(title): pk for title, pk in Position.objects.values_list("title", "pk")},
        {fold(name): pk for name, pk in Office.objects.values_list("name", "pk")},
    )
    news = News()
    returning = set(returning_people(staff_import))
    for rows in in_batches(staff_import.rows.filter(effect="changed")):
        change_people(rows, places, news, returning)
    for second in (False, True):  # a second job may be of somebody who is new by the same list
        for rows in in_batches(staff_import.rows.filter(effect="new", plan__is_second_job=second)):
            create_jobs(rows, places, news)
    staff_import.undo = {"roles": roles_of(news.left)}
    leavers = Employee.objects.in_bulk(news.left)
    leave_accounts(list(leavers.values()), by=by, reason=_("left, by the staff list"))
    staff_import.undo["heads"] = {str(key): pair for key, pair in settle_heads().items()}
    staff_import.applied_at, staff_import.applied_by = timezone.now(), by
    staff_import.state, staff_import.trouble = State.APPLIED, ""
    staff_import.save()
    if news.hired or news.changed:
        staff_changed.send(
            sender=StaffImport,
            by=by,
            hired=news.hired,
            changed=news.changed,
            left=sorted(news.left),
            returned=news.returned,
            new_office=news.new_office,
            new_position=news.new_position,
            went_on_leave=news.went_on_leave,
        )
    return counts


def refuse_too_many_leavers(counts: dict[str, int]) -> None:
    percent = Policy.objects.current().leavers_percent
    if counts["leavers"] * 100 > counts["employed"] * percent:
        raise TooManyLeavers(counts["leavers"], counts["employed"], percent)


def lock_people_of(staff_import: StaffImport) -> None:
    """Lock everybody whom the list may change, in the order of keys; only their keys are loaded."""
    numbers = staff_import.rows.exclude(number="").values("number")
    same = staff_import.rows.filter(plan__same_as__gt="").values_list("plan__same_as", flat=True)
    jobs = Employment.objects.filter(personnel_number__in=numbers)
    others = Employment.objects.filter(personnel_number__in=list(same))
    people = Employee.objects.filter(pk__in=jobs.values("employee")) | Employee.objects.filter(
        pk__in=others.values("employee")
    )
    len(people.locked_in_order().values_list("pk"))


def returning_people(staff_import: StaffImport) -> Collection[int]:
    """Who comes back by some line of the list, and so does not leave by another one of theirs."""
    today = timezone.localdate()
    found = []
    for rows in in_batches(staff_import.rows.filter(effect="changed")):
        known = people_under([row.number for row in rows])
        found += [row.person.employee_id for row in changed_rows(rows, known, today) if row.returns]
    for rows in in_batches(staff_import.rows.filter(effect="new", plan__same_as__gt="")):
        plans = [row.planned for row in rows]
        known = people_under([plan.same_as for plan in plans])
        found += [
            known[plan.same_as].employee_id
            for plan in plans
            if plan.same_as in known and not plan.has_left(today)
        ]
    return found


def changed_rows(
    rows: Collection[StaffImportRow], known: dict[str, KnownPerson], today: date
) -> list[ChangedRow]:
    return [ChangedRow(row.planned, known[row.number], [], today) for row in rows]


# --- changes --------------------------------------------------------------------------------------


def change_people(rows: list[StaffImportRow], places: Places, news: News, returning: Collection[int]) -> None:
    """Bring the changed rows into the employees and their employments.

    Who leaves one job and has another in force, or returns by another line of the list, stays.
    """
    today = timezone.localdate()
    changed = changed_rows(rows, people_under([row.number for row in rows]), today)
    employees = Employee.objects.in_bulk([one.person.employee_id for one in changed])
    employments = Employment.objects.in_bulk([one.person.employment_id for one in changed])
    leavers = {one.person.employee_id for one in changed if one.leaves}
    others = Employment.objects.current().filter(employee__in=leavers)
    ended = [one.person.employment_id for one in changed if one.leaves]
    leavers -= set(others.exclude(pk__in=ended).values_list("employee", flat=True))
    leavers -= set(returning)
    for row, one in zip(rows, changed, strict=True):
        employee, employment = employees[one.person.employee_id], employments[one.person.employment_id]
        row.before = image(employee, employment)
        plan = one.row
        for name in ("last_name", "first_name", "middle_name"):
            setattr(employee, name, getattr(plan, name))
        employee.email = employee.email if plan.email is None else plan.email
        if employee.pk in leavers:
            employee.is_active = False
        elif one.returns:
            employee.is_active = True
            news.returned.append(employee.pk)
        write_employment(employment, plan, places)
        row.after = image(employee, employment)
        news.changed.append(employee.pk)
        news.note_moves(employee.pk, row.before["employment"], row.after["employment"])
    update_all(employees.values(), EMPLOYEE_FIELDS)
    update_all(employments.values(), JOB_FIELDS)
    update_all(rows, ["before", "after"])
    news.left += leavers - set(news.left)


def create_jobs(rows: list[StaffImportRow], places: Places, news: News) -> None:
    """New employments, of new employees or of those who have another number already."""
    today = timezone.localdate()
    plans = [row.planned for row in rows]
    known = people_under([plan.same_as for plan in plans if plan.same_as])
    employees = Employee.objects.in_bulk([one.employee_id for one in known.values()])
    newcomers: dict[int, Employee] = {
        place: Employee(
            username=plan.personnel_number,
            last_name=plan.last_name,
            first_name=plan.first_name,
            middle_name=plan.middle_name,
            email=plan.email or "",
            is_active=not plan.has_left(today),
            password=make_password(None),
        )
        for place, plan in enumerate(plans)
        if not plan.same_as
    }
    Employee.objects.bulk_create(newcomers.values(), batch_size=BATCH)
    news.hired += [one.pk for one in newcomers.values()]
    jobs = []
    for place, (row, plan) in enumerate(zip(rows, plans, strict=True)):
        if newcomer := newcomers.get(place):
            employee = newcomer
            row.before = {}
        else:
            employee = employees[known[plan.same_as].employee_id]
            row.before = {"employee": employee_image(employee)}
            back = not employee.is_active and not plan.has_left(today)
            employee.is_active = employee.is_active or back
            employee.email = employee.email if plan.email is None else plan.email
            news.changed.append(employee.pk)
            news.returned += [employee.pk] if back else []
        job = Employment(
            employee=employee, personnel_number=plan.personnel_number, is_main=not plan.is_second_job
        )
        jobs.append(write_employment(job, plan, places))
    update_all(employees.values(), ["is_active", "email"])
    Employment.objects.bulk_create(jobs, batch_size=BATCH)
    for row, job in zip(rows, jobs, strict=True):
        row.after = image(job.employee, job)
    update_all(rows, ["before", "after"])


def write_employment(employment: Employment, row: StaffRow, places: Places) -> Employment:
    """Set the employment's fields as the row says; where the row says nothing, they stay."""
    employment.position_id = places.positions[fold(row.position)]
    employment.office_id = places.offices[fold(row.office)]
    employment.started_on = row.started_on
    employment.ended_on = row.ended_on
    if row.leave is not None:
        employment.leave = row.leave
    if row.work_pattern is not None:
        employment.work_pattern = row.work_pattern
        employment.pattern_starts_on = row.pattern_starts_on
    return employment


def image(employee: Employee, employment: Employment) -> dict[str, Any]:
    """What undoing puts back, or compares with."""
    job = {name: getattr(employment, name) for name in EMPLOYMENT_FIELDS}
    job |= {
        name: job[name] and job[name].isoformat() for name in ("started_on", "ended_on", "pattern_starts_on")
    }
    return {"employee": employee_image(employee), "employment": {"pk": employment.pk} | job}


def employee_image(employee: Employee) -> dict[str, Any]:
    return {"pk": employee.pk} | {name: getattr(employee, name) for name in EMPLOYEE_FIELDS}


def roles_of(people: Collection[int]) -> list[tuple[int, str]]:
    held = Employee.groups.through.objects.filter(employee__in=people, group__name__in=Role.values)
    return list(held.values_list("employee", "group__name"))
