"""The plan of a month on paper, as offices know it (expectation 28)."""

import pytest

from scheduling.models import Session
from tests.factories import CourseFactory, RoomFactory, SessionFactory, SiteFactory, TrainerFactory, moscow
from tests.rights import planner, sign_in

pytestmark = pytest.mark.django_db

NOVEMBER = "/planning/month/?month=2026-11"


@pytest.fixture
def hr(client, time_machine):
    time_machine.move_to(moscow(2026, 11, 10, 9))
    return sign_in(client, planner())


def courses(response):
    return [row.session.course.title for row in response.context["rows"]]


def test_28_the_plan_of_a_month_has_the_columns_and_signatures_that_offices_know(hr):
    SessionFactory(
        course=CourseFactory(title="Конфликты", academic_hours=16),
        starts_at=moscow(2026, 11, 20, 10),
        room=RoomFactory(name="Аудитория 201", site=SiteFactory(name="Таганская")),
        trainer=TrainerFactory(
            employee__last_name="Громова", employee__first_name="Анна", employee__middle_name=""
        ),
        seats=12,
    )

    told = " ".join(hr.get(NOVEMBER).content.decode().split())

    for words in (
        "План-график занятий на ноябрь 2026",
        "Утверждаю",
        "Составил",
        "20.11, 10:00–",
        "Аудитория 201, Таганская",
        "Громова",
        '<td class="number">16</td>',
        '<td class="number">12</td>',
    ):
        assert words in told


def test_28_the_plan_holds_its_month_without_what_was_cancelled_and_follows_the_filters(hr):
    for title, day, status, why in (
        ("Позже", 25, Session.Status.OPEN, ""),
        ("Раньше", 12, Session.Status.DRAFT, ""),
        ("Отменена", 15, Session.Status.CANCELLED, "нет тренера"),
    ):
        SessionFactory(
            course=CourseFactory(title=title),
            starts_at=moscow(2026, 11, day, 10),
            status=status,
            cancelled_because=why,
        )
    SessionFactory(course=CourseFactory(title="В декабре"), starts_at=moscow(2026, 12, 5, 10))

    assert courses(hr.get(NOVEMBER)) == ["Раньше", "Позже"]
    assert courses(hr.get("/planning/month/")) == ["Раньше", "Позже"]  # this month without a wish
    assert courses(hr.get("/planning/month/?month=2026-99")) == ["Раньше", "Позже"]
    assert courses(hr.get(f"{NOVEMBER}&status=cancelled")) == ["Отменена"]
    assert "черновик" in hr.get(NOVEMBER).content.decode()


@pytest.mark.rows_of("scheduling:month_plan")
def test_28_the_plan_costs_the_same_for_any_number_of_sessions(hr, django_assert_num_queries):
    hr.get(NOVEMBER)
    room, course = RoomFactory(), CourseFactory()
    for number in range(20):
        SessionFactory(course=course, room=room, starts_at=moscow(2026, 11, number + 1, 10))
        if number in (0, 2, 19):
            # Session, user, parts; page, meetings, absences, closures, bookings, people.
            with django_assert_num_queries(9):
                assert len(hr.get(NOVEMBER).context["rows"]) == number + 1
