"""Looking at another person's record is recorded (rule 29, promise S26), and the person may see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.models import AccessRecord
from audit.tasks import forget_old_looks
from enrolment.actions import enrol
from tests.factories import CourseFactory, EmployeeFactory, SessionFactory, TrainerFactory
from tests.rights import in_role, sign_in

pytestmark = pytest.mark.django_db


def records():
    fields = ("by_id", "kind", "page", "person_id", "session_id")
    return list(AccessRecord.objects.order_by("pk").values_list(*fields))


def test_rule_29_opening_anothers_enrolment_is_recorded_once_an_hour(client, time_machine):
    time_machine.move_to(timezone.now().replace(minute=5), tick=False)
    session, trainee, reader = SessionFactory(), EmployeeFactory(), in_role(Role.HR_ADMIN)
    address = reverse("enrolment:enrolment", args=[enrol(trainee, session).pk])
    sign_in(client, reader)

    client.get(address)
    client.get(address)
    time_machine.shift(3600)
    client.get(address)

    assert records() == [(reader.pk, "record", "enrolment:enrolment", trainee.pk, session.pk)] * 2
    assert AccessRecord.objects.latest("pk").address == "127.0.0.1"


def test_rule_29_ones_own_record_is_not_recorded(client):
    trainee = EmployeeFactory()
    enrolment = enrol(trainee, SessionFactory())

    sign_in(client, trainee).get(reverse("enrolment:enrolment", args=[enrolment.pk]))

    assert records() == []


def test_rule_29_a_refused_look_is_not_recorded_as_one(client):
    enrolment = enrol(EmployeeFactory(), SessionFactory())

    answer = sign_in(client, EmployeeFactory()).get(reverse("enrolment:enrolment", args=[enrolment.pk]))

    assert (answer.status_code, records()) == (404, [])


def test_rule_29_the_people_of_a_session_are_one_record_of_the_session(client):
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer)
    for trainee in EmployeeFactory.create_batch(3):
        enrol(trainee, session)
    sign_in(client, trainer.employee)

    client.get(reverse("enrolment:people", args=[session.pk]))

    assert records() == [(trainer.employee_id, "people", "enrolment:people", None, session.pk)]


def test_rule_29_the_administration_page_of_a_person_is_a_look(client):
    person = EmployeeFactory()
    reader = sign_in_administrator(client)

    client.get(reverse("admin:people_employee_change", args=[person.pk]))

    assert records() == [(reader.pk, "record", "admin:people_employee_change", person.pk, None)]


def sign_in_administrator(client):
    reader = EmployeeFactory(is_staff=True, is_superuser=True)
    sign_in(client, reader)
    return reader


def test_S26_a_list_taken_away_is_recorded_with_its_filters(client):
    CourseFactory.create_batch(2)
    reader = sign_in_administrator(client)

    answer = client.get(reverse("courses:course_list"), {"shelf": "all", "form": "csv", "sort": "code"})

    assert answer.status_code == 200
    record = AccessRecord.objects.get()
    assert (record.by_id, record.kind, record.page) == (reader.pk, "export", "courses:course_list")
    assert (record.filters, record.rows) == ("shelf=all", 2)


def test_rule_29_the_administrator_reads_who_looked_at_whom(client):
    person = EmployeeFactory(last_name="Тихая")
    reader = in_role(Role.HR_ADMIN)
    sign_in(client, reader).get(reverse("enrolment:enrolment", args=[enrol(person, SessionFactory()).pk]))

    page = sign_in(client, in_role(Role.SYSTEM_ADMIN)).get(reverse("website:looks"), {"whom": "тихая"})

    (line,) = page.context["listing"].lines
    assert [cell.text for cell in line.cells[:3]] == [
        reader.short_name,
        "данные сотрудника",
        person.short_name,
    ]


def test_the_person_sees_who_looked_and_nobody_elses(client):
    person, other, reader = EmployeeFactory(), EmployeeFactory(), in_role(Role.HR_ADMIN)
    for one in (person, other):
        sign_in(client, reader).get(reverse("enrolment:enrolment", args=[enrol(one, SessionFactory()).pk]))

    lines = sign_in(client, person).get(reverse("website:looks_at_me")).context["listing"].lines
    looks = [line.head.row for line in lines]

    assert [(row.who, row.record.person_id) for row in looks] == [(reader.short_name, person.pk)]


@pytest.mark.rows_of("website:looks", "website:looks_at_me")
@pytest.mark.parametrize("address", ["website:looks", "website:looks_at_me"])
def test_lists_of_looks_cost_the_same_for_one_three_and_three_hundred_rows(client, address):
    reader = sign_in_administrator(client)
    session, counts = SessionFactory(), []
    for number in (1, 3, 300):
        have = AccessRecord.objects.count()
        now = timezone.now()
        AccessRecord.objects.bulk_create(
            AccessRecord(
                by_id=one.pk, kind="record", page="a", person_id=reader.pk, session_id=session.pk, hour=now
            )
            for one in EmployeeFactory.create_batch(number - have)
        )
        client.get(reverse(address))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(address))
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_old_looks_are_forgotten_by_the_task():
    now = timezone.now()
    for years in (1, 4):
        at = now - timedelta(days=366 * years)
        AccessRecord.objects.create(by_id=1, kind="export", page="a", hour=at, at=at)

    assert forget_old_looks() == 1
    assert AccessRecord.objects.count() == 1
