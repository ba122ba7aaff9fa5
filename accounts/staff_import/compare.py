"""What a staff list would change: a function of the list and of what is known."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.translation import gettext as _

from accounts.staff_import.rows import (
    Change,
    ChangedRow,
    Comparison,
    Known,
    KnownPerson,
    RefusedRow,
    StaffRow,
    fold,
)

NAMES = ("last_name", "first_name", "middle_name", "position", "office")
NOBODY_YET = 0  # the holder of an e-mail who is new in the list


def compare(rows: Iterable[StaffRow], known: Known, today: date) -> Comparison:
    """Sort the rows into new, changed with each field before and after, unchanged, and refused."""
    new, changed, unchanged, refused = [], [], [], []
    emails = dict(known.emails)
    employed = {number for number, person in known.people.items() if not person.has_left(today)}
    missing = set(employed)
    for row in rows:
        person = known.people.get(row.personnel_number)
        missing.discard(row.personnel_number)
        if refusal := why_refused(row, person, known, emails):
            refused.append(refusal)
            continue
        if row.email:
            emails[row.email] = person.employee_id if person else NOBODY_YET
        if person is None:
            new.append(row)
        elif changes := list(differences(row, person)):
            changed.append(ChangedRow(row, person, changes, today))
        else:
            unchanged.append(row)
    return Comparison(new, changed, unchanged, refused, missing=len(missing), employed=len(employed))


def why_refused(
    row: StaffRow, person: KnownPerson | None, known: Known, emails: dict[str, int]
) -> RefusedRow | None:
    """The first reason for which the row cannot be taken."""
    if fold(row.position) not in known.positions:
        column, reason = "position", _("The position “%(name)s” is not known.") % {"name": row.position}
    elif fold(row.office) not in known.offices:
        column, reason = "office", _("The office “%(name)s” is not known.") % {"name": row.office}
    elif row.email in emails and (person is None or emails[row.email] != person.employee_id):
        column, reason = (
            "email",
            _("Another employee already has the e-mail %(email)s.") % {"email": row.email},
        )
    elif person is None and row.personnel_number in known.account_names:
        column, reason = "personnel_number", _("Another person's account has this name.")
    else:
        return None
    return RefusedRow(row.line, column, reason, row.full_name)


def differences(row: StaffRow, person: KnownPerson) -> Iterator[Change]:
    """The fields in which the row differs; names compare without yo, case and spaces (rule 28)."""
    for name in NAMES:
        before, after = getattr(person, name), getattr(row, name)
        if fold(before) != fold(after):
            yield Change(name, before, after)
    exact = ["started_on", "ended_on"]
    # An empty cell never takes away what is known; the first day of a pattern belongs to the pattern.
    exact += [name for name in ("leave", "work_pattern", "email") if getattr(row, name) is not None]
    exact += ["pattern_starts_on"] if row.work_pattern else []
    for name in exact:
        before, after = getattr(person, name), getattr(row, name)
        if before != after:
            yield Change(name, before, after)
