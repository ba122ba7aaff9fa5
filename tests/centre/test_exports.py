"""Lists as files (rule 30, promise S20)."""

from datetime import date
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from centre.exports import csv_lines, write_xlsx
from tests.factories import moscow

FORMULAS = [
    '=HYPERLINK("http://evil.example")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    " =1+1",
]
SURVIVING = ["+7 (495) 123-45-67", "8 495 123 45 67", "-5", "–", "Иванова-Петрова", "00009101", ""]


def workbook(*args):
    file = BytesIO()
    write_xlsx(file, *args)
    return load_workbook(file)


@pytest.mark.parametrize("text", FORMULAS)
def test_s20_a_cell_of_csv_is_never_a_formula(text):
    (line,) = list(csv_lines(["Имя"], [[text]]))[1:]

    assert line.lstrip('"').startswith("'")


@pytest.mark.parametrize("text", SURVIVING)
def test_s20_what_is_no_formula_stays_as_it_is(text):
    (line,) = list(csv_lines(["Имя"], [[text, "x"]]))[1:]

    assert line == f"{text};x\r\n"


@pytest.mark.parametrize("text", [*FORMULAS, *SURVIVING])
def test_s20_a_cell_of_xlsx_is_text_whatever_it_says(text):
    cell = workbook("Список", ["Имя"], [[text]]).active["A2"]

    assert cell.data_type != "f"
    # XML reads a carriage return as the end of a line.
    assert (cell.value or "") == text.replace("\r", "\n")
    assert cell.quotePrefix == text.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_rule_30_dates_and_numbers_are_dates_and_numbers_in_a_workbook():
    rows = [["00009101", date(2026, 11, 24), moscow(2026, 11, 24, 10), 16, None, True]]

    with translation.override("ru"):
        book = workbook("Сотрудники: [все]", ["Номер", "День", "Время", "Часы", "Пусто", "Да?"], rows)

    number, day, moment, hours, empty, truth = book.active[2]
    assert book.sheetnames == ["Сотрудники   все "]
    assert (number.value, number.data_type) == ("00009101", "s")
    assert (day.is_date, day.value.date(), day.number_format) == (True, date(2026, 11, 24), "DD.MM.YYYY")
    assert (moment.is_date, moment.value.hour) == (True, 10)
    assert (hours.value, hours.data_type, empty.value, truth.value) == (16, "n", None, "да")
    assert book.active.freeze_panes == "A2"


def test_rule_30_csv_opens_in_a_russian_spreadsheet():
    header, row = csv_lines(
        ["Имя", "День", "Время"], [["Ёлкина; Анна", date(2026, 1, 2), moscow(2026, 1, 2, 9)]]
    )

    assert header == "\ufeffИмя;День;Время\r\n"
    assert row == '"Ёлкина; Анна";02.01.2026;02.01.2026 09:00\r\n'


def test_what_xml_cannot_hold_does_not_break_the_workbook():
    cell = workbook("Список", ["Имя"], [["Анна\x00\x0b\ufffe"]]).active["A2"]

    assert cell.value == "Анна"
