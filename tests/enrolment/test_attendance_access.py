"""Who may see people and sheets: promises S1, S2 and S5."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests.enrolment.sheets import PAGES, marks, row, session_with, text, url
from tests.factories import (
    EmployeeFactory,
    TrainerFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]

# --- who may see what -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_s2_a_trainer_of_another_group_finds_nothing(client, trainer, name):
    session = session_with(1, trainer)
    client.force_login(TrainerFactory().employee)

    assert client.get(url(name, session)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_s1_an_employee_finds_nothing_even_when_enrolled(client, trainer, name):
    session = session_with(1, trainer)
    client.force_login(session.enrolments.get().trainee)

    assert client.get(url(name, session)).status_code == 404


@pytest.mark.parametrize("name", ["sheet", "add_to_sheet", "close_sheet"])
def test_s2_a_stranger_changes_nothing(client, trainer, name):
    session = session_with(1, trainer)
    enrolment = session.enrolments.get()
    client.force_login(TrainerFactory().employee)

    response = client.post(url(name, session), row(enrolment, "present"))

    assert response.status_code == 404
    assert marks(session) == []


@pytest.mark.parametrize("name", [*PAGES, "add_to_sheet"])
def test_s1_who_has_not_signed_in_is_asked_to(client, trainer, name):
    response = client.get(url(name, session_with(1, trainer)))

    assert response.status_code == 302
    assert "sign-in" in response["Location"]


@pytest.mark.parametrize("role", ["hr_admin", "centre_admin"])
@pytest.mark.parametrize("name", PAGES)
def test_s1_staff_of_training_sees_every_sheet(client, trainer, role, name):
    session = session_with(1, trainer)
    staff = EmployeeFactory()
    staff.groups.add(Group.objects.get(name=role))
    client.force_login(staff)

    assert client.get(url(name, session)).status_code == 200


def test_s2_a_timetable_is_its_trainers_and_the_planners(client, trainer):
    other = TrainerFactory()
    planner = EmployeeFactory()
    planner.groups.add(Group.objects.get(name="hr_admin"))
    session_with(0, trainer, course__title="Конфликты")
    address = reverse("enrolment:timetable")
    answers = {}

    for person in (other.employee, EmployeeFactory(), planner):
        client.force_login(person)
        answers[person] = client.get(address, {"trainer": trainer.pk})

    assert [answer.status_code for answer in answers.values()] == [403, 403, 200]
    assert "Конфликты" in text(answers[planner])


def test_s5_marks_need_the_forms_token(trainer):
    session = session_with(1, trainer)
    client = Client(enforce_csrf_checks=True)
    client.force_login(trainer.employee)

    response = client.post(url("sheet", session), row(session.enrolments.get(), "present"))

    assert response.status_code == 403
    assert marks(session) == []


def test_a_draft_has_no_sheet(page, trainer):
    session = session_with(0, trainer, status="draft")

    assert page.get(url("sheet", session)).status_code == 404
