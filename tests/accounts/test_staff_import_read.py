"""Reading staff lists as personnel programs write them; no database is needed."""

from datetime import date

import pytest

from accounts.staff_import.reading import read_table
from centre.tables.records import UnreadableTable
from tests.accounts.staff_lists import HEADER, OFFICE, a_list, a_reference, judged

ROW = (
    "00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};01.02.2024;Работа;;vetrova@mfc.example"
)


def only_row(data, **names):
    (row,) = [one.row for _layout, _record, one, _finding in judged(data, a_reference(**names)) if one.row]
    return row


def people(*rows):
    return [one.row for _layout, _record, one, _finding in judged(a_list(*rows)) if one.row]


def refusals(*rows):
    return [
        (record.line, finding.column)
        for _layout, record, _one, finding in judged(a_list(*rows))
        if finding.outcome in ("ask", "reject")
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_encodings(encoding):
    row = only_row(a_list(ROW, encoding=encoding))

    assert (row.last_name, row.first_name, row.middle_name) == ("Ветрова", "Анна", "Игоревна")
    assert (row.personnel_number, row.office, row.started_on) == ("00009101", OFFICE, date(2024, 2, 1))


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters(delimiter):
    assert only_row(a_list(ROW).replace(b";", delimiter.encode())).email == "vetrova@mfc.example"


def test_lines_above_the_header_are_passed_over_and_counted():
    data = a_list(ROW, header="Список сотрудников организации\nСформирован: 20.11.2026;;;;;;;\n\n" + HEADER)

    assert only_row(data).line == 5


def test_a_name_in_three_columns_and_iso_dates():
    data = (
        "personnel_number,last_name,first_name,middle_name,position_title,office_name,hire_date,work_schedule\n"
        '00009101,Алиев,Тимур,Рустам оглы,Архивариус,Митино,2024-02-01,"Сменный 2/2, смена Б"\n'
    ).encode()

    row = only_row(data, offices=["Митино"])

    assert (row.full_name, row.started_on) == ("Алиев Тимур Рустам оглы", date(2024, 2, 1))
    assert (row.work_pattern, row.pattern_starts_on) == ("2/2", date(2026, 1, 3))
    assert (row.leave, row.email) == (None, None)


def test_a_full_name_may_have_two_words_or_four():
    names = ["Ким Ян", "Алиев Тимур Рустам оглы"]

    rows = people(
        *[
            ROW.replace("Ветрова Анна Игоревна", name).replace("9101", f"910{n}").replace("vetrova", f"p{n}")
            for n, name in enumerate(names)
        ]
    )

    assert [row.full_name for row in rows] == names


@pytest.mark.parametrize(
    "status, leave",
    [
        ("Работа", ""),
        ("отпуск", "vacation"),
        ("Отпуск по уходу за ребёнком", "parental"),
        ("Болезнь", "sick"),
    ],
)
def test_statuses(status, leave):
    assert only_row(a_list(ROW.replace("Работа", status))).leave == leave


def test_dismissal_needs_its_date():
    assert refusals(ROW.replace("Работа", "Уволен")) == [(2, "ended_on")]
    row = only_row(a_list(ROW.replace("Работа;", "Уволен;05.03.2024")))
    assert (row.is_dismissed, row.ended_on) == (True, date(2024, 3, 5))


@pytest.mark.parametrize(
    "written, spoiled, column",
    [
        ("00009101", "9,11E+03", "personnel_number"),
        ("00009101", "", "personnel_number"),
        ("Ветрова Анна Игоревна", "", "full_name"),
        ("Ветрова Анна Игоревна", "Ветрова", "full_name"),
        ("Ветрова Анна Игоревна", '=HYPERLINK("x")', "full_name"),
        ("Ветрова Анна Игоревна", "Ветрова " + "а" * 250, "full_name"),
        ("01.02.2024", "31.02.2024", "started_on"),
        ("01.02.2024", "45231", "started_on"),
        ("Работа", "Декрет", "status"),
        ("Работа;", "Уволен;05.03.2018", "ended_on"),
        (";vetrova@mfc.example", "", ""),
        ("vetrova@mfc.example", "vetrova@mfc.example;1", ""),
    ],
)
def test_rule_28_a_spoiled_cell_refuses_its_row_only(written, spoiled, column):
    good = ROW.replace("9101", "9102").replace("vetrova@", "other@")

    rows = ROW.replace(written, spoiled, 1), good
    assert refusals(*rows) == [(2, column)]
    assert [row.personnel_number for row in people(*rows)] == ["00009102"]


def test_rule_28_one_number_for_two_people_takes_neither():
    other = ROW.replace("Анна", "Инна")

    assert refusals(ROW, other) == [(2, "personnel_number"), (3, "personnel_number")]


def test_a_repeated_line_counts_once_and_a_repeated_header_is_no_person():
    found = [finding.code for *_rest, finding in judged(a_list(ROW, HEADER, "", ROW))]

    assert found == ["HEADER", "OK", "HEADER_REPEATED", "EMPTY_LINE", "DUPLICATE_SAME"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"PK\x03\x04\x00\x00\x98",
        "Просто текст\nбез таблицы".encode(),
        "Табельный номер;Сотрудник\n1;Ветрова Анна".encode(),
    ],
)
def test_s16_what_is_no_list_is_refused_in_a_sentence(data):
    with pytest.raises(UnreadableTable):
        read_table(data)
