"""Undoing the last staff list: what nobody changed since is put back, everything else is named (rule 28)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import models, router
from django.db.models.deletion import Collector, ProtectedError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.actions.access import leave_accounts
from accounts.models import StaffImport, StaffImportRow
from accounts.signals import staff_changed
from accounts.staff_import.actions import State, lock_the_staff_list
from accounts.staff_import.apply import EMPLOYEE_FIELDS, EMPLOYMENT_FIELDS, JOB_FIELDS, lock_people_of
from accounts.staff_import.bulk import update_all
from accounts.staff_import.errors import StaffImportError
from accounts.staff_import.rows import FIELD_LABELS
from accounts.staff_import.store import batches, in_batches
from centre.actions import action
from people.models import Employee, Employment, Office

DATES = ("started_on", "ended_on", "pattern_starts_on")
LABELS = {"position_id": "position", "office_id": "office"}
# So many are named; more are counted.
NAMED_MAX = 200


class NotTheLast(StaffImportError):
    """Another list was applied after this one, or this one was undone already."""

    def __init__(self) -> None:
        super().__init__(_("Only the list that was applied last can be undone."))


def last_applied() -> StaffImport | None:
    """The list that may be undone: applied last, not undone, and not so old that its rows are gone."""
    last = StaffImport.objects.applied().filter(state=State.APPLIED).defer("data").first()
    return last if last and last.rows.exists() else None


@action
def undo_staff_import(staff_import: StaffImport, *, by: Employee | None) -> list[str]:
    """Put back names, e-mails, employments and accounts as they were before the list; return what could not be.

    A field that was changed since stays as it is. New people go when nothing refers to them; others lose the
    account, and their job ends, for nobody is deleted while records must be kept. Apps on the right hear of it.

    Raises:
        NotTheLast: another list was applied since, or this one is undone.
        LastSystemAdmin: nobody would be left.
    """
    lock_the_staff_list()
    staff_import = StaffImport.objects.select_for_update(of=("self",)).get(pk=staff_import.pk)
    last = last_applied()
    if last is None or last.pk != staff_import.pk:
        raise NotTheLast
    lock_people_of(staff_import)
    undoing = Undoing()
    for effect in ("new", "changed"):
        for rows in in_batches(staff_import.rows.filter(effect=effect, after__isnull=False)):
            undoing.put_back(rows)
    undoing.heads(staff_import.undo.get("heads", {}))
    undoing.tell_roles(staff_import.undo.get("roles", []))
    leavers = Employee.objects.in_bulk(undoing.closed)
    leave_accounts(list(leavers.values()), by=by, reason=_("the staff list was undone"))
    staff_import.state = State.UNDONE
    staff_import.undone_at, staff_import.undone_by = timezone.now(), by
    staff_import.undo = {"not_put_back": undoing.told()}
    staff_import.save(update_fields=["state", "undone_at", "undone_by", "undo"])
    if undoing.changed or undoing.closed:
        staff_changed.send(
            sender=StaffImport,
            by=by,
            hired=[],
            changed=sorted({*undoing.changed, *undoing.closed}),
            left=sorted(undoing.closed),
            returned=sorted(undoing.opened),
        )
    return undoing.told()


class Undoing:
    """What was put back so far, and what could not be."""

    def __init__(self) -> None:
        self.not_put_back: list[str] = []
        self.changed: set[int] = set()
        self.opened: set[int] = set()
        self.closed: set[int] = set()

    def told(self) -> list[str]:
        more = len(self.not_put_back) - NAMED_MAX
        rest = [_("… and %(count)s more.") % {"count": more}] if more > 0 else []
        return self.not_put_back[:NAMED_MAX] + rest

    def put_back(self, rows: list[StaffImportRow]) -> None:
        """Employees and employments of these rows: created ones go, changed ones get their old values."""
        images = [(row.before or {}, row.after or {}) for row in rows]
        employees = Employee.objects.in_bulk([after["employee"]["pk"] for _before, after in images])
        employments = Employment.objects.in_bulk([after["employment"]["pk"] for _before, after in images])
        created: list[tuple[Employee, Employment]] = []
        jobs: list[Employment] = []
        for before, after in images:
            employee = employees.get(after["employee"]["pk"])
            employment = employments.get(after["employment"]["pk"])
            if employee is None or employment is None:
                continue  # somebody removed them since
            if not before:
                created.append((employee, employment))
                continue
            was_active = employee.is_active
            self.restore(employee, before["employee"], after["employee"], EMPLOYEE_FIELDS)
            if "employment" in before:
                self.restore(
                    employment,
                    before["employment"],
                    after["employment"],
                    EMPLOYMENT_FIELDS,
                    of=employee,
                )
            else:
                jobs.append(employment)
            self.changed.add(employee.pk)
            if employee.is_active != was_active:
                (self.opened if employee.is_active else self.closed).add(employee.pk)
        changed_jobs = [one for one in employments.values() if one not in jobs]
        new = {employee.pk for employee, _job in created}
        update_all([one for one in employees.values() if one.pk not in new], EMPLOYEE_FIELDS)
        update_all(changed_jobs, JOB_FIELDS)
        for job in jobs:
            self.remove_job(job)
        self.remove_created(created)

    def restore(
        self,
        found: models.Model,
        before: dict[str, Any],
        after: dict[str, Any],
        names: Collection[str],
        of: Employee | None = None,
    ) -> None:
        """Give each field that is still as the list left it its old value."""
        for name in names:
            was, became = typed(name, before[name]), typed(name, after[name])
            if was == became:
                continue
            if getattr(found, name) == became:
                setattr(found, name, was)
            else:
                self.not_put_back.append(
                    _("%(person)s: “%(field)s” was changed since and stays.")
                    % {"person": of or found, "field": field_label(name)}
                )

    def remove_job(self, job: Employment) -> None:
        if nothing_refers_to([job]):
            job.delete()
            return
        end_job(job)
        self.not_put_back.append(
            _("%(person)s: the job %(number)s is needed by records; it is ended instead of removed.")
            % {"person": job.employee, "number": job.personnel_number}
        )

    def remove_created(self, created: list[tuple[Employee, Employment]]) -> None:
        """Remove new people, all at once where nothing refers to any of them, else those to whom nothing does."""
        for pairs in batches(created):
            unused = [pair for pair in pairs if pair[0].last_login is None]
            if not nothing_refers_to([one for one, _job in unused], [job for _one, job in unused]):
                unused = [pair for pair in unused if nothing_refers_to([pair[0]], [pair[1]])]
            Employment.objects.filter(pk__in=[job.pk for _one, job in unused]).delete()
            Employee.objects.filter(pk__in=[one.pk for one, _job in unused]).delete()
            gone = {one.pk for one, _job in unused}
            for employee, job in pairs:
                if employee.pk not in gone:
                    self.close(employee, job)

    def close(self, employee: Employee, job: Employment) -> None:
        end_job(job)
        employee.is_active = False
        employee.save(update_fields=["is_active"])
        self.closed.add(employee.pk)
        self.not_put_back.append(
            _(
                "%(person)s: records refer to them; the account is closed and the job ended instead of removed."
            )
            % {"person": employee}
        )

    def heads(self, changed: dict[str, tuple[list[int | None], list[int | None]]]) -> None:
        """Give offices the head and the deputy that the list took from them, where nobody appointed others since."""
        offices = Office.objects.in_bulk([int(key) for key in changed])
        people = set(Employee.objects.employed().values_list("pk", flat=True)) if changed else set()
        for key, (before, after) in changed.items():
            office = offices.get(int(key))
            if office is None:
                continue
            head, deputy = before
            if [office.head_id, office.deputy_id] not in (after, lost(after, people)) or not {
                head,
                deputy,
            } <= {
                None,
                *people,
            }:
                self.not_put_back.append(
                    _("%(office)s: head and deputy were appointed since and stay.") % {"office": office}
                )
                continue
            office.head_id, office.deputy_id = head, deputy
            office.save(update_fields=["head", "deputy"])

    def tell_roles(self, roles: Collection[tuple[int, str]]) -> None:
        people = Employee.objects.in_bulk([key for key, _role in roles])
        self.not_put_back += [
            _("%(person)s: the role “%(role)s” was taken away and has to be given again.")
            % {"person": people[key], "role": role}
            for key, role in roles
            if key in people
        ]


def lost(leaders: list[int | None], people: set[int]) -> list[int | None]:
    """Head and deputy, without those who were removed a moment ago."""
    return [one if one in people else None for one in leaders]


def typed(name: str, value: Any) -> Any:
    return parse_date(value) if name in DATES and value else value


def field_label(name: str) -> str:
    if name == "is_active":
        return _("account")
    if name == "is_main":
        return str(FIELD_LABELS["employment_kind"])
    return str(FIELD_LABELS[LABELS.get(name, name)])


def end_job(job: Employment) -> None:
    """The job is over; one that was to begin later never began."""
    yesterday = timezone.localdate() - timedelta(days=1)
    job.ended_on = max(job.started_on, yesterday)
    job.save(update_fields=["ended_on"])


def nothing_refers_to(people: Collection[models.Model], jobs: Collection[models.Model] = ()) -> bool:
    """Whether no record stands in the way of deleting these people and their jobs."""
    collector = Collector(using=router.db_for_write(Employee))
    try:
        collector.collect(list(jobs))
        collector.collect(list(people))
    except ProtectedError as error:
        return set(error.protected_objects) <= set(jobs)
    return True
