"""What ends with a staff list before it is applied: the training ahead of who leaves, or goes on parental leave."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db.models import Q
from django.utils import timezone

from accounts.models import StaffImport, StaffImportRow
from accounts.signals import TrainingEnds, asking_what_ends
from accounts.staff_import.known import people_under
from people.models import Employment


@dataclass(frozen=True)
class Ends:
    """A row of the list, and what ends with it."""

    row: StaffImportRow
    what: TrainingEnds


def ends_with(staff_import: StaffImport) -> list[Ends]:
    """Every seat, place in a queue and request that ends, in the order of the list; a fixed number of queries.

    Who keeps another job, or comes back by another line of the list, keeps everything.
    """
    rows = ending_rows(staff_import)
    if not rows:
        return []
    people = people_under([row.number for row in rows])
    known = [(row, people[row.number]) for row in rows if row.number in people]
    today = timezone.localdate()
    leaving: dict[int, date] = {}
    on_leave: set[int] = set()
    line_of: dict[int, StaffImportRow] = {}
    stay = staying(
        staff_import, [one.employment_id for _row, one in known], [one.employee_id for _row, one in known]
    )
    for row, person in known:
        if row.is_leaver and person.employee_id not in stay:
            leaving[person.employee_id] = row.planned.ended_on or today
            line_of[person.employee_id] = row
        elif goes_on_parental_leave(row) and person.is_main:
            on_leave.add(person.employee_id)
            line_of.setdefault(person.employee_id, row)
    answers = asking_what_ends.send(sender=StaffImport, leaving=leaving, on_leave=on_leave)
    found: dict[int, list[TrainingEnds]] = defaultdict(list)
    for _receiver, ends in answers:
        for one in cast(list[TrainingEnds], ends):
            found[one.employee_id].append(one)
    by_line = sorted(line_of.items(), key=lambda pair: pair[1].line)
    return [Ends(row, one) for employee, row in by_line for one in found[employee]]


def ending_rows(staff_import: StaffImport) -> list[StaffImportRow]:
    """Of who is given an end, or goes on parental leave."""
    parental = Q(changes__contains=[["leave", Employment.Leave.PARENTAL.value]])
    rows = staff_import.rows.filter(Q(is_leaver=True) | parental, effect=StaffImportRow.Effect.CHANGED)
    rows = rows.defer("before", "after", "values", "cells").order_by("line")
    return [row for row in rows if row.is_leaver or goes_on_parental_leave(row)]


def goes_on_parental_leave(row: StaffImportRow) -> bool:
    return any(name == "leave" and after == Employment.Leave.PARENTAL for name, _before, after in row.changes)


def staying(staff_import: StaffImport, ending: list[int], people: list[int]) -> set[int]:
    """Keys of who has another job in force that the list does not end, or gets one by it under another number."""
    others = Employment.objects.current().filter(employee__in=people).exclude(pk__in=ending)
    new = staff_import.rows.filter(effect=StaffImportRow.Effect.NEW, plan__is_dismissed=False)
    numbers = new.exclude(plan__same_as="").values_list("plan__same_as", flat=True)
    again = Employment.objects.filter(personnel_number__in=list(numbers), employee__in=people)
    return {*others.values_list("employee", flat=True), *again.values_list("employee", flat=True)}
