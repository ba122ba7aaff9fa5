"""Expectation 26 and rule 30: short lists of one's own get files and paper too, with the reader's rows alone."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.roles import Role
from accounts.staff_import.actions import remember_synonym
from audit.models import AccessRecord
from notifications.models import Message
from tests.enrolment.sheets import session_with
from tests.factories import CourseFactory, EmployeeFactory, OfficeFactory
from tests.rights import in_role, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def hr():
    return in_role(Role.HR_ADMIN)


def completions(reader):
    for person, title in ((reader, "Моё"), (EmployeeFactory(), "Чужое")):
        person.completions.create(
            course=CourseFactory(title=title), completed_on=date(2026, 1, 2), score=90, valid_until=None
        )
    return reverse("website:completions"), [
        ["Курс", "Пройден", "Результат", "Действует"],
        ["Моё", "02.01.2026", "90\u00a0%", "бессрочно"],
    ]


def my_messages(reader):
    at = timezone.now().replace(microsecond=0)
    for person, title in ((reader, "Моё"), (EmployeeFactory(), "Чужое")):
        Message.objects.create(
            recipient=person,
            kind="digest",
            key=title,
            title=title,
            body="=1+1",
            state="sent",
            sent_at=at,
            send_after=at,
        )
    return reverse("notifications:my_messages"), [
        ["Тема", "Когда", "Текст"],
        ["Моё", f"{timezone.localtime(at):%d.%m.%Y %H:%M}", "=1+1"],
    ]


def looks_at_me(reader):
    at, by = timezone.now().replace(microsecond=0) - timedelta(days=1), EmployeeFactory()
    for person in (reader, EmployeeFactory()):
        AccessRecord.objects.create(
            kind="record", person_id=person.pk, by_id=by.pk, at=at, hour=at, page="website:person"
        )
    return reverse("website:looks_at_me"), [
        ["Когда", "Кто", "Что просмотрено"],
        [f"{timezone.localtime(at):%d.%m.%Y %H:%M}", by.short_name, "Страница сотрудника"],
    ]


def words_of_the_import(reader):
    office = OfficeFactory(name="Офис «Восток»")
    remember_synonym("office", "Вост.", office.name, by=reader)
    return reverse("accounts:synonyms"), [
        ["В списке", "Столбец", "Что означает", "Когда", "Кто ответил"],
        ["Вост.", "Офис", "Офис «Восток»", f"{timezone.localdate():%d.%m.%Y}", reader.short_name],
    ]


def people_of_a_session(reader):
    session, other = session_with(1, None), session_with(1, None)
    person = session.enrolments.get().trainee
    job = person.employments.get()
    assert other.enrolments.count() == 1
    return reverse("enrolment:people", args=[session.pk]), [
        ["ФИО", "Табельный номер", "Офис", "Должность"],
        [person.full_name, job.personnel_number, job.office.name, job.position.title],
    ]


LISTS = [completions, my_messages, looks_at_me, words_of_the_import, people_of_a_session]


@pytest.mark.parametrize("a_list", LISTS)
def test_expectation_26_a_short_list_has_files_of_exactly_its_rows(client, hr, a_list):
    address, expected = a_list(hr)
    reader = sign_in(client, hr)

    page = reader.get(address).content.decode()
    text = b"".join(reader.get(address, {"form": "csv"}).streaming_content).decode("utf-8-sig")
    book = load_workbook(BytesIO(b"".join(reader.get(address, {"form": "xlsx"}).streaming_content)))
    paper = reader.get(address, {"form": "print"}).content.decode()

    assert ["form=csv" in page, "form=xlsx" in page, "form=print" in page] == [True] * 3
    assert [
        [cell.removeprefix("'") for cell in row] for row in csv.reader(StringIO(text), delimiter=";")
    ] == (expected)
    workbook = [list(row) for row in book.active.iter_rows(values_only=True)]
    assert [workbook[0], len(workbook)] == [expected[0], 2]
    assert "<table" in paper


@pytest.mark.parametrize("a_list", LISTS)
def test_rule_30_taking_a_short_list_away_is_recorded_as_any_other(client, hr, a_list):
    address, _expected = a_list(hr)

    b"".join(sign_in(client, hr).get(address, {"form": "csv"}).streaming_content)

    taken = AccessRecord.objects.filter(kind=AccessRecord.Kind.EXPORT)
    assert [(one.by_id, one.rows) for one in taken] == [(hr.pk, 1)]
