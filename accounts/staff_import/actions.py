"""Uploading and reading a staff list, answering what it asks, comparing it with the staff."""

import logging

from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.staff_import.errors import AlreadyApplied, NotReady, StaffImportError
from accounts.staff_import.judging.record import Answers
from accounts.staff_import.known import people_under
from accounts.staff_import.models import StaffImport, StaffImportRow, Synonym
from accounts.staff_import.reading import read_table
from accounts.staff_import.rows import (
    Change,
    ChangedRow,
    Comparison,
    RefusedRow,
    fold,
)
from accounts.staff_import.store import compare_rows, counted, judge_again, judge_all_together, store_table
from centre.actions import action
from centre.tables.records import UnreadableTable
from people.models import Employee, Office, Position

# Larger files are read, and longer lists applied, in the background.
READ_AT_ONCE_BYTES = 300_000
APPLIED_AT_ONCE_ROWS = 1_000
State = StaffImport.State
logger = logging.getLogger(__name__)


@action
def upload_staff_list(data: bytes, file_name: str, *, by: Employee | None) -> StaffImport:
    """Read the file and keep what it says until somebody has seen the comparison and applies it.

    Raises:
        UnreadableTable: no table of employees is in the file.
    """
    table = read_table(data)
    staff_import = StaffImport(file_name=file_name[-200:], uploaded_by=by, layout=table.layout.as_json())
    staff_import.save()
    store_table(staff_import, table)
    finish_reading(staff_import)
    return staff_import


@action
def receive_staff_list(data: bytes, file_name: str, *, by: Employee | None) -> StaffImport:
    """Keep the file for the background, which is nudged after the commit."""
    from accounts.tasks import work_on_commit  # which knows these actions

    staff_import = StaffImport.objects.create(
        file_name=file_name[-200:], uploaded_by=by, data=data, state=State.READING
    )
    work_on_commit()
    return staff_import


def read_received(staff_import: StaffImport) -> None:
    """Read the file that was received; what it says, or why it cannot be read, stands in the row afterwards.

    Rows are written batch by batch, so that the page can say how far it is, and shown when all are there. A reader
    who was killed left some behind: they go first.
    """
    try:
        with in_language_of(staff_import.uploaded_by):
            staff_import.rows.all().delete()
            table = read_table(bytes(staff_import.data or b""))
            staff_import.layout = table.layout.as_json()
            store_table(staff_import, table, tell=staff_import.tell_rows_read)
            finish_received(staff_import)
    except (StaffImportError, UnreadableTable) as error:
        give_up_reading(staff_import, str(error))
    except Exception:
        logger.exception("The staff list %s cannot be read", staff_import.pk)
        give_up_reading(
            staff_import, _("The site made a mistake with this file. The administrators can see it.")
        )


def give_up_reading(staff_import: StaffImport, why: str) -> None:
    StaffImportRow.objects.filter(staff_import=staff_import).delete()
    StaffImport.objects.filter(pk=staff_import.pk, state=State.READING).update(
        state=State.UNREADABLE, trouble=why, data=None
    )


@action
def finish_received(staff_import: StaffImport) -> None:
    staff_import.data = None
    finish_reading(staff_import)


def finish_reading(staff_import: StaffImport) -> None:
    judge_all_together(staff_import)
    compare_rows(staff_import, staff_import.rows.all())
    staff_import.state = State.READY
    settle_counts(staff_import)


def settle_counts(staff_import: StaffImport) -> None:
    staff_import.counts = counted(staff_import)
    staff_import.rows_read = sum(
        staff_import.counts[name] for name in ("accept", "accept_fixed", "ask", "reject", "skip")
    )
    staff_import.save()


def compare_with_staff(staff_import: StaffImport) -> Comparison:
    """The whole comparison in memory, for the command and for small lists; pages ask the rows."""
    rows = list(staff_import.rows.all())
    today = timezone.localdate()
    people = people_under([row.number for row in rows if row.effect == "changed"])
    comparison = Comparison(missing=staff_import.counts["missing"], employed=staff_import.counts["employed"])
    for row in rows:
        if row.outcome in ("ask", "reject"):
            comparison.refused.append(RefusedRow(row.line, row.decisive, row.record.text))
        elif row.effect == "changed":
            person = row.planned
            changes = [Change(*change) for change in row.changes]
            comparison.changed.append(ChangedRow(person, people[row.number], changes, today))
        elif row.effect:
            getattr(comparison, row.effect).append(row.planned)
    return comparison


# --- answers --------------------------------------------------------------------------------------


def open_import(pk: int) -> StaffImport:
    """The list, locked, while it waits to be applied.

    Raises:
        AlreadyApplied: it was applied before.
        NotReady: it is being read or applied, or could not be read.
    """
    staff_import = StaffImport.objects.select_for_update(of=("self",)).get(pk=pk)
    if staff_import.applied_at:
        raise AlreadyApplied
    if staff_import.state != State.READY:
        raise NotReady
    return staff_import


@action
def answer_row(staff_import: StaffImport, line: int, answers: Answers, *, by: Employee | None) -> None:
    """Keep what was said about a row, beside what was said before, and judge it anew; nothing of the staff changes.

    A confirmed word of a directory is remembered for the rows that ask the same, and for the next lists.

    Raises:
        AlreadyApplied, NotReady: see `open_import`.
    """
    staff_import = open_import(staff_import.pk)
    row = staff_import.rows.get(line=line)
    finding = row.decisive
    if finding.code in answers.confirmed and row.code in CONFIRMED_FOR_ALL and finding.suggestion:
        explain(row, finding.suggestion, by=by)
        answers.confirmed.remove(finding.code)
    said = Answers.from_json(row.answers)
    said.cells |= answers.cells
    said.confirmed = [*said.confirmed, *(one for one in answers.confirmed if one not in said.confirmed)]
    said.is_skipped = answers.is_skipped
    row.answers = said.as_json()
    row.save(update_fields=["answers"])
    same = staff_import.rows.filter(question=row.question) if row.question else staff_import.rows.none()
    judge_again(staff_import, staff_import.rows.filter(pk=row.pk) | same)
    settle_counts(staff_import)


CONFIRMED_FOR_ALL = {"OFFICE_SIMILAR", "POSITION_SIMILAR", "STATUS_UNKNOWN"}


@action
def forget_answers(staff_import: StaffImport, line: int, *, by: Employee | None) -> None:
    """Judge the row as the file has it."""
    staff_import = open_import(staff_import.pk)
    staff_import.rows.filter(line=line).update(answers={})
    judge_again(staff_import, staff_import.rows.filter(line=line))
    settle_counts(staff_import)


@action
def answer_question(staff_import: StaffImport, question: str, meaning: str, *, by: Employee | None) -> int:
    """Answer all rows with the same question at once, and return how many they were.

    `meaning` is what the word in the list means, which is remembered; or "yes" where a reading is to be confirmed,
    "skip" where the rows are to be left out.

    Raises:
        AlreadyApplied, NotReady: see `open_import`.
    """
    staff_import = open_import(staff_import.pk)
    rows = staff_import.rows.filter(question=question).exclude(question="")
    first = rows.first()
    if first is None:
        return 0
    keys = list(rows.values_list("pk", flat=True))
    if meaning == "skip":
        rows.update(answers={"cells": {}, "confirmed": [], "is_skipped": True})
    elif first.column in Synonym.Kind.values and "value" in first.decisive.params:
        explain(first, meaning, by=by)
    else:
        for row in rows:
            answers = Answers.from_json(row.answers)
            answers.confirmed.append(row.code)
            row.answers = answers.as_json()
            row.save(update_fields=["answers"])
    judge_again(staff_import, staff_import.rows.filter(pk__in=keys))
    settle_counts(staff_import)
    return len(keys)


def explain(row: StaffImportRow, meaning: str, *, by: Employee | None) -> None:
    remember_synonym(row.column, str(row.decisive.params["value"]), meaning, by=by)


@action
def remember_synonym(kind: str, text: str, meaning: str, *, by: Employee | None) -> Synonym:
    """From now on the text means the office, position or state of that name.

    Raises:
        StaffImportError: nothing of that name exists.
    """
    office = Office.objects.filter(name=meaning).first() if kind == "office" else None
    position = Position.objects.filter(title=meaning).first() if kind == "position" else None
    status = meaning if kind == "status" else ""
    if not (office or position or status):
        raise StaffImportError(_("“%(name)s” is not in the directory.") % {"name": meaning})
    synonym, _created = Synonym.objects.update_or_create(
        kind=kind,
        key=fold(text)[:200],
        defaults={
            "text": text[:200],
            "office": office,
            "position": position,
            "status": status,
            "by": by,
            "at": timezone.now(),
        },
    )
    return synonym


@action
def forget_synonym(synonym: Synonym, *, by: Employee | None) -> None:
    """The next list asks again what the word means."""
    synonym.delete()


def in_language_of(person: Employee | None) -> translation.override:
    return translation.override(person.language if person else None)


def lock_the_staff_list() -> None:
    """One staff list at a time is applied or undone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STAFF_IMPORT_LOCK])


STAFF_IMPORT_LOCK = 28
