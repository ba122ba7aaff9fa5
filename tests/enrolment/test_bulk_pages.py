"""The pages of "many at once": sources, the look before, numbers on the button, files, undoing (rule 18)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.models import BulkRun
from tests.enrolment.bulk import applied, at_work, hr_admin, numbers, outcomes, pasted
from tests.factories import EmploymentFactory, SessionFactory

pytestmark = pytest.mark.django_db
TERMS = {"over_share": "leave_out"}


@pytest.fixture
def hr(client):
    person = hr_admin()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def new(session, source="paste"):
    return reverse("enrolment:bulk_new", args=[session.pk]) + f"?from={source}"


def text_of(response):
    return response.content.decode()


def test_rule_18_expectation_27_the_button_says_the_numbers_and_the_page_the_result(client, hr):
    session = SessionFactory(seats=2)
    people = at_work(3)

    page = client.post(new(session), {"text": numbers(people), **TERMS}, follow=True)
    run = BulkRun.objects.get()
    assert "Enrol 3 people: 2 seats, 1 in the queue" in text_of(page)

    page = client.post(reverse("enrolment:bulk_apply", args=[run.pk]), follow=True)
    assert "What became of everybody" in text_of(page)
    assert "2 seats, 1 in the queue" in text_of(page)
    assert session.enrolments.live().count() == 3

    page = client.post(reverse("enrolment:bulk_undo", args=[run.pk]), follow=True)
    assert "The list is undone" in text_of(page)
    assert not session.enrolments.live().exists()


@pytest.mark.parametrize("source", ["paste", "file", "places", "session"])
def test_rule_18_each_source_has_its_form(client, hr, source):
    assert client.get(new(SessionFactory(), source)).status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        "Табельный номер;ФИО;Дата\r\n{number};Кто Угодно;01.02.2024\r\n".replace("Кто Угодно", "{name}"),
        "{number}\r\n",
        "{name}\r\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_rule_18_a_file_names_people_with_headings_and_without(client, hr, data, encoding):
    session = SessionFactory()
    [person] = at_work(1)
    number = person.employments.get().personnel_number
    file = SimpleUploadedFile("list.csv", data.format(number=number, name=person.full_name).encode(encoding))

    client.post(new(session, "file"), {"file": file, **TERMS})

    run = BulkRun.objects.get()
    assert (outcomes(run), run.source_words) == (["seat"], "list.csv")


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"PK\x03\x04broken", b"", b"<html><table>"])
def test_s16_a_hostile_file_is_refused_in_words(client, hr, data):
    page = client.post(
        new(SessionFactory(), "file"), {"file": SimpleUploadedFile("list.xlsx", data), **TERMS}
    )

    assert page.status_code == 200
    assert "error" in text_of(page).lower()
    assert not BulkRun.objects.exists()


def test_s20_files_of_a_list_are_safe_for_spreadsheets(client, hr):
    run = pasted(SessionFactory(), "=cmd|' /C calc'!A0", by=hr)

    content = b"".join(client.get(run.get_absolute_url(), {"form": "csv"}).streaming_content).decode()

    assert ";=cmd" not in content.replace('"', "") and "\n=cmd" not in content.replace('"', "")
    assert client.get(run.get_absolute_url(), {"form": "xlsx"}).status_code == 200


def test_rule_18_only_those_not_enrolled_as_a_file(client, hr):
    [person] = at_work(1)
    run = applied(pasted(SessionFactory(), numbers([person]) + "\nНетов Некто", by=hr))

    response = client.get(run.get_absolute_url(), {"show": "left_out", "form": "csv"})
    content = b"".join(response.streaming_content).decode()

    assert "Нетов Некто" in content and person.full_name not in content


def test_rule_18_a_long_list_shows_how_far_it_is(client, hr, monkeypatch):
    monkeypatch.setattr("enrolment.bulk.actions.AT_ONCE_ROWS", 1)
    session = SessionFactory()
    run = pasted(session, at_work(2), by=hr)

    page = client.post(reverse("enrolment:bulk_apply", args=[run.pk]), follow=True)
    assert "People are being enrolled" in text_of(page) and "0 of 2" in text_of(page)
    assert work_on_bulk_runs() == 1
    assert "What became of everybody" in text_of(client.get(run.get_absolute_url()))


def test_rule_18_of_namesakes_one_is_chosen_on_its_page(client, hr):
    jobs = [EmploymentFactory(employee__last_name="Ким", employee__first_name="Пак") for _number in "12"]
    run = pasted(SessionFactory(), "Ким Пак", by=hr)
    address = reverse("enrolment:bulk_row", args=[run.pk, 1])
    page = text_of(client.get(address))
    assert all(job.personnel_number in page and job.office.name in page for job in jobs)

    client.post(address, {"person": jobs[1].employee.pk})

    assert run.rows.get().person == jobs[1].employee


@pytest.mark.rows_of("enrolment:bulk_run", "enrolment:bulk_runs")
def test_the_pages_of_lists_cost_the_same_for_few_and_many(client, hr, django_assert_max_num_queries):
    session = SessionFactory()
    few, many = pasted(session, at_work(1), by=hr), pasted(session, at_work(9), by=hr)
    for run in (few, many):
        client.get(run.get_absolute_url())
        with django_assert_max_num_queries(14):
            assert client.get(run.get_absolute_url()).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(reverse("enrolment:bulk_runs")).status_code == 200


def test_rule_18_a_workbook_is_a_source(client, hr):
    [person] = at_work(1)
    book, data = Workbook(), BytesIO()
    book.active.append(["ФИО", "Примечание"])
    book.active.append([person.full_name.upper(), "срочно"])
    book.save(data)

    client.post(
        new(SessionFactory(), "file"), {"file": SimpleUploadedFile("list.xlsx", data.getvalue()), **TERMS}
    )

    assert outcomes(BulkRun.objects.get()) == ["seat"]
