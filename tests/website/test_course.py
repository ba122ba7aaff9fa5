"""The page of a course and of one session: facts, dates, and one button with my state."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from courses.models import Course
from enrolment.actions import cancel_enrolment, enrol, start_course
from enrolment.approvals.actions import ask_for_seat
from people.models import Position
from records.models import Completion
from scheduling.actions import cancel_session
from tests.costs import add_meetings, cost
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    MandatorySessionFactory,
    MaterialFactory,
    PositionFactory,
    RoomFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
    moscow,
)


def buttons(shown):
    names = ["Take a seat", "Join the queue", "Start the course", "Where and when", "My place in the queue"]
    return [name for name in names if re.search(rf">\s*{name}\s*</(button|a)>", shown)]


def test_the_page_tells_what_the_course_is(page):
    course = CourseFactory(title="Работа с конфликтами", academic_hours=8, repeat_months=12)
    course.audience.add(PositionFactory(title="администратор зала"))

    shown = page(course.get_absolute_url())

    assert "Работа с конфликтами" in shown
    assert "8 academic hours, 1 meeting" in shown
    assert "12 months" in shown
    assert "Администратор зала" in shown


def test_each_date_says_room_trainer_and_seats(page):
    session = MandatorySessionFactory(
        seats=2,
        starts_at=in_days(5, 14),
        room=RoomFactory(name="Аудитория 201", site__name="Строгино", site__address="Таллинская, 9"),
        trainer=TrainerFactory(employee__last_name="Волкова", employee__first_name="Анна"),
    )
    enrol(EmployeeFactory(), session)

    shown = page(session.course.get_absolute_url())

    assert "14:00–17:00 (MSK)" in shown
    assert "Строгино, Аудитория 201" in shown
    assert "Волкова\xa0А." in shown or "Волкова А." in shown
    assert "1 seat left" in shown
    assert buttons(shown) == ["Take a seat"]


def test_expectation_2_a_full_date_offers_the_queue(page):
    session = MandatorySessionFactory(seats=1)
    enrol(EmployeeFactory(), session)

    assert buttons(page(session.course.get_absolute_url())) == ["Join the queue"]


def test_expectation_2_with_a_seat_the_page_offers_no_other_date(page, reader):
    course = CourseFactory()
    enrol(reader, SessionFactory(course=course))
    SessionFactory(course=course, starts_at=in_days(20))

    assert buttons(page(course.get_absolute_url())) == ["Where and when"]


def test_in_the_queue_the_page_leads_to_my_place(page, reader):
    session = SessionFactory(seats=1)
    enrol(EmployeeFactory(), session)
    enrol(reader, session)

    assert buttons(page(session.course.get_absolute_url())) == ["My place in the queue"]


def test_rule_14_an_offered_seat_is_no_seat_and_the_page_leads_to_the_answers(page, reader):
    session = MandatorySessionFactory(seats=1)
    held = enrol(EmployeeFactory(), session)
    waiting = enrol(reader, session)
    cancel_enrolment(held, by=held.trainee)

    shown = page(session.course.get_absolute_url())

    assert f'href="{reverse("enrolment:offer", args=[waiting.pk])}"' in shown
    assert shown.count("A seat is offered to you") == 2  # of the page, and of the date
    assert "You have a seat" not in shown
    assert "Cancel my enrolment" not in shown


def test_rule_11_a_missing_prerequisite_is_explained_with_the_way_out(page):
    needed = CourseFactory(title="Введение")
    session = SessionFactory()
    session.course.prerequisites.add(needed)

    shown = page(session.course.get_absolute_url())

    assert "First complete the course “Введение”" in shown
    assert needed.get_absolute_url() in shown
    assert "Not completed yet" in shown
    assert buttons(shown) == []


def test_rule_11_another_audience_is_explained(page):
    session = SessionFactory()
    session.course.audience.add(PositionFactory())

    shown = page(session.course.get_absolute_url())

    assert "The course is meant for other positions than yours" in shown
    assert buttons(shown) == []


@pytest.mark.parametrize(
    ("until", "words", "offered"),
    [
        (None, "it does not have to be repeated", []),
        (400, "it is valid until", []),
        (30, "it is time to repeat the course", ["Take a seat"]),
    ],
)
def test_rule_11_a_valid_completion_is_explained(page, reader, until, words, offered):
    session = MandatorySessionFactory()
    today = timezone.localdate()
    Completion.objects.create(
        trainee=reader,
        course=session.course,
        completed_on=date(2026, 1, 10),
        valid_until=until and today + timedelta(days=until),
    )

    shown = page(session.course.get_absolute_url())

    assert words in shown
    assert buttons(shown) == offered


def test_expectation_4_and_rule_11_a_clash_is_explained_beside_its_date_only(page, reader):
    enrol(reader, SessionFactory(course__title="Другой курс"))
    course = CourseFactory(is_mandatory=True, due_days=30)
    SessionFactory(course=course)
    SessionFactory(course=course, starts_at=in_days(20))

    shown = page(course.get_absolute_url())

    assert shown.count("You are already booked on") == 1
    assert buttons(shown) == ["Take a seat"]


@pytest.mark.parametrize("state", ["free", "asked"])
def test_rule_12_a_date_that_somebody_decides_about_is_asked_for(page, reader, state):
    session = SessionFactory(seats=1)
    if state == "asked":
        ask_for_seat(reader, session)

    shown = [page(one.get_absolute_url()) for one in (session.course, session)]

    assert ["Ask for a seat" in text for text in shown] == [state == "free"] * 2
    assert ["Your request awaits a decision" in text for text in shown] == [state == "asked"] * 2
    assert ["Withdraw the request" in text for text in shown] == [state == "asked"] * 2


def test_a_course_without_dates_says_what_will_be_here(page):
    assert "No dates yet" in page(CourseFactory().get_absolute_url())


def test_a_self_paced_course_is_started_here(page):
    assert buttons(page(MaterialFactory().course.get_absolute_url())) == ["Start the course"]


def test_a_self_paced_course_without_materials_cannot_be_started(page):
    shown = page(SelfPacedCourseFactory().get_absolute_url())

    assert "The materials are being prepared" in shown
    assert buttons(shown) == []


def test_a_started_course_continues_from_its_page(page, reader):
    course = MaterialFactory().course
    start_course(reader, course)

    shown = page(course.get_absolute_url())

    assert reverse("learning:study", args=[course.code]) in shown
    assert "0 of 1 read, about 10 minutes left" in shown


def test_an_archived_course_stays_on_the_page_of_who_took_it(client, page, reader):
    """After cancelling, and from one's completions, the way leads to the course: it was not found any more."""
    taken, completed, started = SessionFactory(), CourseFactory(), MaterialFactory().course
    enrolment = enrol(reader, taken)
    start_course(reader, started)
    Completion.objects.create(trainee=reader, course=completed, completed_on=timezone.localdate())
    Course.objects.update(is_archived=True)

    dated = page(taken.course.get_absolute_url())
    done = page(completed.get_absolute_url())
    cancelled = client.post(reverse("enrolment:cancel", args=[enrolment.pk]), follow=True)

    assert buttons(dated) == ["Where and when"]
    assert "Not offered any more" in done
    assert cancelled.redirect_chain == [(enrolment.get_absolute_url(), 302)]
    assert taken.course.get_absolute_url() in cancelled.content.decode()
    assert cancelled.status_code == 200
    assert "Start reading" in page(started.get_absolute_url())


def test_an_archived_course_is_not_found_by_others(client, reader):
    course = CourseFactory(is_archived=True)
    client.force_login(reader)

    assert client.get(course.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("code", ["NO-SUCH", "0", "x" * 300])
def test_s15_an_unknown_course_is_not_found(client, reader, code):
    client.force_login(reader)

    assert client.get(f"/catalogue/{code}/").status_code == 404


@pytest.mark.rows_of("website:course")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_course_costs_six_statements_for_any_number_of_rows(
    client, reader, rows, django_assert_num_queries
):
    course = CourseFactory()
    for row in range(min(rows, 25)):
        SessionFactory(course=course, starts_at=in_days(10 + row))
    needed = Course.objects.bulk_create(CourseFactory.build_batch(rows))
    course.prerequisites.add(*needed)
    positions = Position.objects.bulk_create(PositionFactory.build_batch(rows))
    course.audience.add(reader.main_employment.position, *positions)
    Completion.objects.bulk_create(
        Completion(trainee=reader, course=one, completed_on=date(2026, 1, 1)) for one in needed
    )
    client.force_login(reader)

    # Session and user; policy, course, sessions, meetings; the menu's trainer.
    with django_assert_num_queries(2 + 6):
        client.get(course.get_absolute_url())


@time_machine.travel(moscow(2026, 12, 31, 12))
def test_a_page_of_a_course_weighs_at_most_30_kilobytes(client, reader):
    """As many dates as are shown, each with long names and, at the end of a year, with its year."""
    title = "Предоставление государственных услуг в сфере регистрации актов гражданского состояния"
    course = CourseFactory(title=title, description="Как и почему. " * 100, meetings=2)
    course.prerequisites.add(*CourseFactory.create_batch(3, title=title))
    course.audience.add(reader.main_employment.position, *PositionFactory.create_batch(10))
    for day, letter in enumerate("абвгдежзиклмнопрстуфхцчшщ"):
        SessionFactory(
            course=course,
            starts_at=in_days(10 + day),
            room=RoomFactory(
                name=f"Аудитория {2001 + day}",
                site__name="Площадка на Краснопресненской",
                site__address="Рочдельская ул., 15, стр. 8",
            ),
            trainer=TrainerFactory(employee__last_name=f"Александровская{letter}"),
        )
    client.force_login(reader)

    assert len(client.get(course.get_absolute_url()).content) <= 30_000


# --- one session ----------------------------------------------------------------------------------


def test_a_session_shows_its_own_panel(page):
    session = SessionFactory(seats=3)

    shown = page(session.get_absolute_url())

    assert "3 seats left" in shown
    assert reverse("enrolment:enrol_in_session", args=[session.pk]) in shown


def test_a_draft_is_not_found(client, reader):
    client.force_login(reader)

    assert client.get(SessionFactory(status="draft").get_absolute_url()).status_code == 404


def test_a_cancelled_session_says_why(page):
    session = SessionFactory()
    cancel_session(session, "Тренер заболел", by=None)

    shown = page(session.get_absolute_url())

    assert "The session is cancelled." in shown
    assert "Тренер заболел" in shown
    assert "Take a seat" not in shown


def test_a_session_that_has_begun_takes_nobody(page):
    session = SessionFactory(starts_at=timezone.now() + timedelta(hours=1))

    with time_machine.travel(session.starts_at + timedelta(minutes=1), tick=False):
        shown = page(session.get_absolute_url())

    assert "This session has already begun" in shown
    assert "Take a seat" not in shown


def test_the_link_of_a_webinar_is_for_those_with_a_seat(page, reader):
    session = SessionFactory(online_link="https://webinar.example/42")

    before = page(session.get_absolute_url())
    enrol(reader, session)

    assert "webinar.example" not in before
    assert "https://webinar.example/42" in page(session.get_absolute_url())


@pytest.mark.rows_of("website:session")
@pytest.mark.parametrize("has_seat", [False, True])
def test_a_session_costs_the_same_for_any_number_of_meetings(client, reader, has_seat):
    session = SessionFactory()
    if has_seat:
        enrol(reader, session)
    client.force_login(reader)
    costs = []
    for more in (0, 2, 297):
        add_meetings(session, more)
        costs.append(cost(client, session.get_absolute_url()))

    assert costs == [costs[0]] * 3
    assert costs[0] <= 11


@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "x"])
def test_s15_an_unknown_session_is_not_found(client, reader, pk):
    client.force_login(reader)

    assert client.get(f"/catalogue/sessions/{pk}/").status_code == 404
