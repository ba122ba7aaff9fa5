"""The pages of "many at once": sources, the look before, numbers on the button, files, undoing (rule 18)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from enrolment.approvals.actions import decide
from enrolment.bulk.forecast import Terms
from enrolment.bulk.tasks import work_on_bulk_runs
from enrolment.models import BulkRun
from notifications import kinds
from notifications.models import Message
from tests.enrolment.approvals import led_office
from tests.enrolment.bulk import applied, at_work, hr_admin, numbers, outcomes, pasted
from tests.factories import EmploymentFactory, SessionFactory, in_days

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
    assert "3 enrolments undone" in text_of(page)
    assert "2 seats" not in text_of(page)
    assert not session.enrolments.live().exists()


def test_rule_18_who_stands_twice_is_not_counted_as_there_already(client, hr):
    session = SessionFactory()
    there, person = at_work(2)
    applied(pasted(session, [there]))

    run = pasted(session, numbers([there, person]) + "\n" + numbers([person]))

    page = text_of(client.get(run.get_absolute_url()))
    assert "1 seat, 1 there already, 1 stands twice" in page


def test_rule_18_in_russian_people_are_to_join_the_queue_and_then_stand_in_it(client, hr):
    session = SessionFactory(seats=1)
    run = pasted(session, at_work(23))
    client.cookies["django_language"] = "ru"

    assert "Записать 23 человека: 1 место, 22 в очередь" in text_of(client.get(run.get_absolute_url()))
    assert "1 место, 22 в очереди" in text_of(client.get(applied(run).get_absolute_url()))


def test_rule_18_the_name_of_a_file_stands_as_it_is_and_is_asked_for_again_with_the_reason(client, hr):
    session = SessionFactory()
    (person,) = at_work(1)
    named = lambda: SimpleUploadedFile("list.csv", numbers([person]).encode())  # noqa: E731
    terms = {**TERMS, "overlooks": ["audience"]}

    page = text_of(client.post(new(session, "file"), {"file": named(), **terms}))
    assert "Say why" in page
    assert "Choose the file again." in page

    page = text_of(
        client.post(new(session, "file"), {"file": named(), "despite": "an order", **terms}, follow=True)
    )
    assert "list.csv" in page
    assert "List.csv" not in page


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


@pytest.mark.parametrize(
    ("grants", "said"), [(True, "руководитель согласен"), (False, "хотел записать вас на курс")]
)
def test_rule_18_who_did_not_ask_reads_that_the_centre_did(grants, said):
    session, office = SessionFactory(), led_office()
    first, second, *_others = at_work(4, office)
    applied(pasted(session, [first, second], terms=Terms(over_share="ask")))
    asked = session.enrolments.get(trainee=second)

    decide(asked, by=office.head, granted=grants, reason="" if grants else "Некому работать")

    kind = "request_granted" if grants else "request_refused"
    letter = kinds.render(Message.objects.select_related("recipient").get(kind=kind)).as_text()
    assert said in letter
    assert "Ваша заявка" not in letter


def test_rule_16_who_is_enrolled_with_a_list_on_a_day_off_is_asked_about_it(client):
    first = timezone.localdate(in_days(12))
    person = EmploymentFactory(work_pattern="2/2", pattern_starts_on=first).employee
    (working,) = at_work(1)
    session = SessionFactory()
    applied(pasted(session, [person, working]))
    off, on = session.enrolments.get(trainee=person), session.enrolments.get(trainee=working)

    def letter_to(reader):
        found = Message.objects.select_related("recipient").get(kind="seat_taken", recipient=reader)
        return kinds.render(found).as_text()

    def agree(enrolment):
        return reverse("enrolment:agree_to_day_off", args=[enrolment.pk])

    assert [
        words in letter_to(person) for words in ("у вас выходной", "ответьте, согласны ли вы прийти")
    ] == [True] * 2
    assert "выходной" not in letter_to(working)
    client.force_login(working)
    assert agree(on) not in text_of(client.get(session.get_absolute_url()))
    client.force_login(person)
    assert agree(off) in text_of(client.get(session.get_absolute_url()))
    client.post(agree(off))
    off.refresh_from_db()
    assert off.consented_at is not None
    assert agree(off) not in text_of(client.get(off.get_absolute_url()))
