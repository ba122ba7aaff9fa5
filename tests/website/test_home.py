"""My training: what is next, my requests, one next step; and what the day brings for staff."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from courses.models import Course
from enrolment.actions import enrol, start_course
from learning.actions import mark_read
from records.models import Completion
from scheduling.models import Assignment
from scheduling.trouble.actions import report_trouble
from tests.costs import add_meetings, cost
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    MaterialFactory,
    PositionFactory,
    RoomFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    TrainerFactory,
    in_days,
)
from trainers.actions import ask_for_leave
from website.waiting import counts

NBSP = "\N{NO-BREAK SPACE}"
HOME = reverse("website:home")


def mandatory(**fields):
    return SelfPacedCourseFactory(is_mandatory=True, due_days=14, **fields)


def test_the_nearest_meeting_comes_first(page, reader):
    enrol(reader, SessionFactory(course__title="Позже", starts_at=in_days(9)))
    near = SessionFactory(
        course__title="Раньше",
        starts_at=in_days(1, 10),
        room=RoomFactory(name="Аудитория 7", site__name="ВДНХ"),
    )
    enrol(reader, near)

    shown = page(HOME)

    assert "10:00–13:00 (MSK)" in shown
    assert "ВДНХ, Аудитория 7" in shown
    assert shown.index("What is next") < shown.index("Раньше") < shown.index("My requests")


def test_requests_say_how_they_stand(page, reader):
    enrol(reader, SessionFactory())
    full = SessionFactory(seats=1, starts_at=in_days(20))
    for trainee in (EmployeeFactory(), EmployeeFactory(), reader):
        enrol(trainee, full)
    read, _unread = MaterialFactory.create_batch(2, course=SelfPacedCourseFactory(), minutes=7)
    mark_read(start_course(reader, read.course), read)

    shown = page(HOME)

    assert "You have a seat" in shown
    assert "In the queue, place 2" in shown
    assert "1 of 2 read, about 7 minutes left" in shown


def test_the_next_step_is_a_mandatory_course_of_my_position(page, reader):
    mandatory(title="Для других").audience.add(PositionFactory())
    mandatory(title="Мой обязательный").audience.add(reader.main_employment.position)
    CourseFactory(title="По желанию")

    shown = page(HOME)

    assert "Мой обязательный" in shown
    assert "Для других" not in shown
    assert "По желанию" not in shown


def test_a_course_waits_for_its_prerequisite(page, reader):
    first = mandatory(title="Введение")
    mandatory(title="Продолжение").prerequisites.add(first)

    before = page(HOME)
    Completion.objects.create(trainee=reader, course=first, completed_on=timezone.localdate())

    assert "Введение" in before
    assert "Продолжение" not in before
    assert "Продолжение" in page(HOME)


@pytest.mark.parametrize(
    ("days", "words"),
    [(-1, "Your completion expired on"), (30, "Your completion is valid until"), (400, None)],
)
def test_what_expires_soon_is_the_next_step(page, reader, days, words):
    Completion.objects.create(
        trainee=reader,
        course=mandatory(),
        completed_on=date(2025, 1, 1),
        valid_until=timezone.localdate() + timedelta(days=days),
    )

    shown = page(HOME)

    assert (words or "Everything mandatory is done") in shown


@pytest.mark.parametrize("has_seat", [True, False])
def test_the_next_step_leads_only_when_no_meeting_comes_before_it(page, reader, has_seat):
    mandatory(title="Мой обязательный")
    start_course(reader, MaterialFactory(course=SelfPacedCourseFactory(title="Начатый")).course)
    if has_seat:
        enrol(reader, SessionFactory(course__title="Ближайшее"))

    shown = page(HOME)

    order = sorted(("Ближайшее", "Начатый", "Мой обязательный"), key=shown.find)
    expected = ["Ближайшее", "Начатый", "Мой обязательный"]
    assert order == (expected if has_seat else ["Ближайшее", "Мой обязательный", "Начатый"])
    assert (shown.count('class="button"'), shown.count("panel--accent")) == (1, 1)


def test_with_nothing_to_do_the_catalogue_is_the_next_step(page):
    shown = page(HOME)

    assert "Everything mandatory is done" in shown
    assert f"{reverse('website:catalogue')}?mine=1" in shown


def test_a_trainer_finds_todays_sheet(client, db):
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer, starts_at=in_days(1, 12))
    SessionFactory(trainer=trainer, starts_at=in_days(2, 12))

    with time_machine.travel(in_days(1, 9), tick=False):
        client.force_login(trainer.employee)
        response = client.get(HOME)

    assert [meeting.session for meeting in response.context["taught"]] == [session]
    assert reverse("enrolment:sheet", args=[session.pk]) in response.content.decode()


@pytest.mark.rows_of("website:home")
def test_a_trainers_day_costs_the_same_for_any_number_of_meetings(client, db):
    trainer = TrainerFactory()
    session = SessionFactory(trainer=trainer, starts_at=in_days(1, 8), hours=0.01)
    costs = []
    with time_machine.travel(in_days(1, 7), tick=False):
        client.force_login(trainer.employee)
        for more in (0, 2, 297):
            add_meetings(session, more, minutes=1)
            costs.append(cost(client, HOME))

    assert costs == [costs[0]] * 3


def test_planners_see_what_waits(client, reader):
    reader.groups.add(Group.objects.get(name="hr_admin"))
    SessionFactory(status="draft")
    SessionFactory(starts_at=in_days(3), course__group_min=2)
    SessionFactory(starts_at=in_days(9), course__group_min=2)
    trainer = TrainerFactory()
    ask_for_leave(trainer, in_days(20).date(), in_days(21).date(), kind="vacation", by=trainer.employee)
    for words in ("Сломан проектор", "Нет света"):
        report_trouble(
            trainer,
            "other",
            starts_on=in_days(0).date(),
            ends_on=in_days(0).date(),
            words=words,
            by=trainer.employee,
        )
    declined = SessionFactory(trainer=trainer, starts_at=in_days(12))
    Assignment.objects.create(
        session=declined,
        trainer=trainer,
        asked_at=in_days(0),
        answer_until=in_days(2),
        state="declined",
        answered_at=in_days(0),
        why="Уезжаю",
    )
    client.force_login(reader)

    waiting = client.get(HOME).context["planning"]

    assert [(one.count, one.url) for one in waiting] == [
        (2, reverse("scheduling:trouble_list")),
        (1, f"{reverse('scheduling:repair')}?lacks=declined"),
        (1, reverse("enrolment:too_few")),
        (1, reverse("scheduling:leave_list")),
        (1, f"{reverse('scheduling:session_list')}?status=draft"),
    ]
    [missing] = client.get(waiting[1].url).context["missing"]
    assert missing.session == declined


def test_planners_whom_nothing_waits_for_are_told_so(client, reader):
    reader.groups.add(Group.objects.get(name="hr_admin"))
    client.force_login(reader)

    page = client.get(HOME)

    assert page.context["planning"] == []
    assert "Ничего не ждёт вашего решения" in page.content.decode().replace(NBSP, " ")


def test_all_numbers_of_the_planners_but_small_groups_cost_one_statement(reader, django_assert_num_queries):
    reader.get_all_permissions()  # which the reader of a page brings along
    with django_assert_num_queries(1):
        assert counts(reader) == dict.fromkeys(
            ("drafts", "declined", "leaves", "requests", "reports", "wanted"), 0
        )


def test_rule_8_the_number_of_small_groups_leads_to_them(client, reader):
    reader.groups.add(Group.objects.get(name="hr_admin"))
    small = SessionFactory(starts_at=in_days(3), course__group_min=2)
    enrol(EmployeeFactory(), small)
    large = SessionFactory(starts_at=in_days(3), course__group_min=1)
    enrol(EmployeeFactory(), large)
    SessionFactory(starts_at=in_days(3), course__group_min=2, status="draft")
    SessionFactory(starts_at=in_days(9), course__group_min=2)
    client.force_login(reader)

    addresses = [reverse("enrolment:too_few"), f"{reverse('scheduling:session_list')}?status=few"]

    assert addresses[0] in client.get(HOME).content.decode()
    for address in addresses:
        assert [line.head.row.session for line in client.get(address).context["listing"].lines] == [small]


@pytest.mark.rows_of("website:home")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_my_training_costs_six_statements_for_any_number_of_rows(
    client, reader, rows, django_assert_num_queries
):
    position = reader.main_employment.position
    for row in range(min(rows, 30)):
        enrol(
            reader, SessionFactory(starts_at=in_days(3 + row), course__is_mandatory=True, course__due_days=3)
        )
        start_course(reader, MaterialFactory().course)
    courses = SelfPacedCourseFactory.create_batch(rows, is_mandatory=True, due_days=3)
    position.courses.add(*courses)
    client.force_login(reader)

    # Session and user; requests, next meeting, policy, mandatory, what the centre cancelled; the menu's trainer.
    with django_assert_num_queries(2 + 6):
        client.get(HOME)


# --- completions ----------------------------------------------------------------------------------


def test_completions_say_until_when_they_are_valid(page, reader):
    today = timezone.localdate()
    for days in (None, 400, 30, -1):
        Completion.objects.create(
            trainee=reader,
            course=CourseFactory(),
            completed_on=date(2025, 1, 1),
            valid_until=None if days is None else today + timedelta(days=days),
        )

    shown = page(reverse("website:completions"))

    words = ["without limit", "until ", "Until ", "time to repeat", "Expired on"]
    assert [shown.count(word) for word in words] == [1, 1, 1, 1, 1]


def test_s1_completions_are_ones_own(page):
    Completion.objects.create(
        trainee=EmployeeFactory(), course=CourseFactory(title="Чужой"), completed_on=date(2025, 1, 1)
    )

    assert "Чужой" not in page(reverse("website:completions"))


@pytest.mark.rows_of("website:completions")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_completions_cost_the_same_for_any_number_of_rows(client, reader, rows, django_assert_num_queries):
    for course in CourseFactory.create_batch(rows):
        Completion.objects.create(trainee=reader, course=course, completed_on=date(2025, 1, 1))
    client.force_login(reader)

    # Session and user; count, completions, policy; the menu's trainer.
    with django_assert_num_queries(2 + 4):
        response = client.get(reverse("website:completions"))

    assert len(response.context["page"].object_list) == min(rows, 50)


def test_mandatory_courses_that_can_be_begun_come_first(client, reader):
    waiting, ready = mandatory(code="DL-A"), mandatory(code="DL-B")
    MaterialFactory(course=ready)
    client.force_login(reader)

    assert client.get(HOME).context["mandatory"] == [Course(pk=ready.pk), Course(pk=waiting.pk)]
