"""What is noticed about a row, code by code, with values of all kinds (rule 28)."""

import pytest
from django.utils import translation

from accounts.staff_import import messages
from accounts.staff_import.judging.cells import with_russian_letters, without_mojibake
from accounts.staff_import.judging.dates import read_date
from accounts.staff_import.judging.names import read_full_name
from accounts.staff_import.judging.record import Answers, judge_record
from accounts.staff_import.messages import SENTENCES, sentence
from accounts.staff_import.reading import read_table
from tests.accounts.staff_lists import HEADER, a_list, a_reference, directory, judged

ROW = [
    "00009101",
    "Ветрова Анна Игоревна",
    "Универсальный специалист",
    "{office}",
    "01.02.2024",
    "Работа",
    "",
    "",
]
COLUMNS = ["number", "name", "position", "office", "started", "status", "ended", "email"]


def a_row(**cells):
    return ";".join(cells.get(name, usual) for name, usual in zip(COLUMNS, ROW, strict=True))


def said(*rows, reference=None, line=2, **options):
    """Outcome, code and column of the first row."""
    found = {record.line: one for _l, record, _j, one in judged(a_list(*rows, **options), reference)}
    return found[line].outcome.value, found[line].code, found[line].column


# Row, beside which two ordinary ones stand → outcome, code, column.
CELLS = [
    ({}, ("accept", "OK", "")),
    ({"number": "71"}, ("accept_fixed", "LEADING_ZEROS", "personnel_number")),
    ({"number": "'00000071"}, ("accept_fixed", "APOSTROPHE", "personnel_number")),
    ({"number": "7.1E+4"}, ("reject", "NUMBER_SCIENTIFIC", "personnel_number")),
    ({"number": "0000l071"}, ("ask", "NUMBER_LETTER", "personnel_number")),
    ({"number": "00З00071"}, ("ask", "NUMBER_LETTER", "personnel_number")),
    ({"number": "AB-17/3"}, ("accept", "OK", "")),
    ({"number": "17 18"}, ("reject", "NUMBER_UNREADABLE", "personnel_number")),
    ({"number": ""}, ("reject", "NUMBER_MISSING", "personnel_number")),
    ({"number": "1" * 31}, ("reject", "TOO_LONG", "personnel_number")),
    ({"name": ""}, ("reject", "NAME_MISSING", "full_name")),
    ({"name": "Ветрова"}, ("ask", "NAME_ONE_WORD", "full_name")),
    ({"name": "Ветрова А. И."}, ("ask", "NAME_INITIALS", "full_name")),
    ({"name": "А.И. Ветрова"}, ("ask", "NAME_INITIALS", "full_name")),
    ({"name": "ветрова анна игоревна"}, ("accept_fixed", "NAME_LOWER", "full_name")),
    ({"name": "САЛТЫКОВА-ЩЕДРИНА АННА"}, ("accept_fixed", "NAME_UPPER", "full_name")),
    ({"name": "Анна Игоревна Ветрова"}, ("ask", "NAME_ORDER", "full_name")),
    ({"name": "Ветрова Анна7"}, ("ask", "NAME_DIGIT", "full_name")),
    ({"name": "Ветрова <b>Анна</b>"}, ("ask", "NAME_SIGN", "full_name")),
    ({"name": "Ветрoва Анна"}, ("accept_fixed", "LATIN_LETTERS", "full_name")),
    ({"name": "Smith John"}, ("accept", "OK", "")),
    ({"name": "О'Коннор Анна-Мария"}, ("accept", "OK", "")),
    ({"name": "В?????? ????"}, ("reject", "LETTERS_LOST", "full_name")),
    ({"name": "+CMD(1)"}, ("reject", "FORMULA", "full_name")),
    ({"name": "Ветрова " + "а" * 90}, ("reject", "TOO_LONG", "full_name")),
    ({"name": "Вет\u200bрова Анна"}, ("accept_fixed", "INVISIBLE", "full_name")),
    ({"name": "Ветрова  Анна"}, ("accept_fixed", "SPACES", "full_name")),
    ({"name": '"Ветрова\nАнна"'}, ("accept_fixed", "LINE_BREAK", "full_name")),
    ({"position": ""}, ("reject", "POSITION_MISSING", "position")),
    ({"position": "Космонавт"}, ("reject", "POSITION_UNKNOWN", "position")),
    ({"position": "Архивриус"}, ("ask", "POSITION_SIMILAR", "position")),
    ({"position": "архивариус"}, ("accept_fixed", "CASE", "position")),
    ({"position": "Aрхивариус"}, ("accept_fixed", "LATIN_LETTERS", "position")),
    ({"office": "Центр госуслуг района Королево"}, ("accept_fixed", "YO_MATCH", "office")),
    ({"office": "Митино"}, ("ask", "OFFICE_SIMILAR", "office")),
    ({"office": "офис «Митино»"}, ("ask", "OFFICE_SIMILAR", "office")),
    ({"office": "Центр госуслуг района Зюзино"}, ("reject", "OFFICE_UNKNOWN", "office")),
    ({"office": ""}, ("reject", "OFFICE_MISSING", "office")),
    ({"started": ""}, ("reject", "DATE_MISSING", "started_on")),
    ({"started": "вчера"}, ("reject", "DATE_UNREADABLE", "started_on")),
    ({"started": "30.02.2024"}, ("reject", "DATE_IMPOSSIBLE", "started_on")),
    ({"started": "13/13/2024"}, ("reject", "DATE_IMPOSSIBLE", "started_on")),
    ({"started": "44197"}, ("ask", "DATE_SERIAL", "started_on")),
    ({"started": "1.2.21"}, ("ask", "DATE_TWO_DIGIT_YEAR", "started_on")),
    ({"started": "05/06/2021"}, ("ask", "DATE_AMBIGUOUS", "started_on")),
    ({"started": "25/06/2021"}, ("accept_fixed", "DATE_ISO", "started_on")),
    ({"started": "06/06/2021"}, ("accept_fixed", "DATE_ISO", "started_on")),
    ({"started": "1.2.2021"}, ("accept_fixed", "DATE_ISO", "started_on")),
    ({"started": "2021-02-01"}, ("accept_fixed", "DATE_ISO", "started_on")),
    ({"started": "01.02.2021 0:00:00"}, ("accept_fixed", "DATE_ISO", "started_on")),
    ({"started": "21.11.2027"}, ("ask", "DATE_FUTURE", "started_on")),
    ({"started": "20.11.2027"}, ("accept", "OK", "")),
    ({"started": "21.08.2011"}, ("ask", "DATE_TOO_EARLY", "started_on")),
    ({"status": "Уволен"}, ("ask", "DISMISSAL_DATE_MISSING", "ended_on")),
    ({"status": "Уволен", "ended": "31.01.2024"}, ("reject", "DISMISSAL_BEFORE_HIRE", "ended_on")),
    ({"status": "Больничный"}, ("ask", "STATUS_UNKNOWN", "status")),
    ({"status": "Летает"}, ("ask", "STATUS_UNKNOWN", "status")),
    ({"email": "anna@"}, ("accept_fixed", "EMAIL_INVALID", "email")),
    ({"email": "other@mfc.example;лишнее"}, ("reject", "COLUMNS_MANY", "")),
]


@pytest.mark.parametrize("cells, expected", CELLS, ids=lambda value: str(value)[:60])
def test_rule_28_each_code_is_found_in_other_values_too(cells, expected):
    others = [a_row(number=f"0000920{n}", name=f"Ветров{'а' * n} Яна") for n in range(3)]

    assert said(a_row(**cells), *others) == expected


def test_rule_28_a_row_with_several_faults_is_judged_by_the_worst():
    row = a_row(name="Ветрова  Анна", started="05/06/2021", office="Зюзино")

    ((_layout, _record, one, worst),) = [found for found in judged(a_list(row)) if found[1].line == 2]

    assert worst.code == "OFFICE_UNKNOWN"
    assert [finding.code for finding in one.findings] == ["OFFICE_UNKNOWN", "DATE_AMBIGUOUS", "SPACES"]


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([a_row(), a_row()], ("skip", "DUPLICATE_SAME", "")),
        ([a_row(), a_row(name="Громова Яна")], ("reject", "NUMBER_CONFLICT", "personnel_number")),
        ([a_row(), a_row(started="02.02.2024")], ("reject", "NUMBER_REPEATED", "personnel_number")),
        ([a_row(), a_row(number="00009102")], ("ask", "PERSON_DOUBLE", "full_name")),
        (
            [
                a_row(email="a@mfc.example"),
                a_row(number="00009102", name="Громова Яна", email="A@mfc.example"),
            ],
            ("ask", "EMAIL_TAKEN", "email"),
        ),
        ([a_row(), "Всего: 17;;;;;;;"], ("skip", "TOTAL_LINE", "")),
        ([a_row(), HEADER.upper()], ("skip", "HEADER_REPEATED", "")),
        ([a_row(), "1;2"], ("reject", "COLUMNS_FEW", "")),
        ([a_row(), a_row(number="00009102").replace(";", "|")], ("reject", "DELIMITER", "")),
        ([a_row(), a_row(number="00009102").replace("Ветрова", '"Ветрова')], ("reject", "OPEN_QUOTE", "")),
    ],
)
def test_rule_28_each_code_between_rows_is_found_in_other_values_too(rows, expected):
    assert said(*rows, line=3) == expected


def test_rule_28_a_quote_that_nobody_closed_costs_its_own_row_only():
    rows = [a_row(number=f"0000{n:04}", name=f"Ветров{'а' * n} Яна") for n in range(1, 40)]
    rows[4] = rows[4].replace("Ветров", '"Ветров')

    outcomes = [finding.outcome.value for *_rest, finding in judged(a_list(*rows))]

    assert outcomes == ["skip", *["accept"] * 4, "reject", *["accept"] * 34]


def test_rule_28_lines_of_both_encodings_are_read():
    data = (
        a_list(a_row()).replace(b"\n", b"\r\n")
        + b"\r"
        + a_row(number="00009102", name="Громова Яна").encode("cp1251")
    )

    found = [
        (record.cells[1], one.code)
        for _l, record, _j, one in judged(data.replace(b"{office}", "Митино".encode("cp1251")))
    ]

    assert found[1:] == [("Ветрова Анна Игоревна", "OK"), ("Громова Яна", "OFFICE_SIMILAR")]


def test_rule_28_in_a_list_of_iso_dates_they_are_no_correction():
    rows = [
        a_row(number=f"0000{n:04}", name=f"Ветров{'а' * n} Яна", started="2021-02-01") for n in range(1, 4)
    ]

    assert said(*rows) == ("accept", "OK", "")


def test_rule_28_zeros_that_the_whole_list_lost_are_known_from_the_staff():
    reference = a_reference(numbers=frozenset({"00000071"}), number_length=8)

    ((_l, _r, one, _f),) = [
        found for found in judged(a_list(a_row(number="71")), reference) if found[1].line == 2
    ]

    assert one.row.personnel_number == "00000071"


def test_rule_28_what_was_answered_before_is_not_asked_again():
    reference = a_reference(statuses={"декрет": "отпуск по уходу за ребенком"})
    reference.offices = directory("office", ["Митино"], **{"мфц на углу": "Митино"})

    assert said(a_row(office="МФЦ на  углу"), reference=reference) == ("accept_fixed", "SYNONYM", "office")
    assert said(a_row(office="Митино", status="Декрет"), reference=reference) == (
        "accept_fixed",
        "SYNONYM",
        "status",
    )


def test_rule_28_an_answer_ends_its_question_and_no_other():
    table = read_table(a_list(a_row(started="44197", name="Анна Игоревна Ветрова")))
    (record,) = [one for one in table.records if one.line == 2]

    first = judge_record(record, table.layout, a_reference(), Answers(confirmed=["DATE_SERIAL"]))
    both = judge_record(record, table.layout, a_reference(), Answers(confirmed=["DATE_SERIAL", "NAME_ORDER"]))

    assert [one.code for one in first.findings] == ["NAME_ORDER"]
    assert (both.row.full_name, both.row.started_on.isoformat()) == ("Ветрова Анна Игоревна", "2021-01-01")


@pytest.mark.parametrize(
    "spoiled, meant",
    [
        ("Иванов Илья".encode().decode("cp1252", errors="ignore"), None),
        ("Петров".encode().decode("cp1251"), "Петров"),
        ("Анна".encode().decode("latin-1"), "Анна"),
        ("Королёв", None),
        ("Öztürk", None),
        ("plain", None),
    ],
)
def test_mojibake_is_seen_where_it_can_be_undone(spoiled, meant):
    assert without_mojibake(spoiled) in (meant, "Иванов Илья")


def test_look_alikes_are_put_right_in_words_of_both_alphabets_only():
    assert with_russian_letters("Cтрогино и CD") == ("Строгино и CD", ["C"])
    assert with_russian_letters("Wетрова") == ("Wетрова", [])


@pytest.mark.parametrize(
    "text, parts",
    [
        ("Мария Сергеевна Котова", ["Котова", "Мария", "Сергеевна"]),
        ("Котов Сергеевич Иван", ["Котов", "Иван", "Сергеевич"]),
    ],
)
def test_the_usual_order_of_a_name_is_suggested(text, parts):
    (finding,) = read_full_name(text).findings

    assert finding.suggestion == " ".join(parts)


def test_two_digits_of_a_year_are_of_the_nearer_century():
    assert [str(read_date("started_on", text)[0]) for text in ("1.2.69", "1.2.70")] == [
        "2069-02-01",
        "1970-02-01",
    ]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_rule_28_every_finding_is_said_in_both_languages(language):
    rows = [a_row(**cells) for cells, _expected in CELLS]

    with translation.override(language):
        sentences = [sentence(finding) for *_rest, finding in judged(a_list(*rows))]

    assert all(sentences)
    assert not any("%(" in text for text in sentences)
    assert (
        any("\u0430" <= sign <= "\u044f" for text in sentences for sign in text) == (language == "ru")
        or language == "en"
    )


def test_rule_28_each_code_has_its_sentence():
    codes = {expected[1] for _cells, expected in CELLS}

    assert codes <= set(SENTENCES)
    assert messages.listed(list(range(20))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9…"
