"""What a row of a staff list would change: functions of the row and of what is known."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from accounts.staff_import.rows import (
    Change,
    ChangedRow,
    Comparison,
    Finding,
    Known,
    KnownPerson,
    Outcome,
    RefusedRow,
    StaffRow,
    fold,
)

NAMES = ("last_name", "first_name", "middle_name", "position", "office")
NOBODY_YET = 0  # the holder of an e-mail who is new in the list
# What a person answers about a newcomer of a known name: the number of the known one, or that it is another human.
NAMESAKE = "-"


@dataclass
class Compared:
    """One row beside what is known. Without a finding that keeps it out, `row` is what would be written."""

    row: StaffRow
    person: KnownPerson | None = None
    changes: list[Change] = field(default_factory=list)
    finding: Finding | None = None

    @property
    def is_refused(self) -> bool:
        return self.finding is not None and self.finding.outcome in (Outcome.ASK, Outcome.REJECT)

    @property
    def effect(self) -> str:
        if self.is_refused:
            return ""
        if self.person is None:
            return "new"
        return "changed" if self.changes else "unchanged"


def compare(rows: Iterable[StaffRow], known: Known, today: date) -> Comparison:
    """Sort the rows into new, changed with each field before and after, unchanged, and refused."""
    comparison = Comparison()
    emails = dict(known.emails)
    employed = {number for number, person in known.people.items() if not person.has_left(today)}
    missing = set(employed)
    for row in rows:
        missing.discard(row.personnel_number)
        one = compare_row(row, known, emails)
        if one.is_refused and one.finding:
            comparison.refused.append(RefusedRow(row.line, one.finding, row.full_name))
        elif one.person is None:
            comparison.new.append(one.row)
        elif one.changes:
            comparison.changed.append(ChangedRow(one.row, one.person, one.changes, today))
        else:
            comparison.unchanged.append(one.row)
    return replace(comparison, missing=len(missing), employed=len(employed))


def compare_row(
    row: StaffRow,
    known: Known,
    emails: dict[str, int],
    *,
    namesakes: Collection[KnownPerson] = (),
    answer: str = "",
    ending: Collection[str] = frozenset(),
    confirmed: Collection[str] = (),
) -> Compared:
    """The row beside the known people; `emails` learns who gets which address.

    `namesakes` are known people of the same full name under other numbers, `answer` what was said about them;
    `ending` are the numbers whose job the list itself ends.
    """
    person = known.people.get(row.personnel_number)
    own = {one.employee_id for one in namesakes if row.is_second_job or answer == one.personnel_number}
    if row.email and ("EMAIL_TAKEN" in confirmed or (person is None and emails.get(row.email) in own)):
        row = replace(row, email=None)
    if finding := why_refused(row, person, known, emails):
        return Compared(row, person, finding=finding)
    finding = None
    if person is None:
        row, finding = with_human(row, namesakes, answer, ending, confirmed)
        if finding and finding.outcome == Outcome.ASK:
            return Compared(row, finding=finding)
    if row.email:
        emails[row.email] = person.employee_id if person else NOBODY_YET
    changes = list(differences(row, person)) if person else []
    return Compared(row, person, changes, finding)


def with_human(
    row: StaffRow,
    namesakes: Collection[KnownPerson],
    answer: str,
    ending: Collection[str],
    confirmed: Collection[str],
) -> tuple[StaffRow, Finding | None]:
    """Whose job a new number is: a newcomer's, or that of somebody who works here, or worked.

    A second job has one reading where one person bears the name. A first job has two, for namesakes are common
    among ten thousand people: a person is asked.
    """
    humans = {one.employee_id: one for one in namesakes}
    if row.same_as:  # of somebody in the same list
        params = {"name": row.full_name, "number": row.same_as}
        return row, Finding(Outcome.ACCEPT_FIXED, "SECOND_JOB", "personnel_number", params)
    chosen = next((one for one in namesakes if one.personnel_number == answer), None)
    if row.is_second_job and len(humans) == 1 and not answer:
        chosen = next(iter(namesakes))
    if chosen is None:
        if answer == NAMESAKE:
            return row, None
        if humans:
            return row, who_is_it(row, namesakes)
        if row.is_second_job:
            return row, Finding(Outcome.ASK, "SECOND_JOB_OF_WHOM", "employment_kind")
        return row, None
    row = replace(row, same_as=chosen.personnel_number)
    if row.is_second_job:
        params = {"name": row.full_name, "number": chosen.personnel_number}
        return row, Finding(Outcome.ACCEPT_FIXED, "SECOND_JOB", "personnel_number", params)
    mains = [one for one in namesakes if one.employee_id == chosen.employee_id and one.is_main]
    in_force = [one for one in mains if one.ended_on is None and one.personnel_number not in ending]
    if in_force and row.ended_on is None:
        if "SECOND_MAIN_JOB" in confirmed:
            return replace(row, is_second_job=True), None
        params = {"name": row.full_name, "number": in_force[0].personnel_number}
        return row, Finding(Outcome.ASK, "SECOND_MAIN_JOB", "personnel_number", params)
    return row, None


def who_is_it(row: StaffRow, namesakes: Collection[KnownPerson]) -> Finding:
    humans: Mapping[int, KnownPerson] = {one.employee_id: one for one in namesakes}
    numbers = tuple(one.personnel_number for one in humans.values())
    params = {"name": row.full_name, "number": ", ".join(numbers)}
    return Finding(Outcome.ASK, "PERSON_KNOWN", "personnel_number", params, choices=(*numbers, NAMESAKE))


def why_refused(
    row: StaffRow, person: KnownPerson | None, known: Known, emails: dict[str, int]
) -> Finding | None:
    """The first reason for which the row cannot be taken."""
    if fold(row.position) not in known.positions:
        return Finding(Outcome.REJECT, "POSITION_UNKNOWN", "position", {"value": row.position})
    if fold(row.office) not in known.offices:
        return Finding(Outcome.REJECT, "OFFICE_UNKNOWN", "office", {"value": row.office})
    if row.email in emails and (person is None or emails[row.email] != person.employee_id):
        holder = next((one for one in known.people.values() if one.employee_id == emails[row.email]), None)
        params = {"email": row.email, "number": holder.personnel_number if holder else ""}
        return Finding(Outcome.ASK, "EMAIL_TAKEN", "email", params)
    if person is None and row.personnel_number in known.account_names:
        return Finding(Outcome.REJECT, "ACCOUNT_NAME_TAKEN", "personnel_number")
    return None


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
