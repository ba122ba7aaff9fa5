"""The pages of the staff import: upload, comparison, application."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import StaffImport
from accounts.roles import Role
from accounts.staff_import.actions import remember_synonym
from people.models import Employee, Employment
from tests.accounts.staff_lists import OFFICE, a_list
from tests.factories import EmployeeFactory, OfficeFactory, PositionFactory

pytestmark = pytest.mark.django_db

UPLOAD = reverse("accounts:staff_import")
COUNTS = {"new": 1, "changed": 2, "unchanged": 3, "refused": 4}


@pytest.fixture
def hr(client):
    PositionFactory(code="UNI_SPEC", title="Универсальный специалист")
    OfficeFactory(name=OFFICE)
    employee = EmployeeFactory(language="en")
    employee.groups.add(Group.objects.get(name=Role.HR_ADMIN))
    client.force_login(employee)
    client.cookies["django_language"] = "en"
    return employee


def person(number, status="Работа;", name="Ветрова Анна", position="Универсальный специалист"):
    return (
        f"{number:08};{name.replace(' ', 'а' * number + ' ', 1)};{position};{{office}};01.02.2024;{status};"
    )


def upload(client, *rows, **options):
    file = SimpleUploadedFile("staff.csv", a_list(*rows, **options))
    return client.post(UPLOAD, {"file": file}, follow=True)


def apply(client, **data):
    address = reverse("accounts:apply_staff_import", args=[StaffImport.objects.latest("pk").pk])
    return client.post(address, data, follow=True)


def test_rule_28_upload_shows_and_only_applying_changes(client, hr):
    preview = upload(client, person(1), person(2, position="Экономист"))

    assert "New: 1" in preview.content.decode()
    assert not Employment.objects.exists()

    applied = apply(client)

    assert [job.personnel_number for job in Employment.objects.all()] == ["00000001"]
    assert "The staff list is applied." in applied.content.decode()
    done = StaffImport.objects.get()
    assert (done.applied_by, done.counts["new"], done.counts["refused"]) == (hr, 1, 1)
    assert "staff.csv" in client.get(UPLOAD).content.decode()


def test_rule_28_refused_rows_show_line_column_and_reason(client, hr):
    preview = upload(client, person(1, position="Экономист"))

    page = preview.content.decode()
    assert "line 2" in page
    assert "Position" in page
    assert "The position “Экономист” is not in the directory, nor is a similar one." in page


def test_rule_28_changes_show_before_and_after(client, hr):
    upload(client, person(1))
    apply(client)

    preview = upload(client, person(1, status="Отпуск;", name="Громова Анна"))

    page = " ".join(preview.content.decode().split())
    assert "Last name: <del>Ветроваа</del> → <ins>Громоваа</ins>" in page
    assert "Status: <del>at work</del> → <ins>on vacation</ins>" in page


def test_rule_28_the_same_list_again_says_no_changes(client, hr):
    upload(client, person(1))
    apply(client)

    assert "No changes: the staff is as the list says." in upload(client, person(1)).content.decode()


def test_rule_28_many_leavers_need_a_tick(client, hr):
    upload(client, person(1), person(2))
    apply(client)
    preview = upload(client, person(1), person(2, status="Уволен;05.03.2024"))
    assert "The list dismisses 1 of 2 people" in preview.content.decode()

    apply(client)
    assert Employee.objects.get(username="00000002").is_active

    apply(client, despite_leavers="on")
    assert not Employee.objects.get(username="00000002").is_active


def test_what_is_no_list_is_said_beside_the_field(client, hr):
    file = SimpleUploadedFile("staff.csv", b"no table")

    page = client.post(UPLOAD, {"file": file}).content.decode()

    assert "No headings were found." in page
    assert not StaffImport.objects.exists()


def test_a_file_that_is_too_large_is_said_beside_the_field(client, hr, settings):
    settings.MAX_UPLOAD_BYTES = 10

    page = client.post(UPLOAD, {"file": SimpleUploadedFile("staff.csv", b"x" * 11)}).content.decode()

    assert "The file is larger than" in page


def test_applying_twice_is_refused_in_a_sentence(client, hr):
    upload(client, person(1))
    apply(client)

    assert "This list was applied already." in apply(client).content.decode()


def test_s1_only_who_may_import_sees_the_pages(client):
    PositionFactory(title="Универсальный специалист")
    uploaded = StaffImport.objects.create(file_name="staff.csv")
    addresses = [
        UPLOAD,
        reverse("accounts:staff_import_preview", args=[uploaded.pk]),
    ]
    assert all(client.get(address).status_code == 302 for address in addresses)
    client.force_login(EmployeeFactory())

    assert [client.get(address).status_code for address in addresses] == [403, 403]
    assert client.post(reverse("accounts:apply_staff_import", args=[uploaded.pk])).status_code == 403


def test_s14_names_of_the_list_are_text(client, hr):
    page = upload(client, person(1, name="<script>alert(1)</script> Анна")).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.rows_of("accounts:staff_import_preview")
@pytest.mark.parametrize("show", ["new", "changed", "reject", "unchanged"])
def test_the_comparison_costs_the_same_queries_for_any_number_of_rows(client, hr, show):
    position = "Экономист" if show == "reject" else "Универсальный специалист"
    name = "Громова Анна" if show == "changed" else "Ветрова Анна"
    if show in {"changed", "unchanged"}:
        upload(client, *[person(n) for n in range(300)])
        apply(client)
    costs = []
    for count in (1, 3, 300):
        upload(client, *[person(n, position=position, name=name) for n in range(count)])
        address = StaffImport.objects.latest("pk").get_absolute_url() + f"?show={show}"
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(address)
        assert len(response.context["page"].object_list) == min(count, 50)
        costs.append(len(queries))

    assert len(set(costs)) == 1


@pytest.mark.rows_of("accounts:staff_import")
def test_the_list_of_imports_costs_the_same_queries_for_any_number(client, hr):
    costs = []
    for count in (1, 2, 297):
        StaffImport.objects.bulk_create(
            StaffImport(file_name="staff.csv", applied_by=planner, applied_at=timezone.now(), counts=COUNTS)
            for planner in EmployeeFactory.create_batch(count)
        )
        with CaptureQueriesContext(connection) as queries:
            client.get(UPLOAD)
        costs.append(len(queries))

    assert len(set(costs)) == 1


@pytest.mark.rows_of("accounts:staff_import_refused")
def test_the_file_of_refused_rows_costs_the_same_queries_for_any_number(client, hr):
    costs = []
    for count in (1, 3, 300):
        upload(client, *[person(n, position="Экономист") for n in range(count)])
        address = reverse("accounts:staff_import_refused", args=[StaffImport.objects.latest("pk").pk])
        with CaptureQueriesContext(connection) as queries:
            b"".join(client.get(address + "?form=csv").streaming_content)
        costs.append(len(queries))

    assert len(set(costs)) == 1


@pytest.mark.rows_of("accounts:synonyms")
def test_the_list_of_synonyms_costs_the_same_queries_for_any_number(client, hr):
    costs = []
    for count in (1, 3, 297):
        for office in OfficeFactory.create_batch(count):
            remember_synonym("office", f"МФЦ {office.code}", office.name, by=hr)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("accounts:synonyms"))
        costs.append(len(queries))

    assert len(set(costs)) == 1
