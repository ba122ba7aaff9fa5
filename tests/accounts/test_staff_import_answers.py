"""Mending a staff list on its page, beside the cell at fault (rule 28, UX 25)."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import StaffImport, Synonym
from accounts.roles import Role
from accounts.staff_import.actions import remember_synonym, upload_staff_list
from accounts.staff_import.errors import StaffImportError
from audit.models import Change
from people.models import Employment
from tests.accounts.staff_lists import OFFICE, a_list
from tests.factories import EmployeeFactory, OfficeFactory, PositionFactory

pytestmark = pytest.mark.django_db

UPLOAD = reverse("accounts:staff_import")


@pytest.fixture
def hr(client):
    PositionFactory(code="UNI_SPEC", title="Универсальный специалист")
    OfficeFactory(name=OFFICE)
    OfficeFactory(name="Центр госуслуг района Митино")
    employee = EmployeeFactory(language="en")
    employee.groups.add(Group.objects.get(name=Role.HR_ADMIN))
    client.force_login(employee)
    client.cookies["django_language"] = "en"
    return employee


def person(
    number,
    name=None,
    office=OFFICE,
    started="01.02.2024",
    position="Универсальный специалист",
    status="Работа;",
):
    return f"{770000 + number:08};{name or 'Ветров' + 'а' * number + ' Анна'};{position};{office};{started};{status};"


def uploaded(*rows):
    return upload_staff_list(a_list(*rows), "list.csv", by=None)


def answer(client, staff_import, line, **said):
    address = reverse("accounts:answer_import_row", args=[staff_import.pk, line])
    return client.post(address, {f"line-{line}-{name}": value for name, value in said.items()}, follow=True)


def state(staff_import, line=2):
    row = staff_import.rows.get(line=line)
    return row.outcome, row.code, row.effect


def test_rule_28_a_question_is_confirmed_beside_its_cell(client, hr):
    staff_import = uploaded(person(1, started="44197"))
    assert state(staff_import) == ("ask", "DATE_SERIAL", "")

    page = answer(client, staff_import, 2, confirm="on").content.decode()

    assert state(staff_import) == ("accept_fixed", "ANSWERED", "new")
    assert staff_import.rows.get(line=2).planned.started_on.isoformat() == "2021-01-01"
    assert "New: 1" in page
    assert not Employment.objects.exists()


def test_rule_28_one_of_two_readings_is_chosen(client, hr):
    staff_import = uploaded(person(1, started="03/04/2025"))

    answer(client, staff_import, 2, text="04.03.2025")

    assert staff_import.rows.get(line=2).planned.started_on.isoformat() == "2025-03-04"


def test_rule_28_a_reading_that_was_not_offered_is_not_taken(client, hr):
    staff_import = uploaded(person(1, started="03/04/2025"))

    page = answer(client, staff_import, 2, text="05.05.2025").content.decode()

    assert "This answer is not one of those offered." in page
    assert state(staff_import) == ("ask", "DATE_AMBIGUOUS", "")


def test_rule_28_a_cell_is_corrected_and_judged_again(client, hr):
    staff_import = uploaded(person(1, started="31.02.2024"))

    answer(client, staff_import, 2, text="30.02.2024")
    assert state(staff_import) == ("reject", "DATE_IMPOSSIBLE", "")
    answer(client, staff_import, 2, text="29.02.2024")

    assert state(staff_import) == ("accept_fixed", "ANSWERED", "new")


def test_rule_28_a_row_is_left_out_and_taken_back(client, hr):
    staff_import = uploaded(person(1), person(1, name="Громова Анна"))
    assert state(staff_import) == ("reject", "NUMBER_CONFLICT", "")

    answer(client, staff_import, 3, skip="on")
    assert [state(staff_import, line) for line in (2, 3)] == [
        ("accept", "OK", "new"),
        ("skip", "SKIPPED", ""),
    ]
    answer(client, staff_import, 3, forget="on")

    assert state(staff_import) == ("reject", "NUMBER_CONFLICT", "")


def test_rule_28_two_people_of_one_name_are_both_confirmed(client, hr):
    staff_import = uploaded(person(1, name="Ветрова Анна"), person(2, name="Ветрова Анна"))

    answer(client, staff_import, 2, confirm="on")
    answer(client, staff_import, 3, confirm="on")

    assert [state(staff_import, line)[2] for line in (2, 3)] == ["new", "new"]


def test_rule_28_an_address_that_is_taken_is_left_out_on_demand(client, hr):
    EmployeeFactory(email="anna@mfc.example")
    staff_import = uploaded(person(1) + "anna@mfc.example")
    assert state(staff_import) == ("ask", "EMAIL_TAKEN", "")

    answer(client, staff_import, 2, confirm="on")

    assert state(staff_import)[2] == "new"
    assert staff_import.rows.get(line=2).planned.email is None


def test_rule_28_an_answer_about_an_office_is_remembered_for_this_list_and_the_next(client, hr):
    staff_import = uploaded(*[person(number, office="МФЦ Митино") for number in (1, 2, 3)])

    answer(client, staff_import, 2, confirm="on")

    assert [state(staff_import, line)[1] for line in (2, 3, 4)] == ["SYNONYM"] * 3
    assert state(uploaded(person(4, office="мфц  митино"))) == ("accept_fixed", "SYNONYM", "new")
    synonym = Synonym.objects.get()
    assert (synonym.meaning, synonym.by) == ("Центр госуслуг района Митино", hr)
    recorded = Change.objects.get(kind="accounts.synonym")
    assert (recorded.by_id, recorded.after["text"]) == (hr.pk, "МФЦ Митино")


def test_rule_28_an_unknown_office_of_many_rows_is_explained_once(client, hr):
    staff_import = uploaded(*[person(number, office="Заречный") for number in range(1, 41)])
    page = client.get(staff_import.get_absolute_url()).content.decode()
    assert "For all 40 rows" in page

    question = staff_import.rows.get(line=2).question
    address = reverse("accounts:answer_import_question", args=[staff_import.pk])
    there = staff_import.get_absolute_url() + "?show=new"
    response = client.post(address, {"question": question, "meaning": OFFICE, "back": there})

    assert response.url == there
    assert staff_import.rows.filter(code="SYNONYM", effect="new").count() == 40


def test_rule_28_a_reading_of_many_rows_is_confirmed_once(client, hr):
    staff_import = uploaded(*[person(number, started="44197") for number in range(1, 6)])

    address = reverse("accounts:answer_import_question", args=[staff_import.pk])
    client.post(address, {"question": "DATE_SERIAL|started_on", "confirm": "on"})

    assert staff_import.rows.filter(effect="new").count() == 5


def test_rule_28_questions_of_many_rows_are_left_out_at_once(client, hr):
    staff_import = uploaded(*[person(number, office="Заречный") for number in (1, 2)])

    address = reverse("accounts:answer_import_question", args=[staff_import.pk])
    client.post(address, {"question": staff_import.rows.get(line=2).question, "skip": "on"})

    assert [state(staff_import, line) for line in (2, 3)] == [("skip", "SKIPPED", "")] * 2


def test_the_way_back_leads_to_the_comparison_only(client, hr):
    staff_import = uploaded(person(1, started="44197"))
    address = reverse("accounts:answer_import_row", args=[staff_import.pk, 2])

    response = client.post(address, {"line-2-confirm": "on", "back": "https://evil.example/"})

    assert response.url == staff_import.get_absolute_url()


def test_rule_28_a_row_that_was_cut_is_put_together_on_its_page(client, hr):
    staff_import = uploaded(person(1, name="Ветрова; Анна"))
    assert state(staff_import) == ("reject", "COLUMNS_MANY", "")
    address = reverse("accounts:staff_import_row", args=[staff_import.pk, 2])
    form = client.get(address).context["form"]
    assert form["full_name"].value() == "Ветрова"

    cells = {
        "personnel_number": "00770001",
        "full_name": "Ветрова Анна",
        "position": "Универсальный специалист",
    }
    client.post(address, cells | {"office": OFFICE, "started_on": "01.02.2024", "status": "Работа"})

    assert state(staff_import)[2] == "new"


def test_rule_28_a_word_is_forgotten_on_the_page_of_words(client, hr):
    remember_synonym("position", "Спец", "Универсальный специалист", by=hr)
    page = client.get(reverse("accounts:synonyms")).content.decode()
    assert "Спец" in page

    client.post(reverse("accounts:synonym_removal", args=[Synonym.objects.get().pk]))

    assert state(uploaded(person(1, position="Спец"))) == ("reject", "POSITION_UNKNOWN", "")


def test_a_word_means_only_what_exists(hr):
    with pytest.raises(StaffImportError, match="Заречный"):
        remember_synonym("office", "МФЦ", "Заречный", by=hr)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_s20_the_rows_not_taken_go_home_with_their_reasons_and_no_formula(client, hr, form):
    staff_import = uploaded(person(1), person(2, name="=1+1 Анна"), person(3, started="31.02.2024"))

    response = client.get(reverse("accounts:staff_import_refused", args=[staff_import.pk]) + f"?form={form}")

    rows = list(read_back(b"".join(response.streaming_content), form))
    assert [row[:3] for row in rows[1:]] == [
        ["3", "Сотрудник", "A formula stands in the cell instead of text. Formulas are not loaded."],
        ["4", "Дата приема", "There is no date 31.02.2024."],
    ]
    assert rows[1][4] == ("'=1+1 Анна" if form == "csv" else "=1+1 Анна")
    assert rows[2][3:6] == ["00770003", "Ветроваааа Анна".replace("аааа", "ааа"), "Универсальный специалист"]


def read_back(data, form):
    if form == "csv":
        import csv

        return csv.reader(data.decode("utf-8-sig").splitlines(), delimiter=";")
    from io import BytesIO

    from openpyxl import load_workbook

    sheet = load_workbook(BytesIO(data)).active
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    return [[str(cell.value) if cell.value is not None else "" for cell in row] for row in sheet]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_rule_28_the_template_is_a_list_that_is_understood(client, hr, form, language):
    hr.language = language
    hr.save()
    client.cookies["django_language"] = language
    response = client.get(reverse("accounts:staff_list_template") + f"?form={form}")
    empty = SimpleUploadedFile(f"list.{form}", b"".join(response.streaming_content))

    client.post(UPLOAD, {"file": empty})

    layout = StaffImport.objects.get().written
    assert len(layout.columns) == layout.width == 10
