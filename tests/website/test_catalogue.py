"""The catalogue: filters in the address, search, the nearest date, my own state."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Course
from enrolment.actions import enrol, start_course
from records.models import Completion
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    MaterialFactory,
    PositionFactory,
    RoomFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    SiteFactory,
    in_days,
)

CATALOGUE = reverse("website:catalogue")


@pytest.fixture
def titles(client, reader):
    client.force_login(reader)

    def shown(**asked):
        page = client.get(CATALOGUE, asked).context["page"]
        return [course.title for course in page.object_list]

    return shown


def test_the_catalogue_needs_a_sign_in(client, db):
    response = client.get(CATALOGUE)

    assert response.url == f"{reverse('accounts:sign_in')}?next={CATALOGUE}"


@pytest.mark.parametrize(
    ("asked", "fitting"),
    [
        ({"block": "MANDATORY"}, {"block": Course.Block.MANDATORY}),
        ({"topic": "CONFLICT"}, {"topic": Course.Topic.CONFLICT}),
        ({"format": "SEMINAR"}, {"format": Course.Format.SEMINAR}),
        ({"delivery": "online_live"}, {"delivery": Course.Delivery.ONLINE_LIVE}),
    ],
)
def test_filters_stand_in_the_address(titles, asked, fitting):
    CourseFactory(title="Подходит", **fitting)
    CourseFactory(title="Не подходит")

    assert titles(**asked) == ["Подходит"]


def test_an_archived_course_is_not_offered(titles):
    CourseFactory(is_archived=True)

    assert titles() == []


def test_for_my_position_means_its_audience_or_everybody(titles, reader):
    CourseFactory(title="Для моих").audience.add(reader.main_employment.position)
    CourseFactory(title="Для других").audience.add(PositionFactory())
    CourseFactory(title="Для всех")

    assert titles(mine="1") == ["Для всех", "Для моих"]


def test_a_site_shows_courses_with_a_coming_session_there(titles):
    there = RoomFactory(site=SiteFactory(code="VDNH"))
    SessionFactory(course__title="На ВДНХ", room=there)
    SessionFactory(course__title="Прошла на ВДНХ", room=there, starts_at=in_days(-3))
    SessionFactory(course__title="В Строгине")

    assert titles(site="VDNH") == ["На ВДНХ"]


def test_free_seats_mean_a_free_seat_and_nobody_waiting(titles):
    full = SessionFactory(course__title="Занято", seats=1)
    for trainee in EmployeeFactory.create_batch(2):
        enrol(trainee, full)
    SessionFactory(course__title="Есть место", seats=1)
    SessionFactory(course__title="Черновик", status="draft")

    assert titles(free="1") == ["Есть место"]


def test_the_nearest_date_with_a_free_seat_is_shown(page):
    course = CourseFactory()
    full = SessionFactory(course=course, seats=1, starts_at=in_days(3))
    enrol(EmployeeFactory(), full)
    SessionFactory(course=course, seats=3, starts_at=in_days(5, 14), room=RoomFactory(site__name="Строгино"))

    shown = page(CATALOGUE)

    assert "14:00<br>Строгино, <b>3 seats left</b>" in shown
    assert "no seats" not in shown


def test_a_full_course_says_how_long_the_queue_is(page):
    full = SessionFactory(seats=1)
    for trainee in EmployeeFactory.create_batch(3):
        enrol(trainee, full)

    assert "<b>no seats, 2 in the queue</b>" in page(CATALOGUE)


def test_my_own_state_stands_on_the_card(page, reader):
    today = timezone.localdate()
    enrol(reader, SessionFactory())
    full = SessionFactory(seats=1, starts_at=in_days(20))
    enrol(EmployeeFactory(), full)
    enrol(reader, full)
    start_course(reader, MaterialFactory().course)
    for until in (None, today - timedelta(days=1)):
        Completion.objects.create(
            trainee=reader, course=CourseFactory(), completed_on=date(2025, 1, 1), valid_until=until
        )

    shown = page(CATALOGUE)

    states = ["You have a seat", "You are in the queue", "You are studying", "Completed", "Time to repeat"]
    assert [shown.count(state) for state in states] == [1, 1, 1, 1, 1]


def test_rule_30_search_ignores_yo_and_knows_word_forms(titles):
    CourseFactory(title="Учёт рабочего времени")

    assert titles(q="учета") == ["Учёт рабочего времени"]


def test_a_slip_shows_what_was_probably_meant(page):
    CourseFactory(title="Работа с конфликтами")

    shown = page(CATALOGUE, q="канфликтами")

    assert (
        "Nothing was found for “канфликтами”. Here is what was found for “конфликтами”. 1 course found"
        in shown
    )


def test_nothing_found_shows_the_way_on(page):
    assert "Show all courses" in page(CATALOGUE, q="аэродром")


def test_htmx_receives_the_results_alone_and_a_clean_address(client, reader):
    CourseFactory(title="Работа с конфликтами")
    client.force_login(reader)

    response = client.get(
        CATALOGUE, {"q": "конфликт", "block": "", "mine": "1"}, headers={"hx-request": "true"}
    )

    assert "website/catalogue.html" not in {template.name for template in response.templates}
    assert response["HX-Push-Url"].startswith(f"{CATALOGUE}?q=%D0%BA")
    assert "block" not in response["HX-Push-Url"]
    assert 'hx-swap-oob="innerHTML:#result-count"' in response.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "\0"},
        {"q": "'); drop table courses_course --"},
        {"block": "NO", "topic": "\0", "site": "'"},
        {"page": "-1"},
        {"page": "99999999999999999999"},
        {"mine": "\0", "free": "2"},
    ],
)
def test_s15_odd_filters_are_left_out(page, asked):
    CourseFactory(title="Курс")

    page(CATALOGUE, **asked)


def test_s14_a_search_is_shown_as_text(page):
    assert "<script>alert" not in page(CATALOGUE, q="<script>alert(1)</script>")


@pytest.mark.rows_of("website:catalogue")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_catalogue_costs_five_statements_for_any_number_of_rows(
    client, reader, rows, django_assert_num_queries
):
    for _row in range(min(rows, 3)):
        enrol(EmployeeFactory(), SessionFactory())
    CourseFactory.create_batch(max(0, rows - 3))
    client.force_login(reader)

    # Session and user; count, courses, sessions, sites; the menu's trainer.
    with django_assert_num_queries(2 + 5):
        response = client.get(CATALOGUE)

    assert len(response.context["page"].object_list) == min(rows, 30)


def test_a_page_of_the_catalogue_weighs_at_most_30_kilobytes(client, reader):
    title = "Предоставление государственных услуг в сфере регистрации актов гражданского состояния"
    for number in range(30):
        SessionFactory(course__title=f"{title} {number}")
    SelfPacedCourseFactory.create_batch(10)
    client.force_login(reader)

    assert len(client.get(CATALOGUE).content) <= 30_000
