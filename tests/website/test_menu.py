import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import translation

from tests.factories import EmployeeFactory, OfficeFactory, TrainerFactory
from website.menu import menu, sections

pytestmark = pytest.mark.django_db

RIGHTS = {
    "HR admin": ["plan_session", "change_course", "import_staff", "view_message"],
    "methodist": ["change_course"],
}


def employee_with(*codenames):
    employee = EmployeeFactory(is_superuser=False)
    group = employee.groups.create(name="role")
    group.permissions.set(Permission.objects.filter(codename__in=codenames))
    return employee


def titles(user):
    with translation.override("ru"):
        return [str(title) for _name, title in sections(user)]


def test_an_employee_finds_their_own_things():
    assert titles(EmployeeFactory()) == ["Моё обучение", "Каталог", "Пройденные курсы", "Сообщения"]


def test_a_trainer_finds_the_timetable():
    assert titles(TrainerFactory().employee) == [
        "Моё обучение",
        "Каталог",
        "Пройденные курсы",
        "Моё расписание",
        "Сообщения",
    ]


def test_an_hr_admin_finds_what_they_keep():
    assert titles(employee_with(*RIGHTS["HR admin"])) == [
        "Моё обучение",
        "Каталог",
        "Пройденные курсы",
        "Группы",
        "Центр",
        "Сообщения",
    ]


def test_nobody_has_more_than_seven_entries():
    everything = TrainerFactory(employee__is_superuser=True).employee
    OfficeFactory(head=everything)

    assert len(titles(everything)) == 7


def test_a_methodist_finds_the_centre():
    assert "Центр" in titles(employee_with(*RIGHTS["methodist"]))


def test_a_head_and_a_deputy_find_their_office():
    head, deputy = EmployeeFactory(), EmployeeFactory()
    OfficeFactory(head=head, deputy=deputy)

    assert [titles(person)[3] for person in (head, deputy)] == ["Мой офис", "Мой офис"]


def test_the_hub_shows_what_the_reader_may_open(client):
    client.force_login(employee_with(*RIGHTS["methodist"]))
    page = client.get("/centre/").content.decode()

    assert [word in page for word in ("/staff/courses/", "/people/", "/planning/")] == [True, False, False]
    client.force_login(EmployeeFactory())
    assert client.get("/centre/").status_code == 403


def test_every_entry_leads_to_a_page(client):
    everything = TrainerFactory(employee__is_superuser=True).employee

    for reader in (everything, EmployeeFactory()):
        client.force_login(reader)
        answers = {name: client.get(reverse(name)).status_code for name, _title in sections(reader)}
        assert set(answers.values()) == {200}, answers


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "website:home"),
        ("/catalogue/", "website:catalogue"),
        ("/catalogue/OT-001/", "website:catalogue"),
        ("/account/", None),
        ("/staff/courses/", None),
    ],
)
def test_the_menu_says_where_the_reader_is(path, current):
    marked = [entry.url for entry in menu(EmployeeFactory(), path) if entry.current]

    assert marked == ([reverse(current)] if current else [])


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/centre/", "website:centre"),
        ("/staff/courses/IP-001/", "website:centre"),
        ("/people/5/", "website:centre"),
        ("/planning/", "scheduling:session_list"),
    ],
)
def test_pages_without_an_entry_belong_to_the_hub(path, current):
    entries = menu(EmployeeFactory(is_superuser=True), path)

    assert [entry.url for entry in entries if entry.current] == [reverse(current)]


def test_a_stranger_has_no_menu_and_it_costs_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/sign-in/")

    assert "site-nav" not in response.content.decode()


def test_the_frame_of_a_page_costs_one_query(client, django_assert_num_queries):
    employee = EmployeeFactory()
    client.force_login(employee)
    client.get("/account/password/")

    with django_assert_num_queries(3):  # session, user; trainer
        client.get("/account/password/")
