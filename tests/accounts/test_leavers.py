"""Leaving, by the staff list and by the clock (rules 19 and 28)."""

from datetime import date

import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.actions.access import give_role
from accounts.roles import Role
from accounts.staff_import.actions import compare_with_staff, upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from accounts.staff_import.errors import StaffImportError, TooManyLeavers
from accounts.tasks import close_accounts_of_leavers
from enrolment.actions import enrol
from notifications.models import Message
from people.models import Employee, Employment
from records.models import Completion
from tests.accounts.staff_lists import OFFICE, a_list
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    OfficeFactory,
    PositionFactory,
    SessionFactory,
    moscow,
)

pytestmark = pytest.mark.django_db

ANNA = "00009101;Ветрова Анна Игоревна;Универсальный специалист;{office};01.02.2024;"


@pytest.fixture(autouse=True)
def november(time_machine):
    time_machine.move_to(moscow(2026, 11, 24, 12), tick=False)


@pytest.fixture(autouse=True)
def office():
    PositionFactory(title="Универсальный специалист")
    return OfficeFactory(name=OFFICE)


def apply(*rows, **options):
    return apply_staff_import(upload_staff_list(a_list(*rows), "list.csv", by=None), by=None, **options)


def is_active():
    return Employee.objects.values_list("is_active", flat=True).get()


def test_rule_19_a_last_day_named_ahead_closes_the_account_when_it_is_over(time_machine):
    apply(ANNA + "Работа;;")
    apply(ANNA + "Работа;30.11.2026;", despite_leavers=True)

    open_on = []
    for day in (24, 30):
        time_machine.move_to(moscow(2026, 11, day, 23), tick=False)
        close_accounts_of_leavers()
        open_on.append(is_active())
    time_machine.move_to(moscow(2026, 12, 1, 0, 5), tick=False)

    assert (close_accounts_of_leavers(), close_accounts_of_leavers()) == (1, 0)
    assert (open_on, is_active()) == ([True, True], False)


def test_rule_19_the_clock_takes_the_office_from_a_head_and_a_deputy_who_left(office, time_machine):
    people = [EmploymentFactory(office=office, ended_on=date(2026, 11, 30)).employee for _one in range(2)]
    office.head, office.deputy = people
    office.save()
    time_machine.move_to(moscow(2026, 12, 1, 12), tick=False)

    close_accounts_of_leavers()

    office.refresh_from_db()
    assert (office.head, office.deputy) == (None, None)


@pytest.mark.parametrize("record", ["employment", "enrolment", "completion", "message", "right"])
def test_rule_28_nobody_is_deleted_while_records_must_be_kept(record):
    """Not by any code either: each record of its own keeps the person."""
    person = EmployeeFactory()
    if record == "employment":
        EmploymentFactory(employee=person)
    elif record == "enrolment":
        enrol(person, SessionFactory())
        Message.objects.all().delete()
    elif record == "completion":
        Completion.objects.create(trainee=person, course=CourseFactory(), completed_on=date(2026, 11, 2))
    elif record == "message":
        Message.objects.create(recipient=person, kind="note", key="1", send_after=timezone.now())
    else:
        give_role(person, Role.METHODIST, by=None, reason="Приказ")
        Message.objects.all().delete()

    with pytest.raises(ProtectedError):
        person.delete()

    assert Employee.objects.filter(pk=person.pk).exists()


def test_an_account_without_an_employment_stays_open():
    EmployeeFactory(is_superuser=True)

    assert close_accounts_of_leavers() == 0


def test_rule_28_days_ahead_count_among_those_who_would_leave():
    """Otherwise a broken list could close every account tomorrow, and nobody would be asked."""
    apply(ANNA + "Работа;;")

    with pytest.raises(TooManyLeavers):
        apply(ANNA + "Работа;30.11.2026;")
    apply(ANNA + "Работа;30.11.2026;", despite_leavers=True)

    assert apply(ANNA + "Уволен;27.11.2026;")["leavers"] == 0


def test_a_dismissal_that_was_taken_back_opens_the_account():
    apply(ANNA + "Работа;;")
    apply(ANNA + "Уволен;30.11.2026;", despite_leavers=True)
    closed = is_active()

    apply(ANNA + "Работа;;")

    assert (closed, is_active()) == (False, True)


def test_who_leaves_one_of_two_jobs_stays(office):
    apply(ANNA + "Работа;;")
    Employment.objects.update(is_main=False)
    EmploymentFactory(employee=Employee.objects.get(), office=office)

    apply(ANNA + "Уволен;05.03.2024;", despite_leavers=True)

    assert is_active()


def test_who_leaves_both_jobs_by_one_list_is_gone(office):
    second = ANNA.replace("00009101", "00009102")
    apply(ANNA + "Работа;;")
    Employment.objects.update(is_main=False)
    EmploymentFactory(
        employee=Employee.objects.get(),
        office=office,
        position=Employment.objects.get().position,
        personnel_number="00009102",
    )

    apply(ANNA + "Уволен;05.03.2024;", second + "Уволен;05.03.2024;", despite_leavers=True)

    assert not is_active()


def test_a_return_beside_another_main_job_is_refused_in_a_sentence(office):
    apply(ANNA + "Уволен;05.03.2024;")
    EmploymentFactory(employee=Employee.objects.get(), office=office)

    with pytest.raises(StaffImportError, match="Ветрова Анна Игоревна"):
        apply(ANNA + "Работа;;")


def test_a_number_that_is_another_persons_account_name_is_refused():
    """Their number was changed since; the account name never is."""
    moved = EmployeeFactory(username="00009101")
    EmploymentFactory(employee=moved, personnel_number="00000077")

    comparison = compare_with_staff(upload_staff_list(a_list(ANNA + "Работа;;"), "list.csv", by=None))

    assert [(row.line, row.column) for row in comparison.refused] == [(2, "personnel_number")]
