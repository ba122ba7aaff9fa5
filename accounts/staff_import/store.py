"""Rows of a list in the database: read in batches, judged alone, together and beside the staff.

Memory does not grow with the list but for a few words of each row, by which the rows are asked about each other.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.staff_import.bulk import update_all
from accounts.staff_import.compare import Compared, compare_row
from accounts.staff_import.judging.record import Answers, Judged, Reference, judge_record
from accounts.staff_import.judging.together import Facts, judge_together
from accounts.staff_import.known import known_beside, load_reference, namesakes_of
from accounts.staff_import.models import StaffImport, StaffImportRow
from accounts.staff_import.reading import Table
from accounts.staff_import.rows import (
    NOT_TAKEN,
    TAKEN,
    ChangedRow,
    Finding,
    Outcome,
    Record,
    StaffRow,
    fold,
    worst,
)
from people.models import Employment

BATCH = 500
# What is kept of a cell and a row: enough to recognise it in the file.
CELL_KEPT, CELLS_KEPT = 500, 60
# Questions that many rows may share: what a word means, and whether a reading is right.
ABOUT_A_WORD = {
    "OFFICE_SIMILAR",
    "OFFICE_UNKNOWN",
    "POSITION_SIMILAR",
    "POSITION_UNKNOWN",
    "STATUS_UNKNOWN",
}
ABOUT_A_READING = {"DATE_SERIAL", "DATE_TWO_DIGIT_YEAR", "DATE_TOO_EARLY", "MOJIBAKE", "NAME_ORDER"}
JUDGED = ("found", "number", "name", "person", "email", "digest", "values")
DECIDED = ("outcome", "code", "column", "question")
COMPARED = ("compared", "effect", "changes", "is_leaver", "plan")
T = TypeVar("T")


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def in_batches(rows: QuerySet[StaffImportRow]) -> Iterator[list[StaffImportRow]]:
    """The rows by their keys, a batch at a time, each read when it is asked for: the rows may change meanwhile."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


# --- reading --------------------------------------------------------------------------------------


def store_table(
    staff_import: StaffImport, table: Table, tell: Callable[[int], None] = lambda count: None
) -> None:
    """Write the records of the file as rows, each judged by itself."""
    reference = load_reference()
    count = 0
    for batch in batches(table.records):
        StaffImportRow.objects.bulk_create(
            [new_row(staff_import, record, judge_record(record, table.layout, reference)) for record in batch]
        )
        count += len(batch)
        tell(count)


def new_row(staff_import: StaffImport, record: Record, judged: Judged) -> StaffImportRow:
    row = StaffImportRow(
        staff_import=staff_import,
        line=record.line,
        kind=record.kind,
        cells=[cell.replace("\0", "")[:CELL_KEPT] for cell in record.cells[:CELLS_KEPT]],
        marks=list(record.marks),
    )
    take_judgement(row, judged)
    return row


def take_judgement(row: StaffImportRow, judged: Judged) -> None:
    row.found = [one.as_json() for one in judged.findings]
    row.number, row.name, row.person = judged.number, fold(judged.name)[:250], judged.person[:700]
    row.email, row.digest = judged.email[:254], judged.digest
    row.values = judged.row.as_json() if judged.row else None
    decide(row)


def decide(row: StaffImportRow) -> None:
    """Let the worst finding decide what becomes of the row; an answer to leave it out is above all."""
    left_out = Finding(Outcome.SKIP, "SKIPPED")
    finding = left_out if row.answers.get("is_skipped") else worst(row.all_findings())
    row.outcome, row.code, row.column = finding.outcome.value, finding.code, finding.column
    row.question = ""
    if finding.code in ABOUT_A_WORD:
        row.question = f"{finding.code}|{fold(str(finding.params.get('value', '')))}"[:260]
    elif finding.code in ABOUT_A_READING:
        row.question = f"{finding.code}|{finding.column}"
    if finding.outcome not in TAKEN:
        row.effect, row.changes, row.is_leaver, row.plan = "", [], False, None


# --- again, after answers -------------------------------------------------------------------------


def judge_again(
    staff_import: StaffImport, rows: QuerySet[StaffImportRow], reference: Reference | None = None
) -> None:
    """Judge these rows anew, with what was answered and what words mean by now, and all rows beside each other."""
    reference = reference or load_reference()
    layout = staff_import.written
    touched: set[int] = set()
    for batch in in_batches(rows):
        for row in batch:
            take_judgement(row, judge_record(row.record, layout, reference, Answers.from_json(row.answers)))
        update_all(batch, [*JUDGED, *DECIDED, *COMPARED])
        touched |= {row.pk for row in batch}
    touched |= judge_all_together(staff_import)
    compare_rows(staff_import, staff_import.rows.filter(pk__in=touched))


def judge_all_together(staff_import: StaffImport) -> set[int]:
    """Ask all rows about each other; return the keys of those about whom that says something new."""
    asking = dict(
        staff_import.rows.filter(found__contains=[{"code": "NUMBER_LETTER"}]).values_list("line", "found")
    )
    rows = staff_import.rows.exclude(code="SKIPPED").exclude(digest="")
    known = frozenset(Employment.objects.values_list("personnel_number", flat=True))
    facts = (
        Facts(
            line,
            number,
            name,
            person,
            email,
            digest,
            is_taken=bool(person),
            confirmed=tuple(answers.get("confirmed", ())),
            is_known=number in known,
            asks=asked(asking.get(line, [])),
        )
        for line, number, name, person, email, digest, answers in rows.order_by("line")
        .values_list("line", "number", "name", "person", "email", "digest", "answers")
        .iterator(chunk_size=2000)
    )
    found = {line: one.as_json() for line, one in judge_together(facts).items()}
    before = staff_import.rows.filter(together__isnull=False).values_list("line", flat=True)
    touched: set[int] = set()
    for lines in batches(sorted({*found, *before})):
        changed = []
        for row in staff_import.rows.filter(line__in=lines):
            if plain(row.together) != plain(found.get(row.line)):
                row.together = found.get(row.line)
                decide(row)
                changed.append(row)
        update_all(changed, ["together", *DECIDED, *COMPARED])
        touched |= {row.pk for row in changed}
    return touched


def asked(found: list[dict[str, object]]) -> Finding | None:
    return next((Finding.from_json(one) for one in found if one["code"] == "NUMBER_LETTER"), None)


def plain(finding: dict[str, object] | None) -> object:
    """A finding as the database gives it back: tuples are lists there."""
    return finding and {name: list(one) if isinstance(one, tuple) else one for name, one in finding.items()}


# --- beside the staff -----------------------------------------------------------------------------


def compare_rows(staff_import: StaffImport, rows: QuerySet[StaffImportRow]) -> None:
    """Say of each row that can be taken what it would change, and of others that they change nothing."""
    today = timezone.localdate()
    for batch in in_batches(rows.filter(values__isnull=False)):
        for row in batch:
            row.compared = None
            decide(row)
        taken = [row for row in batch if row.outcome in TAKEN]
        for row, one in zip(taken, compared(staff_import, taken), strict=True):
            row.compared = one.finding.as_json() if one.finding else None
            row.effect = one.effect
            row.changes = [
                (change.field, in_json(change.before), in_json(change.after)) for change in one.changes
            ]
            row.is_leaver = bool(
                one.person and one.changes and ChangedRow(one.row, one.person, [], today).is_given_an_end
            )
            row.plan = one.row.as_json() if one.effect else None
            decide(row)
        update_all(batch, [*DECIDED, *COMPARED])


def compared(staff_import: StaffImport, rows: list[StaffImportRow]) -> Iterator[Compared]:
    """Each row beside what is known, in their order."""
    people = [StaffRow.from_json(row.values) for row in rows if row.values]
    known = known_beside(people)
    namesakes = namesakes_of(people, known)
    old_numbers = {one.personnel_number for alike in namesakes.values() for one in alike}
    ending = ended_by(staff_import, old_numbers)
    firsts = first_jobs_in(staff_import, people)
    emails = dict(known.emails)
    for row, person in zip(rows, people, strict=True):
        key = fold(person.full_name)
        if person.is_second_job and not namesakes.get(key) and len(firsts.get(key, ())) == 1:
            person = StaffRow(**{**vars(person), "same_as": firsts[key][0], "email": None})
        answers = Answers.from_json(row.answers)
        yield compare_row(
            person,
            known,
            emails,
            namesakes=namesakes.get(key, ()),
            answer=answers.cells.get("same_as", ""),
            ending=ending,
            confirmed=answers.confirmed,
        )


def ended_by(staff_import: StaffImport, numbers: set[str]) -> set[str]:
    """Those of the numbers whose job the list itself ends."""
    if not numbers:
        return set()
    rows = staff_import.rows.filter(number__in=numbers, outcome__in=TAKEN)
    return {
        row["personnel_number"] for row in rows.values_list("values", flat=True) if row and row["ended_on"]
    }


def first_jobs_in(staff_import: StaffImport, people: list[StaffRow]) -> dict[str, list[str]]:
    """The numbers of main jobs in the list, by folded name, as far as a second job in it needs one."""
    names = {fold(one.full_name) for one in people if one.is_second_job}
    found: dict[str, list[str]] = {}
    if names:
        rows = staff_import.rows.filter(name__in=names, values__is_second_job=False, outcome__in=TAKEN)
        for name, number in rows.values_list("name", "number"):
            found.setdefault(name, []).append(number)
    return found


def in_json(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def counted(staff_import: StaffImport) -> dict[str, int]:
    """What the list would do, in numbers."""
    counts = dict.fromkeys(("new", "changed", "unchanged"), 0)
    counts |= {outcome.value: 0 for outcome in Outcome}
    rows = staff_import.rows.order_by()
    for effect, outcome, count in rows.values_list("effect", "outcome").annotate(count=Count("pk")):
        counts[outcome] += count
        if effect:
            counts[effect] += count
    counts["refused"] = sum(counts[outcome.value] for outcome in NOT_TAKEN)
    counts["leavers"] = rows.filter(is_leaver=True).count()
    in_force = Employment.objects.current()
    counts["employed"] = in_force.count()
    named = rows.exclude(number="").values("number")
    counts["missing"] = in_force.exclude(personnel_number__in=named).count()
    return counts
