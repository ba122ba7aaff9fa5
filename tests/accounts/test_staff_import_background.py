"""Large staff lists: read and applied in the background, all rows or none (rule 28, promises R18 and R25)."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import StaffImport, StaffImportRow
from accounts.roles import Role
from accounts.staff_import import actions, store
from accounts.staff_import.actions import receive_staff_list, upload_staff_list
from accounts.staff_import.apply import apply_staff_import, order_application
from accounts.staff_import.errors import NotReady, StaffImportError
from accounts.tasks import clear_accounts, work_on_staff_lists
from people.models import Employee, Employment
from tests.accounts.staff_lists import OFFICE, a_list
from tests.accounts.workbooks import a_workbook
from tests.factories import EmployeeFactory, EmploymentFactory, OfficeFactory, PositionFactory

pytestmark = pytest.mark.django_db

UPLOAD = reverse("accounts:staff_import")


@pytest.fixture(autouse=True)
def office():
    PositionFactory(code="UNI_SPEC", title="Универсальный специалист")
    return OfficeFactory(name=OFFICE)


@pytest.fixture
def hr(client):
    employee = EmployeeFactory(language="en")
    employee.groups.add(Group.objects.get(name=Role.HR_ADMIN))
    client.force_login(employee)
    client.cookies["django_language"] = "en"
    return employee


def person(number, status="Работа;"):
    return f"{770000 + number:08};Ветров{number}а Анна;Универсальный специалист;{OFFICE};01.02.2024;{status};".replace(
        f"Ветров{number}а", "Ветров" + "".join("абвгдежзик"[int(digit)] for digit in str(number))
    )


def test_rule_28_a_large_file_is_read_in_the_background(client, hr):
    rows = [person(number) for number in range(4000)]
    file = SimpleUploadedFile("staff.csv", a_list(*rows))
    assert file.size > actions.READ_AT_ONCE_BYTES

    page = client.post(UPLOAD, {"file": file}, follow=True).content.decode()
    assert "The list is being read" in page
    assert "You may leave this page" in page
    assert "being read" in client.get(UPLOAD).content.decode()
    assert work_on_staff_lists() == 1

    staff_import = StaffImport.objects.get()
    assert (staff_import.state, staff_import.counts["new"], staff_import.data) == ("ready", 4000, None)
    assert client.get(staff_import.get_absolute_url()).context["counts"]["new"] == 4000
    assert work_on_staff_lists() == 0


def test_rule_28_a_long_list_is_applied_in_the_background(client, hr, monkeypatch):
    staff_import = upload_staff_list(a_list(*[person(number) for number in range(1200)]), "list.csv", by=hr)

    address = reverse("accounts:apply_staff_import", args=[staff_import.pk])
    page = client.post(address, follow=True).content.decode()
    assert "The list is being applied" in page
    assert not Employment.objects.exists()
    assert work_on_staff_lists() == 1

    staff_import.refresh_from_db()
    assert (staff_import.state, staff_import.applied_by, Employment.objects.count()) == ("applied", hr, 1200)


def test_rule_28_what_is_refused_in_the_background_waits_again_with_the_reason(hr):
    """Meanwhile an address was given to somebody else, and there is another main job."""
    apply_staff_import(upload_staff_list(a_list(person(1, "Уволен;05.03.2024")), "list.csv", by=hr), by=hr)
    staff_import = upload_staff_list(a_list(person(1)), "list.csv", by=hr)
    order_application(staff_import, by=hr)
    EmploymentFactory(employee=Employee.objects.get(username="00770001"))

    work_on_staff_lists()

    staff_import.refresh_from_db()
    assert (staff_import.state, staff_import.applied_at) == ("ready", None)
    assert "main job" in staff_import.trouble


def test_rule_28_a_list_under_work_is_not_touched(hr):
    staff_import = upload_staff_list(a_list(person(1)), "list.csv", by=hr)
    order_application(staff_import, by=hr)

    with pytest.raises(NotReady):
        apply_staff_import(staff_import, by=hr)


def test_s16_what_cannot_be_read_in_the_background_says_so(client, hr):
    receive_staff_list(b"%PDF-1.7", "staff.csv", by=hr)

    work_on_staff_lists()

    staff_import = StaffImport.objects.get()
    assert (staff_import.state, staff_import.data) == ("unreadable", None)
    page = client.get(staff_import.get_absolute_url()).content.decode()
    assert "This is a PDF document." in page


def test_r25_a_fault_of_the_site_parks_the_list_and_the_next_one_is_read(hr, monkeypatch):
    """A list that the site cannot bear is not tried for ever."""
    first = receive_staff_list(a_list(person(1)), "bad.csv", by=hr)
    second = receive_staff_list(a_list(person(2)), "good.csv", by=hr)
    StaffImport.objects.filter(pk=first.pk).update(data=None)

    assert work_on_staff_lists() == 2

    states = dict(StaffImport.objects.values_list("file_name", "state"))
    assert states == {"bad.csv": "unreadable", "good.csv": "ready"}
    assert second.rows.exists()


def test_r18_a_reader_who_was_killed_leaves_nothing_that_is_read_twice(hr):
    staff_import = receive_staff_list(a_list(person(1), person(2)), "list.csv", by=hr)
    StaffImportRow.objects.create(
        staff_import=staff_import, line=1, kind="row", cells=[], outcome="accept", code="OK"
    )

    work_on_staff_lists()

    assert staff_import.rows.count() == 3


def test_r18_a_list_is_written_whole_or_not_at_all(hr, office):
    """The last row breaks a constraint that only the database knows of."""
    rows = [person(number) for number in range(1, store.BATCH + 2)]
    staff_import = upload_staff_list(a_list(*rows), "list.csv", by=hr)
    last = staff_import.rows.latest("line")
    other = EmploymentFactory(personnel_number="00000077").employee
    apply_staff_import(
        upload_staff_list(a_list(person(store.BATCH + 1, "Уволен;05.03.2024")), "l.csv", by=hr), by=hr
    )
    Employment.objects.filter(personnel_number=last.number).update(employee=other)

    with pytest.raises(StaffImportError):
        apply_staff_import(staff_import, by=hr)

    assert Employment.objects.count() == 2
    assert StaffImport.objects.get(pk=staff_import.pk).state == "ready"


def test_rule_28_a_workbook_comes_through_the_page(client, hr):
    headings, row = a_list(person(1)).decode().split("\n")
    book = SimpleUploadedFile("staff.xlsx", a_workbook([headings.split(";"), row.split(";")]))

    page = client.post(UPLOAD, {"file": book}, follow=True).content.decode()

    assert "New: 1" in page


def test_old_lists_are_forgotten_but_for_the_one_that_may_be_undone(hr, time_machine):
    lists = [upload_staff_list(a_list(person(number)), f"{number}.csv", by=hr) for number in (1, 2, 3)]
    for staff_import in lists[:2]:
        apply_staff_import(staff_import, by=hr)
    time_machine.move_to(timezone.now() + timedelta(days=31))

    clear_accounts()

    left = StaffImport.objects.order_by("pk")
    assert [(one.file_name, one.rows.count()) for one in left] == [("1.csv", 0), ("2.csv", 2)]
