"""Undoing the last staff list (rule 28)."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.actions.access import give_role
from accounts.models import StaffImport
from accounts.roles import Role
from accounts.staff_import.actions import upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from accounts.staff_import.undo import NotTheLast, undo_staff_import
from audit.models import Change
from enrolment.actions import enrol
from people.models import Employee, Employment, Office
from tests.accounts.staff_lists import OFFICE, a_list
from tests.factories import EmployeeFactory, OfficeFactory, PositionFactory, SessionFactory

pytestmark = pytest.mark.django_db

ANNA = "00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};01.02.2024;"
IVAN = "00009102;Сом Иван;Руководитель центра госуслуг;{office};01.02.2024;"
LEO = "00009103;Лев Пётр;Универсальный специалист;{office};01.02.2024;"


@pytest.fixture(autouse=True)
def centre():
    PositionFactory(code="UNI_SPEC", title="Универсальный специалист")
    PositionFactory(code="OFFICE_HEAD", title="Руководитель центра госуслуг")
    OfficeFactory(name=OFFICE)


def apply(*rows):
    staff_import = upload_staff_list(a_list(*rows), "list.csv", by=None)
    apply_staff_import(staff_import, by=None, despite_leavers=True)
    return StaffImport.objects.get(pk=staff_import.pk)


def picture():
    """Everything that a list writes."""
    people = Employee.objects.order_by("pk").values_list(
        "pk", "last_name", "first_name", "middle_name", "email", "is_active"
    )
    jobs = Employment.objects.order_by("pk").values_list(
        "employee", "personnel_number", "office", "position", "started_on", "ended_on", "leave", "is_main"
    )
    return list(people), list(jobs), list(Office.objects.values_list("pk", "head", "deputy"))


def test_rule_28_undoing_puts_everything_back_as_it_was():
    apply(ANNA + "Работа;;anna@mfc.example", IVAN + "Работа;;")
    before = picture()
    changed = apply(
        ANNA.replace("Ветрова", "Громова") + "Отпуск;;gromova@mfc.example",
        IVAN + "Уволен;05.03.2026;",
        LEO + "Работа;;",
    )
    assert picture() != before

    told = undo_staff_import(changed, by=None)

    assert (picture(), told) == (before, [])
    assert StaffImport.objects.get(pk=changed.pk).state == "undone"


def test_rule_28_undoing_is_recorded_with_its_author():
    hr = EmployeeFactory()
    changed = apply(ANNA + "Работа;;")

    undo_staff_import(changed, by=hr)

    gone = Change.objects.filter(kind="people.employee", after__isnull=True).latest("pk")
    assert (gone.by_id, gone.before["last_name"]) == (hr.pk, "Ветрова")


def test_rule_28_what_somebody_changed_since_stays_and_is_told():
    apply(ANNA + "Работа;;")
    changed = apply(ANNA.replace("Ветрова", "Громова") + "Отпуск;;")
    Employee.objects.update(last_name="Бурова")

    told = undo_staff_import(changed, by=None)

    assert Employee.objects.get().last_name == "Бурова"
    assert Employment.objects.get().leave == ""
    assert len(told) == 1 and "Бурова" in told[0]


def test_rule_28_a_new_person_with_records_stays_with_a_closed_account():
    changed = apply(ANNA + "Работа;;", LEO + "Работа;;")
    enrol(Employee.objects.get(last_name="Лев"), SessionFactory())

    told = undo_staff_import(changed, by=None)

    leo = Employee.objects.get(last_name="Лев")
    assert not leo.is_active
    assert leo.employments.get().ended_on is not None
    assert not Employee.objects.filter(last_name="Ветрова").exists()
    assert len(told) == 1 and "Лев" in told[0]


def test_rule_28_a_role_that_a_dismissal_took_is_told_and_not_given_back():
    apply(ANNA + "Работа;;")
    give_role(Employee.objects.get(), Role.METHODIST, by=None, reason="приказ")
    changed = apply(ANNA + "Уволен;05.03.2026;")

    told = undo_staff_import(changed, by=None)

    assert Employee.objects.get().is_active
    assert not Employee.objects.get().groups.exists()
    assert len(told) == 1


def test_rule_28_only_the_last_list_is_undone_and_once():
    first, second = apply(ANNA + "Работа;;"), apply(LEO + "Работа;;")

    with pytest.raises(NotTheLast):
        undo_staff_import(first, by=None)
    undo_staff_import(second, by=None)
    with pytest.raises(NotTheLast):
        undo_staff_import(second, by=None)
    undo_staff_import(first, by=None)

    assert not Employee.objects.exists()


def test_rule_28_after_undoing_the_same_list_may_come_again():
    undo_staff_import(apply(ANNA + "Работа;;"), by=None)

    apply(ANNA + "Работа;;")

    assert Employment.objects.get().started_on == date(2024, 2, 1)


def test_rule_28_the_page_undoes_and_says_what_it_could_not(client):
    hr = EmployeeFactory(language="en")
    hr.groups.add(Group.objects.get(name=Role.HR_ADMIN))
    client.force_login(hr)
    client.cookies["django_language"] = "en"
    apply(ANNA + "Работа;;")
    changed = apply(ANNA.replace("Ветрова", "Громова") + "Работа;;")
    Employee.objects.filter(last_name="Громова").update(last_name="Бурова")
    assert "Undo this list" in client.get(changed.get_absolute_url()).content.decode()

    page = client.post(reverse("accounts:undo_import", args=[changed.pk]), follow=True).content.decode()

    assert "The staff list is undone." in page
    assert "“Last name” was changed since and stays." in page
    assert "Undo this list" not in page
