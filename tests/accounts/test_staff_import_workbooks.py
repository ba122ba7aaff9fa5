"""Staff lists as workbooks: what spreadsheets do to them, and what strangers may do (rule 28, promise S16)."""

import resource
import time
import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest

from accounts.staff_import.reading import read_table
from centre.tables.records import MOST_ROWS, UnreadableTable
from tests.accounts.staff_lists import HEADER, OFFICE, a_list, a_reference, judged
from tests.accounts.workbooks import a_workbook, by_hand, xml_row

HEADINGS = HEADER.split(";")
ROW = [
    "00009101",
    "Ветрова Анна Игоревна",
    "Универсальный специалист",
    OFFICE,
    "01.02.2024",
    "Работа",
    "",
    "",
]
SECONDS, MEGABYTES = 20, 300


def rows_of(data, reference=None):
    return [one.row for _layout, _record, one, _finding in judged(data, reference) if one.row]


def test_rule_28_a_workbook_is_read_as_its_csv():
    (of_book,), (of_text,) = rows_of(a_workbook([HEADINGS, ROW])), rows_of(a_list(";".join(ROW)))

    assert of_book == of_text


def test_rule_28_real_dates_and_numbers_are_what_they_show():
    row = [9101, *ROW[1:4], datetime.fromisoformat("2024-02-01T00:00"), "Уволен", date(2026, 3, 5), None]
    reference = a_reference(number_length=8)

    (person,) = rows_of(a_workbook([HEADINGS, row]), reference)

    assert (person.personnel_number, person.started_on, person.ended_on) == (
        "00009101",
        date(2024, 2, 1),
        date(2026, 3, 5),
    )


def test_rule_28_a_title_above_the_headings_names_the_day():
    table = read_table(a_workbook([["Список сотрудников"], ["Сформирован 20.11.2026"], [], HEADINGS, ROW]))

    assert table.layout.listed_on == date(2026, 11, 20)
    assert [(record.line, record.kind) for record in table.records if not record.is_empty] == [
        (1, "preamble"),
        (2, "preamble"),
        (4, "header"),
        (5, "row"),
    ]


def test_s16_a_formula_is_no_value():
    row = [*ROW[:1], "=HYPERLINK(A1)", *ROW[2:]]

    found = [finding.code for *_rest, finding in judged(a_workbook([HEADINGS, row]))]

    assert found == ["HEADER", "FORMULA"]


def test_rule_28_the_first_sheet_with_a_list_is_read_and_the_others_are_named():
    layout = read_table(a_workbook([["Обложка"]], [HEADINGS, ROW], [HEADINGS, ROW])).layout

    assert (layout.sheet, layout.other_sheets) == ("Лист 2", ("Лист 3",))


def archive_of(name):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "<x/>")
    return file.getvalue()


def sheet(*rows):
    return [xml_row(number, cells) for number, cells in enumerate([HEADINGS, *rows], start=1)]


LAUGHS = "<!DOCTYPE w [<!ENTITY a 'ха'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)
ZEROS = b"0" * (1 << 20)
# Name → the file, made when it is needed.
HOSTILE = {
    "empty": lambda: b"",
    "blank": lambda: b" \r\n\r\n",
    "a PDF": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "a web page": lambda: b"<html><table><tr><td>1</td></tr></table></html>",
    "bytes of all kinds": lambda: bytes(range(256)) * 100,
    "UTF-16 cut in the middle": lambda: a_list(";".join(ROW), encoding="utf-16")[:-1],
    "an archive": lambda: archive_of("a.txt"),
    "a text document": lambda: archive_of("word/document.xml"),
    "a broken archive": lambda: a_workbook([HEADINGS, ROW])[:2000],
    "30 000 columns": lambda: (";".join([HEADER, *[f"п{n}" for n in range(30_000)]]) + "\n1").encode(),
    "30 000 columns in a workbook": lambda: by_hand([xml_row(1, HEADINGS + ["п"] * 30_000)]),
    "100 000 rows": lambda: a_list(*[f"{n:08};А Б;в;г;01.02.2024;;;" for n in range(100_000)]),
    "100 000 rows in a workbook": lambda: by_hand(sheet(*[[f"{n:08}", *ROW[1:]] for n in range(100_000)])),
    "20 million empty lines": lambda: HEADER.encode() + b"\n" * 20_000_000,
    "a quote over everything": lambda: ('"' + HEADER + "\n" + ";".join(ROW)).encode() + b"\n" * 5,
    "billion laughs": lambda: by_hand(
        [xml_row(1, HEADINGS), xml_row(2, ["&j;"], is_raw=True)], f"{LAUGHS}]>"
    ),
    "an outside entity": lambda: by_hand(
        [xml_row(1, HEADINGS), xml_row(2, ["&x;"], is_raw=True)],
        "<!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    ),
    "a zip bomb": lambda: by_hand([*sheet(), *([ZEROS] * 1500)]),
    "a cell of 200 MB": lambda: by_hand(
        ["<row><c t='inlineStr'><is><t>", *([ZEROS] * 200), "</t></is></c></row>"]
    ),
    "a cell of 90 MB": lambda: by_hand(
        ["<row><c t='inlineStr'><is><t>", *([ZEROS] * 90), "</t></is></c></row>"]
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_s16_a_hostile_file_gets_a_sentence_in_time_and_memory(name):
    data = HOSTILE[name]()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

    with pytest.raises(UnreadableTable) as refused:
        for _record in read_table(data).records:
            pass

    assert len(str(refused.value)) > 10
    assert time.monotonic() - started < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES


# Name → the file, and how many rows of people it has all the same.
ODD = {
    "a far cell": (
        lambda: by_hand([*sheet(ROW), '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']),
        1,
    ),
    "a far column": (lambda: by_hand([*sheet(ROW), '<row r="3"><c r="XFD3"><v>1</v></c></row>']), 1),
    "an enormous cell of text": (
        lambda: a_list(";".join([*ROW[:1], "а" * 500_000, *ROW[2:]]), ";".join(ROW)),
        1,
    ),
    "a wide row": (lambda: a_list(";".join(ROW), ";" * 30_000 + "1"), 1),
    "quotes everywhere": (lambda: a_list(*[f'{n:08};"{n};"";' for n in range(2000)], ";".join(ROW)), 1),
    "UTF-16 without its mark": (lambda: a_list(";".join(ROW), encoding="utf-16-le"), 1),
}


@pytest.mark.parametrize("name", ODD)
def test_s16_an_odd_file_loses_only_its_odd_rows(name):
    build, people = ODD[name]
    data = build()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

    assert len(rows_of(data)) == people

    assert time.monotonic() - started < SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES


def test_as_many_rows_as_the_largest_staff_are_read():
    data = a_list(*[f"{n:08};А Б;в;г;01.02.2024;;;" for n in range(MOST_ROWS)])

    assert sum(record.kind == "row" for record in read_table(data).records) == MOST_ROWS


def test_unknown_offices_without_end_are_judged_in_time():
    data = a_list(
        *[f"{n:08};Ветров{n} Анна;Архивариус;Центр № {n} Зюзинский;01.02.2024;;;" for n in range(20_000)]
    )
    started = time.monotonic()

    found = list(judged(data))

    assert len(found) == 20_001
    assert time.monotonic() - started < SECONDS
