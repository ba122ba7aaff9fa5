"""The staff's pages of courses."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from accounts.roles import Role
from courses.models import Course
from enrolment.actions import start_course
from scheduling.actions import cancel_session
from tests.costs import cost
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EquipmentFactory,
    MaterialFactory,
    PositionFactory,
    QualificationFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    TrainerFactory,
)
from tests.rights import in_role, planner, sign_in, with_right

pytestmark = pytest.mark.django_db

LIST = "/staff/courses/"
NEW = "/staff/new-course/"
COURSE = {
    "code": "IP-500",
    "title": "Сложный разговор",
    "description": "Учимся говорить о трудном.",
    "block": "SERVICE_ORIENTATION",
    "topic": "CONFLICT",
    "format": "TRAINING",
    "delivery": "in_person",
    "academic_hours": 8,
    "meetings": 1,
    "group_min": 8,
    "group_max": 16,
    "result_kind": "ATTENDANCE",
    "document_kind": "CERTIFICATE",
}


@pytest.fixture
def hr(client):
    return sign_in(client, planner())


def errors(response):
    return {name: list(sentences) for name, sentences in response.context["form"].errors.items()}


def edit_url(course):
    return reverse("courses:course_edit", args=[course.code])


@pytest.mark.parametrize("who", [EmployeeFactory, lambda: TrainerFactory().employee])
def test_the_staffs_pages_are_closed_to_others(client, who):
    course = CourseFactory()
    urls = [LIST, NEW, edit_url(course), reverse("courses:course_archive", args=[course.code])]

    assert [client.get(url).status_code for url in urls] == [302] * 4
    sign_in(client, who())
    assert [client.get(url).status_code for url in urls[:3]] == [403] * 3
    assert [client.post(url).status_code for url in urls] == [403] * 4


def test_who_may_only_change_courses_adds_none(client):
    sign_in(client, with_right("courses.change_course"))

    assert NEW not in client.get(LIST).content.decode()
    assert client.post(NEW, COURSE).status_code == 403


@pytest.mark.parametrize("role", [Role.HR_ADMIN, Role.METHODIST])
def test_hr_and_methodists_open_the_pages(client, role):
    sign_in(client, in_role(role))

    assert [client.get(url).status_code for url in (LIST, NEW)] == [200, 200]


def test_the_filters_of_the_list_stand_in_the_address(hr):
    taught = CourseFactory(
        title="Разрешение конфликтов", block=Course.Block.MANDATORY, is_mandatory=True, due_days=30
    )
    distance = SelfPacedCourseFactory(title="Азбука права")
    archived = CourseFactory(title="Ёлочные игрушки", is_archived=True)

    def found(**query):
        return list(hr.get(LIST, query).context["listing"].page.object_list)

    assert found() == [distance, taught]
    assert found(q="конфликт") == [taught]
    assert found(delivery="self_paced") == [distance]
    assert found(block="MANDATORY") == [taught]
    assert found(shelf="archive") == [archived]
    assert found(shelf="all") == [distance, archived, taught]
    assert found(shelf="?", block="?", page="x") == [distance, taught]
    assert "С такими фильтрами ничего не нашлось" in hr.get(LIST, {"q": "щщщ"}).content.decode()


@pytest.mark.rows_of("courses:course_list")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_courses(hr, rows, django_assert_num_queries):
    CourseFactory.create_batch(rows)
    hr.get(LIST)

    # Session, user, parts; count and page with audience and prerequisites, own views.
    with django_assert_num_queries(8):
        response = hr.get(LIST)

    assert len(response.context["listing"].page.object_list) == min(rows, 50)


@pytest.mark.rows_of("courses:course_new", "courses:course_edit")
def test_the_form_costs_the_same_for_any_number_of_choices(hr):
    course = CourseFactory()
    costs = []
    for more in (1, 2, 297):
        course.audience.add(*PositionFactory.create_batch(more))
        course.prerequisites.add(*CourseFactory.create_batch(more))
        course.qualifications.add(*QualificationFactory.create_batch(more))
        course.equipment.add(*EquipmentFactory.create_batch(more))
        costs.append((cost(hr, NEW), cost(hr, reverse("courses:course_edit", args=[course.code]))))

    assert costs == [costs[0]] * 3


def test_rule_30_the_file_says_for_whom_and_what_comes_before(hr):
    course = CourseFactory(title="Медиация")
    course.audience.add(PositionFactory(title="Архивариус"), PositionFactory(title="Администратор"))
    course.prerequisites.add(CourseFactory(title="Азбука"))
    query = {"q": "медиация", "form": "csv", "columns": ["audience", "prerequisites"]}

    lines = b"".join(hr.get(LIST, query).streaming_content).decode("utf-8-sig").splitlines()

    assert lines == [
        "Курс;Для кого;Сначала нужно пройти",
        'Медиация;"Администратор; Архивариус";Азбука',
    ]


def test_a_course_is_created_with_everything_it_asks_for(hr):
    position, qualification, equipment = PositionFactory(), QualificationFactory(), EquipmentFactory()
    before = CourseFactory()

    response = hr.post(
        NEW,
        COURSE
        | {
            "audience": [position.pk],
            "prerequisites": [before.pk],
            "qualifications": [qualification.pk],
            "equipment": [equipment.pk],
        },
    )

    course = Course.objects.get(code="IP-500")
    assert response.url == edit_url(course)
    assert (course.title, course.meetings, course.group_max) == ("Сложный разговор", 1, 16)
    assert [list(each.all()) for each in (course.audience, course.prerequisites)] == [[position], [before]]
    assert [list(each.all()) for each in (course.qualifications, course.equipment)] == [
        [qualification],
        [equipment],
    ]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"title": ""}, {"title": ["Заполните поле «Название»."]}),
        ({"code": "ИП 1"}, {"code": ["Только латинские буквы, цифры и дефис: код стоит в адресах."]}),
        (
            {"group_min": "", "group_max": "0"},
            {
                "group_min": ["Для курса в группах нужно число от 1."],
                "group_max": ["Для курса в группах нужно число от 1."],
            },
        ),
        ({"group_max": 4}, {"group_max": ["Наибольшая группа не может быть меньше наименьшей."]}),
        (
            {"delivery": "self_paced"},
            {
                name: ["Оставьте пустым: у дистанционного курса групп нет."]
                for name in ("meetings", "group_min", "group_max")
            },
        ),
        ({"is_mandatory": "on"}, {"due_days": ["Укажите, за сколько дней нужно пройти обязательный курс."]}),
        (
            {"result_kind": "TEST"},
            {"passing_score": ["Для теста или экзамена нужен балл от 1 до 100 процентов."]},
        ),
        (
            {"result_kind": "EXAM", "passing_score": 101},
            {"passing_score": ["Для теста или экзамена нужен балл от 1 до 100 процентов."]},
        ),
        ({"passing_score": 80}, {"passing_score": ["Оставьте пустым: ни теста, ни экзамена в курсе нет."]}),
    ],
)
def test_what_the_table_would_refuse_is_said_at_the_field_and_the_input_kept(hr, change, refused):
    response = hr.post(NEW, COURSE | change)

    assert errors(response) == refused
    assert response.context["form"]["description"].value() == COURSE["description"]
    assert not Course.objects.exists()


def test_a_code_is_given_once(hr):
    CourseFactory(code="IP-500")

    assert list(errors(hr.post(NEW, COURSE))) == ["code"]


def test_a_course_is_edited_and_keeps_its_code(hr):
    course = CourseFactory(code="IP-001")

    hr.post(edit_url(course), COURSE | {"code": "IP-777", "title": "Новое имя"})

    course.refresh_from_db()
    assert (course.code, course.title) == ("IP-001", "Новое имя")


def test_prerequisites_never_form_a_circle(hr):
    first, second, third = CourseFactory.create_batch(3)
    second.prerequisites.add(first)
    third.prerequisites.add(second)

    response = hr.post(edit_url(first), COURSE | {"prerequisites": [third.pk]})

    assert errors(response) == {
        "prerequisites": [f"Курс «{third}» сам идёт после этого: они ждали бы друг друга."]
    }
    assert list(first.prerequisites.all()) == []


def test_a_course_goes_to_the_archive_and_comes_back(hr):
    course = CourseFactory()
    url = reverse("courses:course_archive", args=[course.code])

    assert hr.get(url).status_code == 405
    news = hr.post(url, {"archive": "1"}, follow=True).content.decode()
    assert not Course.objects.offered().exists()
    assert news.count(f'action="{url}"') == 2  # beside the news too
    hr.post(url)
    assert Course.objects.offered().exists()


def test_s15_odd_addresses_are_not_found(hr):
    assert [hr.get(f"{LIST}{code}/").status_code for code in ("%00", "IP-999", "x" * 300)] == [404] * 3


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_form_explains_itself_in_both_languages(hr, language):
    text = hr.get(NEW, headers={"accept-language": language}).content.decode()

    words = {"ru": "Академических часов по 45 минут", "en": "For the whole course, 45 minutes each."}
    assert [words[each] in text for each in words] == [each == language for each in words]


@pytest.mark.parametrize(
    ("form", "delivery", "words"),
    [
        ("TRAINING", "in_person", "Training, in person"),
        ("SEMINAR", "online_live", "Seminar, online, live"),
        ("WEBINAR", "online_live", "Webinar"),
        ("DISTANCE", "self_paced", "Distance course"),
    ],
)
def test_the_way_of_teaching_is_said_once(form, delivery, words):
    with translation.override("en"):
        assert Course(format=form, delivery=delivery).way == words


def answers_with_delivery(hr, course, delivery):
    fields = {"delivery": delivery}
    if delivery == "self_paced":
        fields |= {"meetings": "", "group_min": "", "group_max": ""}
    form = COURSE | {"code": course.code} | fields
    page = hr.post(edit_url(course), form)
    course.refresh_from_db()
    return errors(page) if page.status_code == 200 else {}


def test_the_way_of_teaching_stays_while_sessions_are_planned_in_it(hr):
    session = SessionFactory()
    course = session.course

    for delivery in {"online_live", "self_paced"} - {course.delivery}:
        refused = answers_with_delivery(hr, course, delivery)
        assert list(refused) == ["delivery"]
        assert "1 группа" in refused["delivery"][0]

    assert course.delivery == "in_person"
    assert answers_with_delivery(hr, course, "in_person") == {}

    cancel_session(session, by=None, reason="проба")
    assert answers_with_delivery(hr, course, "online_live") == {}
    assert course.delivery == "online_live"


def test_the_way_of_teaching_stays_while_somebody_studies_alone(hr):
    course = MaterialFactory().course
    start_course(EmployeeFactory(), course)

    refused = answers_with_delivery(hr, course, "in_person")

    assert "1 человек" in refused["delivery"][0]
    assert course.delivery == "self_paced"


def test_the_administration_pages_ask_about_the_way_of_teaching_too():
    course = SessionFactory().course
    course.delivery = "online_live"

    with pytest.raises(ValidationError) as refused:
        course.full_clean()

    assert list(refused.value.message_dict) == ["delivery"]


def test_a_course_has_no_more_meetings_than_can_be_planned(hr):
    page = hr.post(NEW, COURSE | {"meetings": 31})

    assert errors(page) == {
        "meetings": ["В группе может быть не больше 30 занятий. Разделите курс на несколько."]
    }
