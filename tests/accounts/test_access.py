"""Roles given and taken, accounts closed: who did it, why, and what it does at once (promises S31, R27)."""

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.actions.access import close_account, give_role, open_account, system_admins, take_role
from accounts.errors import AccountClosed, LastSystemAdmin, NoRightAnyMore, OwnRights
from accounts.models import AccessEntry
from accounts.roles import Role
from accounts.staff_import.actions import upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from notifications.models import Message
from people.models import Employee
from tests.accounts.staff_lists import a_list
from tests.costs import cost
from tests.factories import EmployeeFactory, EmploymentFactory
from tests.rights import in_role, sign_in
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def admin():
    return in_role(Role.SYSTEM_ADMIN)


def story(person):
    return [
        (entry.what, entry.role, entry.by, entry.reason)
        for entry in AccessEntry.objects.filter(person=person).order_by("pk")
    ]


def test_r27_a_role_is_given_with_a_reason_that_stays_and_told_to_the_person(client, admin):
    person = EmployeeFactory()
    sign_in(client, admin)

    response = client.post(
        reverse("accounts:give_role", args=[person.pk]), {"role": "hr_admin", "reason": "Приказ № 7"}
    )

    assert response.url == reverse("accounts:person_access", args=[person.pk])
    person = Employee.objects.get(pk=person.pk)
    assert person.has_perm("scheduling.plan_session")
    assert person.is_staff
    assert story(person) == [("role_given", "hr_admin", admin, "Приказ № 7")]
    assert list(Message.objects.values_list("recipient", "kind")) == [(person.pk, "access_changed")]


def test_a_role_needs_a_reason(client, admin):
    person = EmployeeFactory()
    sign_in(client, admin)

    response = client.post(reverse("accounts:give_role", args=[person.pk]), {"role": "hr_admin"})

    assert response.status_code == 200
    assert not person.groups.exists()


@pytest.mark.parametrize("role", ["superuser", "hr admin", "1"])
def test_what_is_no_role_is_not_given(client, admin, role):
    person = EmployeeFactory()
    sign_in(client, admin)

    client.post(reverse("accounts:give_role", args=[person.pk]), {"role": role, "reason": "x"})

    assert not person.groups.exists()
    assert client.get(reverse("accounts:take_role", args=[person.pk, role])).status_code == 404


def test_r27_the_story_cannot_be_changed_or_deleted(admin):
    entry = AccessEntry.objects.get(person=admin)

    for change in (
        lambda: AccessEntry.objects.filter(pk=entry.pk).update(reason="другая"),
        lambda: AccessEntry.objects.filter(pk=entry.pk).delete(),
        entry.save,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    assert AccessEntry.objects.filter(pk=entry.pk, reason="").exists()


def test_s31_a_role_taken_while_a_form_is_open_is_refused_when_it_is_sent(client, admin):
    planner = in_role(Role.HR_ADMIN)
    sign_in(client, planner)
    address = reverse("courses:course_new")
    assert client.get(address).status_code == 200

    take_role(planner, Role.HR_ADMIN, by=admin, reason="перевод")

    assert client.post(address, {"title": "Курс"}).status_code == 403
    assert get_user(client) == planner


def test_s31_who_lost_the_right_meanwhile_gives_no_role(admin):
    other = in_role(Role.SYSTEM_ADMIN)
    take_role(other, Role.SYSTEM_ADMIN, by=admin, reason="перевод")
    person = EmployeeFactory()

    with pytest.raises(NoRightAnyMore):
        give_role(person, Role.HR_ADMIN, by=other, reason="x")

    assert not person.groups.exists()


def test_nobody_gives_a_role_to_themselves(client, admin):
    sign_in(client, admin)

    response = client.post(
        reverse("accounts:give_role", args=[admin.pk]), {"role": "hr_admin", "reason": "x"}, headers=ENGLISH
    )

    assert "Nobody gives rights to themselves" in response.content.decode()
    with pytest.raises(OwnRights):
        close_account(admin, by=admin, reason="x")


def test_a_new_role_ends_the_sessions_of_before(client, admin):
    person = EmployeeFactory()
    sign_in(client, person)

    give_role(person, Role.METHODIST, by=admin, reason="x")

    assert not get_user(client).is_authenticated


def test_a_closed_account_gets_no_role(admin):
    person = EmployeeFactory(is_active=False)

    with pytest.raises(AccountClosed):
        give_role(person, Role.METHODIST, by=admin, reason="x")


# --- the last system administrator ----------------------------------------------------------------


def test_the_last_system_administrator_keeps_the_role(client, admin):
    sign_in(client, admin)

    response = client.post(
        reverse("accounts:take_role", args=[admin.pk, "system_admin"]), {"reason": "x"}, headers=ENGLISH
    )

    assert "is the last system administrator" in response.content.decode()
    assert list(system_admins()) == [admin]


def test_one_of_two_may_go(admin):
    other = in_role(Role.SYSTEM_ADMIN)

    take_role(other, Role.SYSTEM_ADMIN, by=admin, reason="x")

    other.refresh_from_db()
    assert list(system_admins()) == [admin]
    assert not other.is_staff


def test_a_closed_administrator_does_not_count(admin):
    in_role(Role.SYSTEM_ADMIN)
    Employee.objects.exclude(pk=admin.pk).update(is_active=False)

    with pytest.raises(LastSystemAdmin):
        take_role(admin, Role.SYSTEM_ADMIN, by=admin, reason="x")


def test_the_staff_list_does_not_dismiss_the_last_system_administrator(admin):
    EmploymentFactory(employee=admin, personnel_number="00000001")
    uploaded = upload_staff_list(dismissed("00000001", admin), "Список.csv", by=None)

    with pytest.raises(LastSystemAdmin):
        apply_staff_import(uploaded, by=None, despite_leavers=True)

    admin.refresh_from_db()
    assert admin.is_active


def test_s6_who_leaves_by_the_staff_list_is_signed_out_and_has_no_role(client, admin):
    methodist = in_role(Role.METHODIST)
    EmploymentFactory(employee=methodist, personnel_number="00000003")
    sign_in(client, methodist)
    uploaded = upload_staff_list(dismissed("00000003", methodist), "Список.csv", by=None)

    apply_staff_import(uploaded, by=admin, despite_leavers=True)

    methodist.refresh_from_db()
    assert not methodist.is_active
    assert not methodist.is_staff
    assert not methodist.groups.exists()
    assert not methodist.sign_ins.exists()
    assert not get_user(client).is_authenticated
    assert story(methodist)[-1][:3] == ("role_taken", "methodist", admin)


def dismissed(number, person):
    """A staff list in which the person has left."""
    work = person.employments.get()
    return a_list(
        f"{number};{person.full_name};{work.position.title};{work.office.name};15.01.2024;Уволен;05.03.2024;"
    )


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_at_once_leave_one():
    first, second = in_role(Role.SYSTEM_ADMIN), in_role(Role.SYSTEM_ADMIN)

    results = at_once(
        [
            lambda: take_role(second, Role.SYSTEM_ADMIN, by=first, reason="x"),
            lambda: take_role(first, Role.SYSTEM_ADMIN, by=second, reason="x"),
        ]
    )

    assert sorted(type(result) for result in results if result) != []
    assert [result for result in results if result is None] == [None]
    assert system_admins().count() == 1


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_both_resign_at_once_leave_one():
    admins = [in_role(Role.SYSTEM_ADMIN), in_role(Role.SYSTEM_ADMIN)]

    results = at_once(
        [lambda one=one: take_role(one, Role.SYSTEM_ADMIN, by=one, reason="x") for one in admins]
    )

    assert sorted(str(type(result).__name__) for result in results) == ["LastSystemAdmin", "NoneType"]
    assert system_admins().count() == 1


# --- accounts -------------------------------------------------------------------------------------


def test_s6_a_closed_account_is_out_everywhere_at_once_and_comes_back_without_roles(client, admin):
    person = in_role(Role.METHODIST)
    sign_in(client, person)
    phone = Client()
    sign_in(phone, person)

    close_account(person, by=admin, reason="увольнение")
    person.refresh_from_db()
    signed_in = [get_user(one).is_authenticated for one in (client, phone)]
    open_account(person, by=admin, reason="вернулась")

    assert signed_in == [False, False]
    assert not get_user(client).is_authenticated
    assert not person.groups.exists()
    assert [entry[:2] for entry in story(person)] == [
        ("role_given", "methodist"),
        ("role_taken", "methodist"),
        ("closed", ""),
        ("opened", ""),
    ]


def test_roles_and_closing_are_not_fields_of_the_administration_pages(client, admin):
    person = EmployeeFactory()
    sign_in(client, admin)
    address = reverse("admin:people_employee_change", args=[person.pk])
    fields = {
        "username": person.username,
        "last_name": "Новикова",
        "first_name": person.first_name,
        "language": "ru",
        "is_active": "",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [Group.objects.get(name="system_admin").pk],
        "employments-TOTAL_FORMS": "0",
        "employments-INITIAL_FORMS": "0",
    }

    response = client.post(address, fields)

    assert response.status_code == 302
    person.refresh_from_db()
    assert (person.last_name, person.is_active, person.is_staff, person.is_superuser) == (
        "Новикова",
        True,
        False,
        False,
    )
    assert not person.groups.exists()
    assert client.post(reverse("admin:people_employee_delete", args=[person.pk])).status_code == 403


def test_the_first_system_administrator_is_made_by_a_command():
    person = EmployeeFactory(username="00000042")

    call_command("give_role", "00000042", "system_admin", reason="установка")

    assert list(system_admins()) == [person]
    assert story(person) == [("role_given", "system_admin", None, "установка")]


# --- the page -------------------------------------------------------------------------------------


def test_29_the_page_says_who_holds_a_role_since_when_from_whom_and_why(client, admin):
    person = EmployeeFactory(last_name="Ёлкина")
    give_role(person, Role.CENTRE_ADMIN, by=admin, reason="Приказ № 9")
    sign_in(client, admin)

    page = client.get(reverse("accounts:roles")).content.decode()

    assert "Ёлкина" in page
    assert "Приказ № 9" in page
    assert "Ведёт площадки, аудитории, оборудование, закрытия и календарь." in page
    assert "centre_admin" not in page.replace('"role-centre_admin"', "")


@pytest.mark.rows_of("accounts:roles", "accounts:invitations")
@pytest.mark.parametrize("name", ["roles", "invitations"])
def test_the_pages_cost_the_same_for_1_3_and_300_rows(client, admin, django_assert_num_queries, name):
    sign_in(client, admin)
    address = reverse(f"accounts:{name}")
    people = []

    def add(count):
        for person in EmployeeFactory.create_batch(count, password="!"):
            give_role(person, Role.METHODIST, by=None, reason="x")
            people.append(person)

    add(1)
    client.get(address)
    with django_assert_num_queries(16, exact=False) as one:
        client.get(address)
    add(2)
    with django_assert_num_queries(len(one)):
        client.get(address)
    add(297)
    with django_assert_num_queries(len(one)):
        client.get(address)


# --- through other eyes ---------------------------------------------------------------------------


@pytest.fixture
def looking(client, admin):
    """An administrator who looks through an employee's eyes."""
    person = EmploymentFactory(employee__last_name="Смотримова").employee
    sign_in(client, admin)
    client.post(reverse("accounts:view_as", args=[person.pk]), {"reason": "жалоба № 5"})
    return person


def test_29_through_other_eyes_a_page_is_theirs_marked_and_recorded(client, admin, looking):
    page = client.get(reverse("website:home"), headers=ENGLISH)

    assert page.wsgi_request.user == looking
    assert "You see the site as Смотримова" in page.content.decode()
    assert story(looking) == [("viewed_as", "", admin, "жалоба № 5")]


def test_29_through_other_eyes_nothing_is_changed(client, looking):
    answers = [
        client.post(reverse("accounts:change_password"), {}),
        client.post(reverse("accounts:choose_language"), {"language": "en"}),
        client.post(reverse("enrolment:enrol_in_session", args=[1])),
        client.get(reverse("accounts:account")),
        client.get(reverse("accounts:set_up_factor")),
        client.get(reverse("admin:index")),
    ]

    assert [answer.status_code for answer in answers] == [403] * 6


def test_29_looking_ends_by_a_button_and_with_the_right(client, admin, looking):
    address = reverse("accounts:person_access", args=[looking.pk])
    assert client.post(reverse("accounts:stop_viewing")).url == address
    assert client.get(reverse("website:home")).wsgi_request.user == admin

    client.post(reverse("accounts:view_as", args=[looking.pk]), {"reason": "ещё раз"})
    give_role(EmployeeFactory(), Role.SYSTEM_ADMIN, by=None, reason="x")
    take_role(admin, Role.SYSTEM_ADMIN, by=None, reason="x")

    assert client.get(reverse("website:home")).wsgi_request.user == admin


def test_29_nobody_looks_through_the_eyes_of_somebody_with_a_role(client, admin):
    planner = in_role(Role.HR_ADMIN)
    sign_in(client, admin)

    assert client.post(reverse("accounts:view_as", args=[planner.pk]), {"reason": "x"}).status_code == 404


@pytest.mark.rows_of("accounts:person_access")
def test_a_persons_access_costs_the_same_for_any_story(client, admin):
    sign_in(client, admin)
    person, costs = EmployeeFactory(), []
    for more in (1, 2, 297):
        AccessEntry.objects.bulk_create(
            AccessEntry(person=person, what="signed_out", by=admin, reason="x") for _ in range(more)
        )
        costs.append(cost(client, reverse("accounts:person_access", args=[person.pk])))

    assert costs == [costs[0]] * 3
