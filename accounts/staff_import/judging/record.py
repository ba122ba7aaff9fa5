"""One record judged by itself: which person it says something of, and what was noticed."""

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.staff_import.judging import dates, names
from accounts.staff_import.judging.cells import LONGEST_VALUE, Cleaned, clean
from accounts.staff_import.judging.numbers import NUMBER, read_number
from accounts.staff_import.judging.places import Directory, find_status
from accounts.staff_import.rows import (
    ALL_WELL,
    NAME_PARTS,
    NOT_TAKEN,
    Finding,
    Layout,
    Outcome,
    Record,
    StaffRow,
    fold,
    worst,
)
from accounts.staff_import.words import MAIN_EMPLOYMENT, SCHEDULES, SECOND_EMPLOYMENT, TOTALS

OTHER_DELIMITERS = ";,\t|"
# Where these make sense again, the row was cut before.
TELLING = ("personnel_number", "position", "office", "started_on")


@dataclass
class Answers:
    """What a person said about a row: other texts of cells, questions answered with yes, or not to take it."""

    cells: dict[str, str] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    is_skipped: bool = False

    def __bool__(self) -> bool:
        return bool(self.cells or self.confirmed or self.is_skipped)

    def as_json(self) -> dict[str, Any]:
        return (
            {"cells": self.cells, "confirmed": self.confirmed, "is_skipped": self.is_skipped} if self else {}
        )

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Answers":
        return cls(
            dict(values.get("cells", {})), list(values.get("confirmed", [])), values.get("is_skipped", False)
        )


@dataclass
class Reference:
    """What a record is judged by: the centre's own names, the numbers that are known, and the day."""

    offices: Directory
    positions: Directory
    today: date
    statuses: Mapping[str, str] = field(default_factory=dict)
    numbers: Container[str] = frozenset()
    # The length of most known numbers; a list whose zeros are all lost cannot tell it.
    number_length: int = 0


@dataclass
class Judged:
    """A person of the list, when the record can be taken, with what was noticed and what other rows are asked by."""

    findings: list[Finding]
    row: StaffRow | None = None
    number: str = ""
    name: str = ""
    # One human being in one job, whatever the number.
    person: str = ""
    email: str = ""
    digest: str = ""
    cells: dict[str, str] = field(default_factory=dict)


def judge_record(
    record: Record, layout: Layout, reference: Reference, answers: Answers | None = None
) -> Judged:
    """What becomes of the record when no other row has a say.

    A record that is cut wrongly is taken by the cells that a person gave it.
    """
    answers = answers or Answers()
    structural = structure_of(record, layout, reference)
    if structural and not (structural.outcome == Outcome.REJECT and answers.cells):
        return Judged([structural])
    return Judge(record, layout, reference, answers).judged()


def structure_of(record: Record, layout: Layout, reference: Reference) -> Finding | None:
    """Why the record as a whole is no person of the list; None when it has cells to look at."""
    skip = Outcome.SKIP
    if record.kind == "header":
        return Finding(skip, "HEADER", params={"line": record.line})
    if record.is_empty:
        return Finding(skip, "EMPTY_LINE")
    if record.kind == "preamble":
        return Finding(skip, "PREAMBLE")
    if [fold(cell) for cell in record.cells] == [fold(cell) for cell in layout.headings]:
        return Finding(skip, "HEADER_REPEATED")
    filled = [cell for cell in record.cells if cell.strip()]
    if len(filled) <= 2 and fold(filled[0]).startswith(TOTALS):
        return Finding(skip, "TOTAL_LINE")
    if "open_quote" in record.marks:
        return Finding(Outcome.REJECT, "OPEN_QUOTE")
    return wrong_width(record, layout, reference)


def wrong_width(record: Record, layout: Layout, reference: Reference) -> Finding | None:
    count, width = len(record.cells), layout.width
    params: dict[str, Any] = {"count": count, "width": width}
    if count < width:
        for delimiter in OTHER_DELIMITERS:
            if count == 1 and len(record.cells[0].split(delimiter)) == width:
                params = {"delimiter": delimiter, "usual": layout.delimiter}
                return Finding(Outcome.REJECT, "DELIMITER", params=params)
        return Finding(Outcome.REJECT, "COLUMNS_FEW", params=params)
    # Empty cells behind the last column do no harm, unless the row makes sense only without a delimiter before.
    split = where_split(record, layout, reference)
    if split or any(cell.strip() for cell in record.cells[width:]):
        return Finding(
            Outcome.REJECT, "COLUMNS_MANY", params=params | {"split": split, "delimiter": layout.delimiter}
        )
    return None


def where_split(record: Record, layout: Layout, reference: Reference) -> str:
    """The column that a superfluous delimiter probably cut in two; empty when nothing tells which."""
    if len(record.cells) != layout.width + 1:
        return ""
    for name, place in sorted(layout.columns.items(), key=lambda pair: pair[1]):
        joined = " ".join(record.cells[place : place + 2])
        cells = [*record.cells[:place], joined, *record.cells[place + 2 :]]
        text = {column: cells[where].strip() for column, where in layout.columns.items()}
        makes_sense = (
            bool(NUMBER.fullmatch(text["personnel_number"])),
            fold(text["office"]) in reference.offices.names,
            fold(text["position"]) in reference.positions.names,
            dates.read_date("started_on", text["started_on"])[0] is not None,
        )
        if all(makes_sense):
            # Behind the last of these nothing tells one column from the next.
            return name if place <= max(layout.columns[one] for one in TELLING) else ""
    return ""


class Judge:
    """Looks at the cells of one record, column after column."""

    def __init__(self, record: Record, layout: Layout, reference: Reference, answers: Answers) -> None:
        self.record, self.layout, self.reference, self.answers = record, layout, reference, answers
        self.findings: list[Finding] = []
        self.listed_on = layout.listed_on or reference.today
        self.cleaned = {name: self.cell(name) for name in layout.columns}

    def cell(self, name: str) -> Cleaned:
        if (answer := self.answers.cells.get(name)) is not None:
            return clean(name, answer)
        place = self.layout.columns[name]
        return clean(name, self.record.cells[place] if place < len(self.record.cells) else "")

    def text(self, name: str) -> str:
        return self.cleaned[name].text if name in self.cleaned else ""

    def note(self, findings: list[Finding]) -> None:
        """Keep what was noticed; a question that a person answered with yes is none any more."""
        self.findings += [
            one for one in findings if not (one.outcome == Outcome.ASK and one.code in self.answers.confirmed)
        ]

    def is_usable(self, name: str) -> bool:
        """Whether the column's cell can be read at all; what keeps it from that is noted."""
        trouble = self.cleaned[name].trouble if name in self.cleaned else None
        if trouble and trouble.code not in self.answers.confirmed:
            self.findings.append(trouble)
            return False
        return True

    def judged(self) -> Judged:
        if any(len(cell.text) > LONGEST_VALUE for cell in self.cleaned.values()):
            return self.too_long()
        number = self.number()
        name = self.name()
        position, office = self.place("position"), self.place("office")
        started_on = self.day("started_on")
        status = self.status()
        ended_on = self.end(started_on, status)
        email = self.email()
        pattern = self.pattern()
        is_second = self.is_second_job()
        self.note_fixes()
        result = Judged(self.findings, number=number, name=name.full, email=email or "")
        result.digest = self.digest(number)
        result.cells = {column: cleaned.text for column, cleaned in self.cleaned.items()}
        if worst(self.findings).outcome in NOT_TAKEN or started_on is None:
            return result
        if not self.findings:
            self.findings.append(self.why_accepted(name.note))
        result.person = "|".join((fold(name.full), fold(position), fold(office), started_on.isoformat()))
        last_name, first_name, middle_name = name.parts
        result.row = StaffRow(
            line=self.record.line,
            personnel_number=number,
            last_name=last_name,
            first_name=first_name,
            middle_name=middle_name,
            position=position,
            office=office,
            started_on=started_on,
            is_dismissed=status == "dismissed",
            ended_on=ended_on,
            leave="" if status == "dismissed" else status,
            work_pattern=pattern.get("pattern"),
            pattern_starts_on=pattern.get("first_day"),
            email=email,
            is_second_job=is_second,
        )
        return result

    def too_long(self) -> Judged:
        for name in self.cleaned:
            self.is_usable(name)
        return Judged([one for one in self.findings if one.code == "TOO_LONG"] or [ALL_WELL])

    def why_accepted(self, note: str) -> Finding:
        if self.answers:
            return Finding(Outcome.ACCEPT_FIXED, "ANSWERED")
        if not note and "no_last_break" in self.record.marks:
            note = "no_last_break"
        return Finding(Outcome.ACCEPT, "OK", params={"note": note} if note else {})

    def digest(self, number: str) -> str:
        """What two equal records share."""
        cells = [
            number,
            *(fold(one.text) for name, one in self.cleaned.items() if name != "personnel_number"),
        ]
        return hashlib.blake2b("\0".join(cells).encode(errors="replace"), digest_size=12).hexdigest()

    # --- the columns -----------------------------------------------------------------------------

    def number(self) -> str:
        if not self.is_usable("personnel_number"):
            return ""
        usual = max(self.layout.number_length, self.reference.number_length)
        number, findings = read_number(self.text("personnel_number"), usual, self.reference.numbers)
        self.note(findings)
        return number

    def name(self) -> names.ReadName:
        if "last_name" in self.cleaned:
            usable = [self.is_usable(part) for part in NAME_PARTS]  # each is looked at
            if not all(usable):
                return names.ReadName()
            name = names.read_name_in_parts(*(self.text(part) for part in NAME_PARTS))
        else:
            if not self.is_usable("full_name"):
                return names.ReadName()
            name = names.read_full_name(self.text("full_name"))
        if "NAME_ORDER" in self.answers.confirmed:
            for one in name.findings:
                if one.code == "NAME_ORDER" and one.suggestion:
                    name.parts = [*one.suggestion.split(" ", maxsplit=2), ""][:3]
        self.note(name.findings)
        return name

    def place(self, column: str) -> str:
        if not self.is_usable(column):
            return ""
        directory = self.reference.offices if column == "office" else self.reference.positions
        name, findings = directory.find(self.text(column))
        code = f"{column.upper()}_SIMILAR"
        if code in self.answers.confirmed:
            name = next((one.suggestion for one in findings if one.code == code and one.suggestion), name)
        self.note(findings)
        return name

    def day(self, column: str) -> date | None:
        if not self.is_usable(column):
            return None
        text = self.text(column)
        if not text:
            if column == "started_on":
                self.note([Finding(Outcome.REJECT, "DATE_MISSING", column)])
            return None
        day, findings = dates.read_date(column, text, is_iso_usual=self.layout.has_iso_dates)
        if day and not any(one.outcome == Outcome.ASK for one in findings):
            findings += dates.is_it_likely(column, day, self.listed_on)
        self.note(findings)
        return day

    def status(self) -> str | None:
        if "status" not in self.cleaned or not self.is_usable("status"):
            return None
        status, findings = find_status(self.text("status"), self.reference.statuses)
        if "STATUS_UNKNOWN" in self.answers.confirmed and findings and findings[0].suggestion:
            status, _more = find_status(findings[0].suggestion, self.reference.statuses)
        self.note(findings)
        return status

    def end(self, started_on: date | None, status: str | None) -> date | None:
        ended_on = self.day("ended_on") if "ended_on" in self.cleaned else None
        if ended_on is None:
            if status == "dismissed" and not self.text("ended_on"):
                self.note([Finding(Outcome.ASK, "DISMISSAL_DATE_MISSING", "ended_on")])
        elif started_on and ended_on < started_on:
            params = {"ended": dates.written(ended_on), "started": dates.written(started_on)}
            self.note([Finding(Outcome.REJECT, "DISMISSAL_BEFORE_HIRE", "ended_on", params)])
        return ended_on

    def email(self) -> str | None:
        if not self.text("email") or not self.is_usable("email"):
            return None
        text = self.text("email")
        try:
            validate_email(text)
        except ValidationError:
            self.note([Finding(Outcome.ACCEPT_FIXED, "EMAIL_INVALID", "email", {"value": text})])
            return None
        return text.lower()

    def pattern(self) -> dict[str, Any]:
        text = self.text("schedule")
        if not text or not self.is_usable("schedule"):
            return {}
        pattern: dict[str, Any] | None = SCHEDULES.get(fold(text))
        if pattern is None:
            self.note([Finding(Outcome.ASK, "SCHEDULE_UNKNOWN", "schedule", {"value": text})])
        return pattern or {}

    def is_second_job(self) -> bool:
        kind = fold(self.text("employment_kind"))
        if kind and kind not in MAIN_EMPLOYMENT | SECOND_EMPLOYMENT:
            params = {"value": self.text("employment_kind")}
            self.note([Finding(Outcome.REJECT, "KIND_UNKNOWN", "employment_kind", params)])
        return kind in SECOND_EMPLOYMENT

    # --- what was put right without a question ----------------------------------------------------

    def note_fixes(self) -> None:
        fixed = {name: one.fixes for name, one in self.cleaned.items() if one.fixes}
        self.note(self.spaces(fixed))
        for code in ("LINE_BREAK", "INVISIBLE"):
            self.note(
                [
                    Finding(Outcome.ACCEPT_FIXED, code, name, {"value": self.text(name)})
                    for name, fixes in fixed.items()
                    if code in fixes
                ]
            )
        self.one_of_several("CASE")
        for encoding in {"utf-8", "cp1251"} & set(self.record.marks):
            self.note([Finding(Outcome.ACCEPT_FIXED, "ENCODING_MIXED", params={"encoding": encoding})])

    @staticmethod
    def spaces(fixed: Mapping[str, frozenset[str]]) -> list[Finding]:
        """Spaces are told of once for the row."""
        columns = [name for name, fixes in fixed.items() if "SPACES" in fixes]
        if not columns:
            return []
        odd = any("NO_BREAK_SPACES" in fixes for fixes in fixed.values())
        column = columns[0] if len(columns) == 1 else ""
        return [Finding(Outcome.ACCEPT_FIXED, "SPACES", column, {"no_break": True} if odd else {})]

    def one_of_several(self, code: str) -> None:
        """The same small thing in several columns is said in one sentence."""
        same = [one for one in self.findings if one.code == code]
        if len(same) > 1:
            first = self.findings.index(same[0])
            self.findings = [one for one in self.findings if one.code != code]
            self.findings.insert(first, Finding(Outcome.ACCEPT_FIXED, code, "", {}))
