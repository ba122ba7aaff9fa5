"""What a staff list would end is shown before it is applied (rules 19 and 28)."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.staff_import.actions import upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from accounts.staff_import.ends import ends_with
from enrolment.actions import enrol, start_course
from enrolment.approvals.actions import ask_for_seat
from enrolment.models import Ending, Enrolment
from people.models import Employment
from tests.accounts.staff_lists import OFFICE, a_list
from tests.enrolment.approvals import hr_admin
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    MaterialFactory,
    OfficeFactory,
    PositionFactory,
    SessionFactory,
    in_days,
)

pytestmark = pytest.mark.django_db
SPECIALIST = "Универсальный специалист"
NAMES = ("Анна Игоревна", "Вера Павловна", "Нина Львовна", "Ольга Петровна")


@pytest.fixture
def people():
    """Four of one office, under the numbers 00009101 and on."""
    office, position = OfficeFactory(name=OFFICE), PositionFactory(title=SPECIALIST)
    return [
        EmploymentFactory(
            personnel_number=f"0000910{number}",
            office=office,
            position=position,
            employee__last_name="Ветрова",
            employee__first_name=name.split()[0],
            employee__middle_name=name.split()[1],
        ).employee
        for number, name in enumerate(NAMES, start=1)
    ]


def row(number, state="Работа", until="", *, position=SPECIALIST):
    return f"0000910{number};Ветрова {NAMES[number - 1]};{position};{OFFICE};15.01.2024;{state};{until};"


def uploaded(*rows):
    return upload_staff_list(a_list(*rows), "list.csv", by=None)


def shown(staff_import):
    return [(one.row.number, one.what.course, one.what.what) for one in ends_with(staff_import)]


def test_rule_19_a_list_says_before_it_is_applied_what_ends_with_who_leaves(people):
    leaver, stays = people[:2]
    held, offered = SessionFactory(), SessionFactory(seats=1, starts_at=in_days(16))
    enrol(leaver, held)
    enrol(EmployeeFactory(), offered)
    enrol(leaver, offered)
    asked = ask_for_seat(leaver, SessionFactory(starts_at=in_days(18)), consents=True)
    own_pace = MaterialFactory().course
    start_course(leaver, own_pace)
    enrol(stays, held)

    found = shown(uploaded(row(1, "Уволен", "05.03.2024"), row(2)))

    assert sorted(found) == sorted(
        [
            ("00009101", held.course.title, "место"),
            ("00009101", offered.course.title, "место в очереди"),
            ("00009101", asked.course.title, "заявка, которая ждёт решения"),
            ("00009101", own_pace.title, "дистанционный курс"),
        ]
    )


def test_rule_19_what_is_shown_is_what_happens(people, django_capture_on_commit_callbacks):
    leaver, parent, mover = people[:3]
    for days, person in enumerate((leaver, parent, mover, leaver, parent), start=14):
        enrol(person, SessionFactory(starts_at=in_days(days)))
    PositionFactory(title="Архивариус")
    staff_import = uploaded(
        row(1, "Уволен", "05.03.2024"), row(2, "Отпуск по уходу за ребенком"), row(3, position="Архивариус")
    )
    expected = shown(staff_import)

    with django_capture_on_commit_callbacks(execute=True):
        apply_staff_import(staff_import, by=None, despite_leavers=True)

    ended = Enrolment.objects.filter(ended_because__in=[Ending.DISMISSED, Ending.BY_CENTRE])
    numbers = {
        person: job.personnel_number for job in Employment.objects.all() for person in [job.employee_id]
    }
    happened = [
        (numbers[one.trainee_id], one.course.title, "место") for one in ended.select_related("course")
    ]
    assert len(expected) == 4
    assert sorted(expected) == sorted(happened)


def test_rule_19_of_a_dismissal_ahead_only_what_comes_after_it_ends(people):
    before, after = SessionFactory(starts_at=in_days(14)), SessionFactory(starts_at=in_days(40))
    enrol(people[0], before)
    enrol(people[0], after)

    found = shown(uploaded(row(1, "Уволен", f"{in_days(30):%d.%m.%Y}")))

    assert found == [("00009101", after.course.title, "место")]


def test_rule_19_who_keeps_another_job_keeps_the_training(people):
    enrol(people[0], SessionFactory())
    EmploymentFactory(employee=people[0], is_main=False)

    assert shown(uploaded(row(1, "Уволен", "05.03.2024"))) == []


def test_rule_19_the_page_and_its_file_name_each_enrolment_that_ends(client, people):
    hr = hr_admin()
    client.force_login(hr)
    session = SessionFactory(course=CourseFactory(title="Сложный разговор"))
    enrol(people[0], session)
    staff_import = uploaded(row(1, "Уволен", "05.03.2024"))

    page = client.get(staff_import.get_absolute_url() + "?show=changed").content.decode()
    file = reverse("accounts:staff_import_ends", args=[staff_import.pk])
    data = b"".join(client.get(file + "?form=csv").streaming_content).decode("utf-8-sig")

    assert "закончится 1 запись" in page.replace("\xa0", " ")
    assert "Обучение, которое на этом закончится:" in page and "Сложный разговор" in page
    assert file in page
    [_header, line] = csv.reader(data.splitlines(), delimiter=";")
    assert line[1:5] == ["00009101", "Ветрова Анна Игоревна", "увольняется", "Сложный разговор"]
    assert line[6] == "место"


def test_rule_19_a_list_that_ends_nothing_says_nothing_of_it(client, people):
    client.force_login(hr_admin())
    staff_import = uploaded(row(1, "Уволен", "05.03.2024"))

    page = client.get(staff_import.get_absolute_url()).content.decode()

    assert reverse("accounts:staff_import_ends", args=[staff_import.pk]) not in page


@pytest.mark.rows_of("accounts:staff_import_ends")
def test_the_page_and_the_file_cost_the_same_queries_for_any_number(client, people):
    client.force_login(hr_admin())
    costs = []
    for count in (1, 3):
        for person in people[:count]:
            enrol(person, SessionFactory(starts_at=in_days(13 + 2 * count)))
        leaving = uploaded(*[row(number, "Уволен", "05.03.2024") for number in range(1, count + 1)])
        for address in (leaving.get_absolute_url() + "?show=changed", None):
            address = address or reverse("accounts:staff_import_ends", args=[leaving.pk]) + "?form=csv"
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
                b"".join(answer.streaming_content) if answer.streaming else answer.content
            costs.append(len(queries))

    assert costs[:2] == costs[2:]
