"""Offices: list, readiness, team table, and who decides there (expectation 15)."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.offices import NotALeader, appoint_leaders
from accounts.roles import Role
from audit.models import Change
from enrolment.actions import enrol
from people.models import Employment, Office
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

LIST = reverse("website:office_list")


@pytest.fixture
def hr(client):
    return sign_in(client, planner())


def url(name, office):
    return reverse(f"website:{name}", args=[office.pk])


def listed(client, address, **query):
    return [line.head.text for line in client.get(address, query).context["listing"].lines]


def test_offices_are_filtered_by_the_address(hr):
    OfficeFactory(name="Ёлочный", okrug="ЦАО", head=EmployeeFactory())
    OfficeFactory(name="Берёзовый", okrug="САО", kind=Office.Kind.FLAGSHIP, district="Сокол", code="F-1")

    assert listed(hr, LIST) == ["Берёзовый", "Ёлочный"]
    assert listed(hr, LIST, q="елочный") == ["Ёлочный"]
    assert listed(hr, LIST, q="сокол f-1") == ["Берёзовый"]
    assert listed(hr, LIST, okrug="САО") == listed(hr, LIST, kind="flagship") == ["Берёзовый"]
    assert listed(hr, LIST, leaders="no_head") == ["Берёзовый"]


@pytest.mark.rows_of("website:office_list")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_offices(hr, rows, django_assert_num_queries):
    CourseFactory(is_mandatory=True, due_days=30)
    position = PositionFactory()
    for office in OfficeFactory.create_batch(rows):
        EmploymentFactory(office=office, position=position)
    hr.get(LIST)

    # Session, user, parts; okrugs; count, page, people, courses, jobs, completions; own views.
    with django_assert_num_queries(11):
        response = hr.get(LIST)

    assert len(response.context["listing"].lines) == min(rows, 50)


def test_rights_a_head_comes_straight_to_the_own_office_and_opens_no_other(client):
    head = EmployeeFactory()
    own, other = OfficeFactory(name="Свой офис", head=head), OfficeFactory()
    sign_in(client, head)

    assert "<h1>\n            Свой офис" in client.get(LIST).content.decode()
    assert [client.get(url(name, own)).status_code for name in ("office", "team")] == [200, 200]
    assert [client.get(url(name, other)).status_code for name in ("office", "team")] == [404, 404]
    assert client.get(url("office_leaders", own)).status_code == 403
    assert client.post(url("office_leaders", own), {"reason": "хочу"}).status_code == 403
    assert client.post(url("team", own)).status_code == 405


def test_rights_a_deputy_of_two_offices_sees_a_list_of_them(client):
    deputy = EmployeeFactory()
    for name in ("Первый", "Второй"):
        OfficeFactory(name=name, deputy=deputy)
    OfficeFactory(name="Чужой")
    sign_in(client, deputy)

    assert listed(client, LIST) == ["Второй", "Первый"]


def test_expectation_15_the_team_table_says_who_must_who_did_and_what_expires(hr):
    today = timezone.localdate()
    office = OfficeFactory()
    fire = CourseFactory(code="FIRE", title="Пожарный минимум", is_mandatory=True, due_days=30)
    aid = CourseFactory(code="AID", title="Первая помощь", is_mandatory=True, due_days=30)
    late = EmploymentFactory(
        office=office, employee__last_name="Поздняя", started_on=today - timedelta(days=31)
    ).employee
    ready = EmploymentFactory(office=office, employee__last_name="Готовая").employee
    EmploymentFactory(employee__last_name="Чужая")
    for person, course, days in ((ready, fire, 91), (ready, aid, 90), (late, aid, None)):
        person.completions.create(
            course=course,
            completed_on=today,
            valid_until=today + timedelta(days=days) if days else None,
        )
    enrol(late, SessionFactory(course=fire))
    team = url("team", office)

    answer = hr.get(team, {"form": "csv"})

    due, until = today - timedelta(days=1), today + timedelta(days=90)
    position = {job.employee_id: job.position.title for job in office.employments.all()}
    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [
        "Имя;Должность;Нужно пройти;Пройдено;Просрочено;Скоро истекает;В плане",
        f"Готовая Мария Олеговна;{position[ready.pk]};2;2;;Первая помощь (до {until:%d.%m.%Y});",
        f"Поздняя Мария Олеговна;{position[late.pk]};2;1;Пожарный минимум (до {due:%d.%m.%Y});;Пожарный минимум",
    ]
    assert listed(hr, team, state="overdue") == ["Поздняя Мария Олеговна"]
    assert listed(hr, team, state="expires", course="AID") == ["Готовая Мария Олеговна"]
    assert listed(hr, team, state="expires", course="FIRE") == []
    assert listed(hr, team, q="готов") == ["Готовая Мария Олеговна"]


def test_rule_17_from_the_team_table_a_head_sends_who_owes_a_course_without_a_date(client):
    head, other_head = EmployeeFactory.create_batch(2)
    office = OfficeFactory(head=head)
    fire = CourseFactory(is_mandatory=True, due_days=30)
    owes, planned, done = (EmploymentFactory(office=office).employee for _number in range(3))
    enrol(planned, SessionFactory(course=fire))
    done.completions.create(course=fire, completed_on=timezone.localdate())
    OfficeFactory(head=other_head)
    sign_in(client, head)

    page = client.get(url("team", office)).content.decode()

    sending = reverse("enrolment:sessions_to_send_to")
    assert re.findall(rf'href="{sending}\?person=(\d+)"', page) == [str(owes.pk)]
    assert b"sending" not in b"".join(client.get(url("team", office), {"form": "csv"}).streaming_content)


def test_rule_17_who_leads_no_office_is_offered_no_sending(hr):
    office = OfficeFactory(head=EmployeeFactory())
    CourseFactory(is_mandatory=True, due_days=30)
    EmploymentFactory(office=office)

    assert reverse("enrolment:sessions_to_send_to") not in hr.get(url("team", office)).content.decode()


@pytest.mark.rows_of("website:team")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_team_table_costs_the_same_for_any_number_of_people(hr, rows, django_assert_num_queries):
    office, position = OfficeFactory(), PositionFactory()
    CourseFactory(is_mandatory=True, due_days=30)
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
    hr.get(url("team", office))

    # Session, user, parts; office, the look noted, courses; count, page, policy, enrolments, courses,
    # completions; own views.
    with django_assert_num_queries(13):
        response = hr.get(url("team", office))

    assert len(response.context["listing"].lines) == min(rows, 50)


def test_the_page_of_an_office_shows_readiness_by_course(hr):
    office = OfficeFactory()
    person = EmploymentFactory(office=office, position__title="Архивариус").employee
    EmploymentFactory(office=office)
    course = CourseFactory(title="Пожарный минимум", is_mandatory=True, due_days=30)
    person.completions.create(course=course, completed_on=timezone.localdate())

    page = hr.get(url("office", office)).content.decode()

    assert [
        word in page
        for word in ("1 из 2, 50\N{NO-BREAK SPACE}%", "Пожарный минимум", "Архивариус", "2 человека")
    ] == [True] * 4


@pytest.mark.parametrize("role", [Role.HR_ADMIN, Role.SYSTEM_ADMIN])
def test_hr_and_the_system_administrator_appoint_with_a_reason(client, role):
    sign_in(client, in_role(role))
    office = OfficeFactory()
    head = EmployeeFactory(last_name="Семёнова", username="00004711")
    EmploymentFactory(employee=head, personnel_number="00004711")
    deputy = EmployeeFactory(last_name="Заместителева")
    form = {"head": "4711", "deputy": "заместителева", "reason": "Приказ № 5"}

    refused = client.post(url("office_leaders", office), form | {"reason": ""})
    answer = client.post(url("office_leaders", office), form)

    office.refresh_from_db()
    assert "reason" in refused.context["form"].errors
    assert answer.url == url("office", office)
    assert (office.head, office.deputy) == (head, deputy)
    assert client.get(url("office_leaders", office)).context["form"]["head"].value() == "00004711"


def test_r27_who_appointed_whom_and_why_stays_in_the_record_of_changes(hr):
    office, head, by = OfficeFactory(), EmployeeFactory(), EmployeeFactory()

    appoint_leaders(office, head=head, deputy=None, by=by, reason="Приказ № 5")

    change = Change.objects.filter(kind="people.office").latest("pk")
    assert (change.by_id, change.reason, change.person_id) == (by.pk, "Приказ № 5", head.pk)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Никтова", "По словам «Никтова» никого нет."),
        ("Иванова Мария", "Подходят несколько человек:"),
        ("Уволенная", "По словам «Уволенная» никого нет."),
    ],
)
def test_who_is_not_clearly_named_is_not_appointed(hr, typed, sentence):
    office = OfficeFactory()
    EmployeeFactory.create_batch(2, last_name="Иванова")
    EmployeeFactory(last_name="Уволенная", is_active=False)

    response = hr.post(url("office_leaders", office), {"head": typed, "reason": "приказ"})

    assert sentence in response.context["form"].errors["head"][0]
    assert Office.objects.get(pk=office.pk).head is None


def test_a_whole_personnel_number_names_one_person_also_when_it_begins_others(hr):
    office, head = OfficeFactory(), EmployeeFactory(username="00000001")
    EmploymentFactory(employee=head, personnel_number="471")  # their number of today, not the first one
    EmploymentFactory(personnel_number="4712")

    hr.post(url("office_leaders", office), {"head": "471", "reason": "приказ"})

    office.refresh_from_db()
    assert office.head == head
    assert hr.get(url("office_leaders", office)).context["form"]["head"].value() == "471"


def test_head_and_deputy_are_two_people_who_work_here():
    office, person, gone = OfficeFactory(), EmployeeFactory(), EmployeeFactory(is_active=False)
    by = EmployeeFactory()

    with pytest.raises(NotALeader, match="разные люди"):
        appoint_leaders(office, head=person, deputy=person, by=by, reason="приказ")
    with pytest.raises(NotALeader, match="больше не работает"):
        appoint_leaders(office, head=gone, deputy=None, by=by, reason="приказ")
