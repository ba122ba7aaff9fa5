"""Finding people as staff type their names (rule 28, rule 30, expectation 6)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from people.models import Employee, Office
from tests.factories import EmployeeFactory, EmploymentFactory, OfficeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    semyonov = EmployeeFactory(last_name="Семёнов", first_name="Пётр", middle_name="Ильич")
    ivanova = EmployeeFactory(last_name="Иванова", first_name="Мария", middle_name="Семёновна")
    double = EmployeeFactory(last_name="Абрамова-Ким", first_name="Ольга", middle_name="")
    EmploymentFactory(employee=semyonov, personnel_number="00004711")
    EmploymentFactory(employee=ivanova, personnel_number="ГО-12")
    return {"semyonov": semyonov, "ivanova": ivanova, "double": double}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("семенов", ["ivanova", "semyonov"]),
        ("СЕМЁНОВ", ["ivanova", "semyonov"]),
        ("пётр семенов", ["semyonov"]),
        ("ильич петр семён", ["semyonov"]),
        ("мар ива", ["ivanova"]),
        ("абрамова-ким", ["double"]),
        ("ким", ["double"]),
        ("00004711", ["semyonov"]),
        ("0000", ["semyonov"]),
        ("4711", ["semyonov"]),
        ("711", []),
        ("го-12", ["ivanova"]),
        ("семенов 4711", ["semyonov"]),
        ("иванова 4711", []),
        ("", []),
        ("!!! —", []),
        ("' OR 1=1 --", []),
        ("иван:* | петр & !", []),
    ],
)
def test_rule_28_people_are_found_by_parts_of_the_name_in_any_order_and_by_number(people, words, found):
    assert list(Employee.objects.by_name(words)) == [people[name] for name in found]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("ctvtyjd", "семенов"),
        ("bdfyjdf vfhbz", "иванова мария"),
        ("ивонова", "иванова"),
        ("иванва мрия", "иванова мария"),
        ("семнов", "семенов"),
        ("щщщщщ", None),
        ("4711", None),
        ("", None),
    ],
)
def test_rule_30_slips_and_the_other_keyboard_layout_are_forgiven(people, words, meant):
    assert Employee.objects.meant(words) == meant


def test_the_search_reads_an_index_and_no_whole_table(people):
    with connection.cursor() as cursor:
        # Of a handful of rows any way is cheap: leave the planner the one that pays for thousands.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")

    assert "employee_name_words" in Employee.objects.by_name("семенов петр").explain()


def test_rights_a_head_and_a_deputy_see_the_people_of_their_own_offices_only():
    head, deputy = EmployeeFactory(), EmployeeFactory()
    own, other = OfficeFactory(head=head, deputy=deputy), OfficeFactory()
    today = timezone.localdate()
    mine = EmploymentFactory(office=own).employee
    second = EmploymentFactory(office=own, is_main=False).employee
    EmploymentFactory(office=own, ended_on=today - timedelta(days=1))
    EmploymentFactory(office=other)

    for leader in (head, deputy):
        assert set(Employee.objects.led_by(leader)) == {mine, second}
        assert list(Office.objects.led_by(leader)) == [own]
    assert not Employee.objects.led_by(mine).exists()
