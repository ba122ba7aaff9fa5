"""What the centre's own pages of one thing cost: the same for 1, 3 and 300 rows on them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from centre.models import Policy
from courses.models import Course, Programme, ProgrammeStep
from people.models import Employee, Employment
from scheduling.models import RoomClosure
from tests.costs import cost
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    OfficeFactory,
    PolicyFactory,
    PositionFactory,
    RoomFactory,
    TrainerFactory,
    in_days,
)
from trainers.models import Absence

pytestmark = pytest.mark.django_db

# One row, then three, then three hundred.
MORE = (1, 2, 297)


@pytest.fixture
def staff(client):
    """Somebody in every role: the page shows all it has."""
    person = EmployeeFactory()
    person.groups.add(*Group.objects.filter(name__in=Role.values))
    client.force_login(person)
    return client


@pytest.mark.rows_of("scheduling:room", "scheduling:room_edit")
@pytest.mark.parametrize("page", ["room", "room_edit"])
def test_a_room_costs_the_same_for_any_number_of_closures(staff, page):
    room, costs = RoomFactory(), []
    for more in MORE:
        RoomClosure.objects.bulk_create(
            RoomClosure(room=room, starts_at=in_days(day), ends_at=in_days(day, 12), reason="ремонт")
            for day in range(1, more + 1)
        )
        costs.append(cost(staff, reverse(f"scheduling:{page}", args=[room.pk])))

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("scheduling:trainer", "scheduling:trainer_edit")
@pytest.mark.parametrize("page", ["trainer", "trainer_edit"])
def test_a_trainer_costs_the_same_for_any_number_of_absences(staff, page):
    trainer, costs = TrainerFactory(), []
    for more in MORE:
        Absence.objects.bulk_create(
            Absence(
                trainer=trainer,
                starts_on=timezone.localdate() + timedelta(days=day),
                ends_on=timezone.localdate() + timedelta(days=day),
                reason="vacation",
            )
            for day in range(1, more + 1)
        )
        costs.append(cost(staff, reverse(f"scheduling:{page}", args=[trainer.pk])))

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("courses:programme", "courses:programme_edit", "courses:programme_new")
@pytest.mark.parametrize("page", ["programme", "programme_edit"])
def test_a_programme_costs_the_same_for_any_number_of_steps(staff, page):
    programme = Programme.objects.create(code="P-1", title="Новичок", description="", trigger="HIRE")
    costs, number = [], 0
    # The form has a choice of all courses for each step: with 300 of them it is a page of 90 000 lines.
    for more in MORE if page == "programme" else (1, 2, 37):
        courses = Course.objects.bulk_create(CourseFactory.build_batch(more))
        ProgrammeStep.objects.bulk_create(
            ProgrammeStep(programme=programme, number=number + place, course=course)
            for place, course in enumerate(courses, start=1)
        )
        number += more
        costs.append(
            (
                cost(staff, reverse(f"courses:{page}", args=[programme.code])),
                cost(staff, reverse("courses:programme_new")),
            )
        )

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("website:office", "website:office_leaders")
@pytest.mark.parametrize("page", ["office", "office_leaders"])
def test_an_office_costs_the_same_for_any_number_of_people(staff, page):
    office, position, costs = OfficeFactory(), PositionFactory(), []
    for more in MORE:
        people = Employee.objects.bulk_create(EmployeeFactory.build_batch(more))
        Employment.objects.bulk_create(
            EmploymentFactory.build(employee=person, office=office, position=position) for person in people
        )
        costs.append(cost(staff, reverse(f"website:{page}", args=[office.pk])))

    assert costs == [costs[0]] * 3


@pytest.mark.rows_of("website:policy", "website:policy_history")
@pytest.mark.parametrize("page", ["policy", "policy_history"])
def test_the_policy_costs_the_same_for_any_number_of_versions(staff, page):
    costs = []
    for more in MORE:
        Policy.objects.bulk_create(PolicyFactory.build_batch(more))
        costs.append(cost(staff, reverse(f"website:{page}")))

    assert costs == [costs[0]] * 3
