"""Small staff lists for tests, and what is thought of them without a database."""

from datetime import date

from accounts.staff_import.judging.places import Directory
from accounts.staff_import.judging.record import Reference, judge_record
from accounts.staff_import.judging.together import Facts, judge_together
from accounts.staff_import.reading import read_table
from accounts.staff_import.rows import TAKEN, fold, worst

OFFICE = "Центр госуслуг района Строгино"
HEADER = "Табельный номер;Сотрудник;Должность;Подразделение;Дата приема;Состояние;Дата увольнения;Эл. почта"
OFFICES = [OFFICE, "Центр госуслуг района Митино", "Центр госуслуг района Королёво", "Учебный центр"]
POSITIONS = ["Универсальный специалист", "Ведущий специалист", "Архивариус"]


def a_list(*rows, header=HEADER, encoding="utf-8"):
    """The bytes of a list with these rows; {office} stands for the one office."""
    return "\n".join([header, *[row.format(office=OFFICE) for row in rows]]).encode(encoding)


def directory(column, names, **synonyms):
    return Directory(column, {fold(name): name for name in names}, synonyms)


def a_reference(offices=OFFICES, positions=POSITIONS, **more):
    return Reference(
        offices=directory("office", offices),
        positions=directory("position", positions),
        today=date(2026, 11, 20),
        **more,
    )


def judged(data, reference=None):
    """Of each record the layout, itself, how it was judged, and the finding that decides."""
    table, reference = read_table(data), reference or a_reference()
    alone = [(record, judge_record(record, table.layout, reference)) for record in table.records]
    others = judge_together(
        Facts(
            record.line,
            one.number,
            one.name,
            one.person,
            one.email,
            one.digest,
            is_taken=worst(one.findings).outcome in TAKEN,
            asks=next((finding for finding in one.findings if finding.code == "NUMBER_LETTER"), None),
        )
        for record, one in alone
    )
    for record, one in alone:
        other = others.get(record.line)
        found = [finding for finding in one.findings if other is None or finding.code != other.code]
        yield table.layout, record, one, worst([*found, *([other] if other else [])])
