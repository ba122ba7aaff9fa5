"""The staff's list of people and a person's page, and whom a head may see."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from audit.models import AccessRecord
from enrolment.actions import enrol
from people.models import Employment
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    OfficeFactory,
    PositionFactory,
    SessionFactory,
)
from tests.rights import in_role, planner, sign_in

pytestmark = pytest.mark.django_db

LIST = reverse("website:person_list")


@pytest.fixture
def hr(client):
    return sign_in(client, planner())


def page_of(person):
    return reverse("website:person", args=[person.pk])


def names(client, **query):
    listing = client.get(LIST, query).context["listing"]
    return [line.head.row.person.last_name for line in listing.lines]


def job(last_name, **fields):
    return EmploymentFactory(employee__last_name=last_name, **fields)


def test_the_filters_ask_about_one_job_and_stand_in_the_address(hr):
    centre = OfficeFactory(okrug="ЦАО")
    north = OfficeFactory(okrug="САО")
    window = PositionFactory()
    head = job("Алфёров", office=centre).employee
    centre.head = head
    centre.save()
    job("Белов", office=north, position=window, leave="sick")
    yesterday = timezone.localdate() - timedelta(days=1)
    left = job("Волков", office=centre, ended_on=yesterday)
    # The second job is at the windows of the north, the main one is not.
    both = job("Гусев", office=centre)
    EmploymentFactory(employee=both.employee, office=north, position=window, is_main=False)
    EmploymentFactory(employee=left.employee, office=north, is_main=False, ended_on=yesterday)

    assert names(hr) == ["Алфёров", "Белов", "Гусев"]
    assert names(hr, office=north.pk) == ["Белов", "Гусев"]
    assert names(hr, okrug="ЦАО") == ["Алфёров", "Гусев"]
    assert names(hr, okrug="ЦАО", position=window.pk) == []
    assert names(hr, position=window.pk, leave="none") == ["Гусев"]
    assert names(hr, leave="sick") == ["Белов"]
    assert names(hr, leads="head") == ["Алфёров"]
    assert "Волков" in names(hr, state="left")
    assert names(hr, state="left", office=centre.pk) == []
    assert {"Алфёров", "Волков"} <= set(names(hr, state="all"))
    assert names(hr, q="алферов") == ["Алфёров"]
    assert names(hr, office="x", okrug="?", leave="?", state="?", page="?") == ["Алфёров", "Белов", "Гусев"]


@pytest.mark.parametrize("sort", ["name", "number", "position", "office", "okrug", "leave", "since", "email"])
def test_every_order_shows_everybody_once(hr, sort):
    one = job("Алфёров", personnel_number="1", leave="sick")
    EmploymentFactory(employee=one.employee, is_main=False)
    job("Белов", personnel_number="2")

    assert sorted(names(hr, sort=sort)) == sorted(names(hr, sort=f"-{sort}")) == ["Алфёров", "Белов"]


def test_rule_30_a_search_in_vain_shows_who_was_meant(hr):
    job("Семёнов")

    page = hr.get(LIST, {"q": "ctvtyjd"})

    assert [line.head.row.person.last_name for line in page.context["listing"].lines] == ["Семёнов"]
    assert "Показано для «семенов»" in page.content.decode()
    assert "С такими фильтрами ничего не нашлось" in hr.get(LIST, {"q": "щщщщ"}).content.decode()


def test_7_the_title_of_a_list_is_read_first_and_tells_how_many_a_filter_found(hr):
    for last_name in ("Алфёров", "Алфеев", "Белов"):
        job(last_name)

    def title(**query):
        page = hr.get(LIST, query, headers={"accept-language": "ru"}).content.decode()
        return " ".join(page.partition("<title>")[2].partition("</title>")[0].split())

    assert title() == "Люди – Учебный центр"
    assert title(q="алф") == "Найдено: 2. Люди – Учебный центр"
    assert title(q="алфё", sort="name") == "Найдено: 2. Люди – Учебный центр"  # ё is е (rule 30)
    assert title(q="белов") == "Найдено: 1. Люди – Учебный центр"


def test_rule_30_the_file_holds_what_is_shown(hr):
    job("=Семёнов", personnel_number="00012", office__name="Офис 1", position__title="Архивариус")
    query = {"q": "семенов", "columns": ["number", "office"], "form": "csv"}

    lines = b"".join(hr.get(LIST, query).streaming_content).decode("utf-8-sig").splitlines()

    assert lines == ["Имя;Табельный номер;Офис", "'=Семёнов Мария Олеговна;00012;Офис 1"]


@pytest.mark.rows_of("website:person_list")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_people(hr, rows, django_assert_num_queries):
    office, position = OfficeFactory(), PositionFactory()
    Employment.objects.bulk_create(
        Employment(
            employee=person,
            personnel_number=f"N{person.pk}",
            office=office,
            position=position,
            started_on=timezone.localdate(),
        )
        for person in EmployeeFactory.create_batch(rows)
    )
    hr.get(LIST)

    # Session, user, parts; okrugs, offices, positions; count, page, jobs, whom they lead; own views.
    with django_assert_num_queries(11):
        response = hr.get(LIST)

    assert len(response.context["listing"].lines) == min(rows, 50)


def test_a_persons_page_tells_what_they_must_do_do_and_did(hr):
    today = timezone.localdate()
    hired = job("Петров", started_on=today - timedelta(days=40), leave="sick")
    person = hired.employee
    CourseFactory(title="Пожарный минимум", is_mandatory=True, due_days=30)
    done = CourseFactory(title="Первая помощь", is_mandatory=True, due_days=30)
    person.completions.create(
        course=done, completed_on=today - timedelta(days=3), valid_until=today + timedelta(days=10)
    )
    enrol(person, SessionFactory(course__title="Трудный разговор"))

    response = hr.get(page_of(person))

    page = response.content.decode()
    assert [(one.obligation.course.title, one.state) for one in response.context["shown"].obligations] == [
        ("Пожарный минимум", "overdue"),
        ("Первая помощь", "expires"),
    ]
    assert [
        word in page for word in ("Просрочено", "Скоро истекает", "Трудный разговор", "На больничном")
    ] == [True] * 4
    assert "Последние сообщения" in page


def test_who_looks_at_whose_record_is_noted(hr):
    person = job("Петров").employee

    hr.get(page_of(person))
    hr.get(page_of(person))

    assert list(AccessRecord.objects.values_list("person_id", "page")) == [(person.pk, "website:person")]


def test_rights_a_head_sees_their_own_people_without_the_reason_of_absence(client):
    head = job("Главная").employee
    office = OfficeFactory(head=head)
    mine = job("Свой", office=office, leave="sick").employee
    stranger = job("Чужой").employee
    sign_in(client, head)

    page = client.get(page_of(mine)).content.decode()

    assert "Нужно пройти" in page
    assert "На больничном" not in page
    assert "Последние сообщения" not in page
    assert client.get(page_of(stranger)).status_code == 404
    assert client.get(LIST).status_code == 403


def test_s2_a_system_administrator_who_leads_an_office_sees_the_training_of_its_people_only(client):
    administrator = in_role(Role.SYSTEM_ADMIN)
    office, other = OfficeFactory(head=administrator), OfficeFactory()
    mine, stranger = job("Свой", office=office).employee, job("Чужой", office=other).employee
    sign_in(client, administrator)

    assert client.get(page_of(mine)).context["shown"].completions is not None
    assert client.get(page_of(stranger)).context["shown"].completions is None
    assert client.get(reverse("website:team", args=[office.pk])).status_code == 200
    assert client.get(reverse("website:team", args=[other.pk])).status_code == 403


@pytest.mark.rows_of("website:person")
def test_a_persons_page_costs_the_same_for_any_history(hr, django_assert_max_num_queries):
    person = job("Петров").employee
    for number in range(3):
        CourseFactory(is_mandatory=True, due_days=30)
        person.completions.create(
            course=CourseFactory(), completed_on=timezone.localdate() - timedelta(days=number)
        )
        enrol(person, SessionFactory(starts_at=timezone.now() + timedelta(days=10 + number)))
    hr.get(page_of(person))

    with django_assert_max_num_queries(17):
        hr.get(page_of(person))
