"""The staff list, from bytes to employees (rule 28)."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.signals import staff_changed
from accounts.staff_import.actions import compare_with_staff, upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from accounts.staff_import.errors import AlreadyApplied, TooManyLeavers
from people.models import Employee, Employment, Office, Position
from tests.accounts.staff_lists import a_list
from tests.factories import EmployeeFactory, EmploymentFactory, OfficeFactory, PolicyFactory, PositionFactory

pytestmark = pytest.mark.django_db

DEMO = Path("demo")
UTF8 = DEMO / "employees_sample_utf8.csv"
CP1251 = DEMO / "employees_sample_cp1251_semicolon.csv"


@pytest.fixture
def centre():
    """The offices and positions of the demo, as far as the lists name them."""
    import csv

    with (DEMO / "offices.csv").open(encoding="utf-8") as rows:
        Office.objects.bulk_create(
            Office(code=row["code"], kind=row["kind"], name=row["name"]) for row in csv.DictReader(rows)
        )
    with (DEMO / "positions.csv").open(encoding="utf-8") as rows:
        Position.objects.bulk_create(
            Position(code=row["code"], title=row["title"], group=row["group"]) for row in csv.DictReader(rows)
        )


@pytest.fixture
def office():
    PositionFactory(code="UNI_SPEC", title="Универсальный специалист")
    PositionFactory(code="OFFICE_HEAD", title="Руководитель центра госуслуг")
    return OfficeFactory(name="Центр госуслуг района Строгино")


def apply(data, **options):
    return apply_staff_import(upload_staff_list(data, "list.csv", by=None), by=None, **options)


def counts(done):
    return tuple(done[name] for name in ("new", "changed", "unchanged", "refused"))


def test_rule_28_the_utf8_sample_is_taken_whole(centre):
    comparison = apply(UTF8.read_bytes())

    assert counts(comparison) == (300, 0, 0, 0)
    assert Employee.objects.filter(is_active=True).count() == 296
    assert Employment.objects.filter(leave="parental").count() == 9
    assert Office.objects.filter(head__isnull=False).count() == 13
    trainer = Employment.objects.select_related("employee", "office", "position").get(
        personnel_number="00000103"
    )
    assert (trainer.employee.full_name, trainer.office.code, trainer.position.code) == (
        "Лапшина Ольга Викторовна",
        "H-TC",
        "TRAINER",
    )
    assert (trainer.work_pattern, trainer.pattern_starts_on) == ("2/2", date(2026, 1, 1))
    assert not trainer.employee.has_usable_password()


@pytest.mark.parametrize("first, second", [(UTF8, CP1251), (CP1251, UTF8), (UTF8, UTF8)])
def test_rule_28_the_same_people_again_are_no_changes(centre, first, second):
    apply(first.read_bytes())

    comparison = apply(second.read_bytes())

    assert counts(comparison) == (0, 0, 300, 0)


def test_rule_28_preview_writes_nothing(centre):
    comparison = compare_with_staff(upload_staff_list(UTF8.read_bytes(), "list.csv", by=None))

    assert counts(comparison.counts()) == (300, 0, 0, 0)
    assert not Employee.objects.exists()


def test_rule_28_a_change_shows_before_and_after(office):
    apply(a_list("00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};01.02.2024;Работа;;"))

    uploaded = upload_staff_list(
        a_list("00009101;Громова Анна Игоревна;Руководитель центра госуслуг;{office};01.02.2024;Отпуск;;"),
        "list.csv",
        by=None,
    )
    (changed,) = compare_with_staff(uploaded).changed
    apply_staff_import(uploaded, by=None)

    assert [(change.field, change.before, change.after) for change in changed.changes] == [
        ("last_name", "Ветрова", "Громова"),
        ("position", "Универсальный специалист", "Руководитель центра госуслуг"),
        ("leave", "", "vacation"),
    ]
    employee = Employee.objects.get()
    office.refresh_from_db()
    assert (employee.full_name, office.head) == ("Громова Анна Игоревна", employee)


def test_rule_28_names_compare_without_yo_case_and_spaces(office):
    apply(a_list("00009101;Королёва Алёна Игоревна;Универсальный специалист;{office};01.02.2024;Работа;;"))

    comparison = apply(
        a_list("00009101; КОРОЛЕВА  Алена Игоревна;универсальный специалист;{office};01.02.2024;Работа;;")
    )

    assert counts(comparison) == (0, 0, 1, 0)


def test_dismissal_closes_the_account_and_the_office_loses_its_head(office):
    head = "00009101;Ветрова Анна Игоревна;Руководитель центра госуслуг;{office};01.02.2024;"
    apply(a_list(head + "Работа;;"))

    apply(a_list(head + "Уволен;05.03.2024;"), despite_leavers=True)

    employment = Employment.objects.select_related("employee").get()
    office.refresh_from_db()
    assert (employment.employee.is_active, employment.ended_on, office.head) == (
        False,
        date(2024, 3, 5),
        None,
    )


def test_an_acting_head_stays_while_nobody_holds_the_position(office):
    acting = EmploymentFactory(office=office).employee
    office.head = acting
    office.save()

    apply(a_list("00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};01.02.2024;Работа;;"))

    office.refresh_from_db()
    assert office.head == acting


def test_a_person_may_return_under_the_same_number(office):
    row = "00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};01.02.2024;"
    apply(a_list(row + "Уволен;05.03.2024;"))

    apply(a_list(row + "Работа;;"))

    employment = Employment.objects.select_related("employee").get()
    assert (employment.employee.is_active, employment.ended_on) == (True, None)


def test_rule_28_stops_when_too_many_would_leave(office):
    PolicyFactory(leavers_percent=3)
    people = [
        f"{n:08};Ветрова{'а' * n} Анна;Универсальный специалист;{{office}};01.02.2024;" for n in range(50)
    ]
    apply(a_list(*[person + "Работа;;" for person in people]))
    leaving = a_list(*[person + "Уволен;05.03.2024;" for person in people[:2]])

    with pytest.raises(TooManyLeavers):
        apply(leaving)

    assert Employee.objects.filter(is_active=True).count() == 50
    assert apply(leaving, despite_leavers=True)["leavers"] == 2


def test_one_leaver_of_fifty_needs_no_confirmation(office):
    people = [
        f"{n:08};Ветрова{'а' * n} Анна;Универсальный специалист;{{office}};01.02.2024;" for n in range(50)
    ]
    apply(a_list(*[person + "Работа;;" for person in people]))

    assert apply(a_list(people[0] + "Уволен;05.03.2024;"))["leavers"] == 1


def test_people_of_whom_the_list_says_nothing_stay(office):
    EmploymentFactory(office=office)

    comparison = apply(
        a_list("00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};01.02.2024;Работа;;")
    )

    assert comparison["missing"] == 1
    assert Employee.objects.filter(is_active=True).count() == 2


def test_refused_rows_name_line_column_and_reason(office):
    EmployeeFactory(email="taken@mfc.example")

    uploaded = upload_staff_list(
        a_list(
            "00009101;Ветрова Анна;Универсальный специалист;{office};01.02.2024;Работа;;",
            "00009102;Лаптева Анна;Экономист;{office};01.02.2024;Работа;;",
            "00009103;Лаптева Инна;Универсальный специалист;Заречный;01.02.2024;Работа;;",
            "00009104;Лаптева Нина;Универсальный специалист;{office};31.02.2024;Работа;;",
            "00009105;Лаптева Яна;Универсальный специалист;{office};01.02.2024;Работа;;Taken@mfc.example",
        ),
        "list.csv",
        by=None,
    )
    apply_staff_import(uploaded, by=None)

    assert [(row.line, row.column) for row in compare_with_staff(uploaded).refused] == [
        (3, "position"),
        (4, "office"),
        (5, "started_on"),
        (6, "email"),
    ]
    assert [employment.personnel_number for employment in Employment.objects.all()] == ["00009101"]


def test_an_upload_is_applied_once(office):
    uploaded = upload_staff_list(
        a_list("00009101;Ветрова Анна;Универсальный специалист;{office};01.02.2024;Работа;;"),
        "list.csv",
        by=None,
    )
    apply_staff_import(uploaded, by=None)

    with pytest.raises(AlreadyApplied):
        apply_staff_import(uploaded, by=None)


def test_one_signal_tells_the_whole_list(office):
    heard = []

    def hear(sender, **news):
        heard.append({name: len(people) for name, people in news.items() if isinstance(people, list)})

    staff_changed.connect(hear)
    row = "{number};{name} Анна;Универсальный специалист;{{office}};01.02.2024;"
    first, second = (
        row.format(number="00009101", name="Ветрова"),
        row.format(number="00009102", name="Громова"),
    )
    try:
        apply(a_list(first + "Работа;;", second + "Работа;;"))
        apply(a_list(first + "Уволен;05.03.2024;", second + "Отпуск;;"), despite_leavers=True)
        apply(a_list(first + "Уволен;05.03.2024;", second + "Отпуск;;"))
    finally:
        staff_changed.disconnect(hear)

    nothing = dict.fromkeys(
        ["hired", "changed", "left", "returned", "new_office", "new_position", "went_on_leave"], 0
    )
    assert heard == [
        nothing | {"hired": 2},
        nothing | {"changed": 2, "left": 1, "went_on_leave": 1},
    ]


def test_the_command_shows_first_and_applies_when_told(centre):
    shown, applied, again = StringIO(), StringIO(), StringIO()

    call_command("import_staff", str(UTF8), stdout=shown)
    assert not Employee.objects.exists()
    call_command("import_staff", str(UTF8), "--apply", stdout=applied)
    call_command("import_staff", str(CP1251), "--apply", stdout=again)

    assert Employee.objects.count() == 300
    assert again.getvalue().splitlines()[-1] in {"No changes.", "Изменений нет."}
