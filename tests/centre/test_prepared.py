"""Querysets that are built once."""

from datetime import timedelta
from itertools import count
from threading import Event, Thread

import pytest
from django.db import DatabaseError, DataError, connection, transaction
from django.db.models import CharField, DateTimeField, DurationField, F, Value
from django.utils import timezone

from centre.prepared import Given, Prepared, PreparedText, for_many
from enrolment.actions import enrol
from people.models import Employment, Office
from scheduling.models import Session
from tests.factories import CourseFactory, EmployeeFactory, EmploymentFactory, OfficeFactory, SessionFactory
from tests.threads import at_once
from website.catalogue import Found

pytestmark = pytest.mark.django_db

OFFICES = Prepared(
    lambda: Office.objects.filter(pk__any=Given("offices"), okrug=Given("okrug")).order_by("pk")
)


def test_the_values_of_each_call_count():
    first, second, third = (OfficeFactory(okrug=okrug) for okrug in ("ЮАО", "ЦАО", "ЮАО"))
    keys = [first.pk, second.pk, third.pk]

    assert OFFICES(offices=keys, okrug="ЮАО") == [first, third]
    assert OFFICES(offices=keys, okrug="ЦАО") == [second]
    assert OFFICES(offices=keys[2:], okrug="ЮАО") == [third]
    assert OFFICES(offices=[], okrug="ЮАО") == []


def test_a_value_is_a_value_and_no_sql():
    OfficeFactory(okrug="ЮАО")

    assert OFFICES(offices=[1], okrug="' OR true --") == []


def test_the_sql_is_built_once(django_assert_num_queries):
    built = []

    def build():
        built.append("built")
        return Office.objects.filter(pk=Given("office"))

    offices, office = Prepared(build), OfficeFactory()

    with django_assert_num_queries(2):
        assert offices(office=office.pk) == offices(office=office.pk) == [office]
    assert built == ["built"]


def test_rows_come_as_of_any_queryset(django_assert_num_queries):
    employment = EmploymentFactory()
    with_office = Prepared(
        lambda: Employment.objects.filter(employee=Given("person")).select_related("office")
    )
    names = Prepared(
        lambda: (
            Employment.objects.filter(employee_id__any=Given("persons"))
            .annotate(name=F("office__name"))
            .values("pk", "name", "started_on")
        )
    )

    with django_assert_num_queries(1):
        (row,) = with_office(person=employment.employee_id)
        assert row.office.name == employment.office.name
    assert names(persons=[employment.employee_id]) == [
        {"pk": employment.pk, "name": employment.office.name, "started_on": employment.started_on}
    ]


def test_a_missing_value_is_an_error_not_a_null():
    with pytest.raises(KeyError):
        OFFICES(offices=[1])


def test_a_moment_that_would_stay_the_same_for_ever_is_refused():
    today = Prepared(lambda: Employment.objects.filter(started_on__gt=timezone.localdate()))

    with pytest.raises(ValueError, match="make it Given"):
        today()


def test_what_is_given_takes_part_in_expressions():
    employment = EmploymentFactory(started_on=timezone.localdate())
    later = Prepared(lambda: Employment.objects.filter(started_on__lt=Given("day")))

    assert later(day=timezone.localdate() + timedelta(days=1)) == [employment]
    assert later(day=timezone.localdate()) == []


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection():
    person = EmployeeFactory()
    people = Prepared(lambda: type(person).objects.filter(pk=Given("person")))
    people(person=person.pk)
    found = []

    def ask():
        found.append(people(person=person.pk))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [[person]] * 4


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_two_threads_that_ask_first_at_the_same_moment_both_get_their_rows():
    """The first has its answer while the second is in the middle of building the same query."""
    order, second_builds, first_is_answered = count(), Event(), Event()

    class Halting(Given):
        def as_sql(self, compiler, connection):
            if next(order):
                second_builds.set()
                first_is_answered.wait(5)
            else:
                second_builds.wait(5)
            return super().as_sql(compiler, connection)

    person = EmployeeFactory()
    people = Prepared(
        lambda: (
            type(person)
            .objects.filter(pk=Given("person"))
            .annotate(word=Halting("word", output_field=CharField()))
        )
    )

    def ask():
        try:
            return people(person=person.pk, word="here")
        finally:
            first_is_answered.set()

    assert at_once([ask, ask]) == [[person], [person]]


def kept_plans():
    """The statements that PostgreSQL keeps for this connection, with how often each ran by a plan for any values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, generic_plans FROM pg_prepared_statements ORDER BY prepare_time")
        return cursor.fetchall()


def test_postgres_plans_once_a_connection_for_any_values():
    offices = Prepared(lambda: Office.objects.filter(okrug=Given("okrug"), kind="mfc%"))
    before = len(kept_plans())

    assert [offices(okrug=okrug) for okrug in ("ЮАО", "ЦАО", "' OR true --")] == [[], [], []]

    [(statement, runs)] = kept_plans()[before:]
    assert "= ($1)" in statement and "'mfc%'" in statement
    assert runs == 3


@pytest.mark.django_db(transaction=True)
def test_a_query_that_broke_off_at_its_first_use_is_asked_again():
    office = OfficeFactory()
    halves = Prepared(lambda: Office.objects.filter(pk=Given("pk")).annotate(half=F("pk") / Given("by")))

    with pytest.raises(DataError):
        halves(pk=office.pk, by=0)

    assert [row.half for row in halves(pk=office.pk, by=1)] == [office.pk]
    assert [row.half for row in halves(pk=office.pk, by=2)] == [office.pk // 2]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_learns_the_query_anew():
    person = EmployeeFactory()
    people = Prepared(lambda: type(person).objects.filter(pk=Given("person")))
    assert people(person=person.pk) == [person]

    connection.close()

    assert people(person=person.pk) == [person]


def test_behind_a_pool_of_connections_nothing_is_kept(settings):
    settings.PREPARED_STATEMENTS = False
    office, before = OfficeFactory(okrug="ЮАО"), len(kept_plans())
    offices = Prepared(lambda: Office.objects.filter(okrug=Given("okrug")))

    assert offices(okrug="ЮАО") == [office]
    assert len(kept_plans()) == before


def test_a_value_of_a_stated_type_is_of_that_type():
    employment = EmploymentFactory(started_on=timezone.localdate())
    longer = Prepared(
        lambda: Employment.objects.filter(
            started_on__lt=Given("now", DateTimeField()) - Given("length", DurationField())
        )
    )

    assert longer(now=timezone.now() + timedelta(days=3), length=timedelta(days=1)) == [employment]


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_statement_of_our_own_takes_its_values_by_number(settings, is_planned):
    settings.PREPARED_STATEMENTS = is_planned
    office = OfficeFactory(okrug="ЮАО")
    rename = PreparedText(
        "UPDATE people_office SET okrug = $2 WHERE id = ANY($1::bigint[])", "bigint[]", "text"
    )

    for okrug in ("ЦАО", "' OR true --"):
        rename([office.pk], okrug)
        office.refresh_from_db()
        assert office.okrug == okrug


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_question_behind_a_statement_sees_what_that_did(settings, is_planned, django_assert_num_queries):
    settings.PREPARED_STATEMENTS = is_planned
    office = OfficeFactory(okrug="ЮАО")
    rename = PreparedText("UPDATE people_office SET okrug = $1 WHERE id = $2", "text", "bigint")
    names = Prepared(lambda: Office.objects.filter(pk=Given("office")).values("okrug"))

    for okrug in ("ЦАО", "САО"):  # the first prepares both
        with django_assert_num_queries(1):
            assert names.behind(rename.said(okrug, office.pk), office=office.pk) == [{"okrug": okrug}]


def test_a_value_that_is_needed_twice_travels_once():
    office = OfficeFactory(okrug="ЮАО")
    twice = Prepared(
        lambda: Office.objects.filter(okrug=Given("okrug")) | Office.objects.filter(name=Given("okrug"))
    )

    assert twice(okrug="ЮАО") == [office]
    assert [slot.name for slot in twice.built.slots] == ["okrug"]


def test_what_was_prepared_in_a_transaction_that_is_taken_back_is_known_still():
    """PREPARE is no part of a transaction: its name is used again, not made anew."""
    office = OfficeFactory()
    offices = Prepared(lambda: Office.objects.filter(pk=Given("office")))
    before = len(kept_plans())

    with pytest.raises(RuntimeError), transaction.atomic():
        assert offices(office=office.pk) == [office]
        raise RuntimeError

    assert offices(office=office.pk) == [office]
    assert len(kept_plans()) == before + 1


def test_in_a_broken_transaction_nothing_is_learnt_and_nothing_forgotten():
    office = OfficeFactory()
    known, unknown = (Prepared(lambda: Office.objects.filter(pk=Given("office"))) for _ in range(2))
    assert known(office=office.pk) == [office]

    with pytest.raises(DatabaseError), transaction.atomic():
        with pytest.raises(DataError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        for offices in (known, unknown):
            with pytest.raises(DatabaseError, match="aborted"):
                offices(office=office.pk)
        connection.cursor().execute("SELECT 1")

    assert known(office=office.pk) == unknown(office=office.pk) == [office]


@pytest.mark.parametrize("is_planned", [True, False])
def test_one_statement_may_stand_twice_in_a_round_trip(settings, is_planned):
    settings.PREPARED_STATEMENTS = is_planned
    one, two = OfficeFactory(), OfficeFactory()
    rename = PreparedText("UPDATE people_office SET okrug = $1 || ' 100 %' WHERE id = $2", "text", "bigint")
    okrugs = Prepared(lambda: Office.objects.order_by("pk").values_list("okrug", flat=True))

    for word in ("ЦАО", "%s"):  # the first prepares it
        found = okrugs.behind(rename.said(word, one.pk), rename.said(f"С{word}", two.pk))
        assert found == [f"{word} 100 %", f"С{word} 100 %"]


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_per_cent_sign_needs_no_value_beside_it(settings, is_planned):
    settings.PREPARED_STATEMENTS = is_planned
    OfficeFactory(okrug="100 %")
    OfficeFactory(okrug="100 %s")
    offices = Prepared(
        lambda: Office.objects.filter(okrug__endswith="%").values_list("okrug", Value("5 % %%s"))
    )

    assert [offices() for _ in range(2)] == [[("100 %", "5 % %%s")]] * 2


@pytest.mark.django_db(transaction=True)
def test_R21_a_column_that_a_migration_widens_breaks_no_query_for_ever():
    """PostgreSQL refuses a plan whose answer has another type now, and old code asks over old connections."""
    office = OfficeFactory(okrug="ЮАО")
    offices = Prepared(lambda: Office.objects.filter(pk=Given("office")))
    assert offices(office=office.pk) == [office]

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE people_office ALTER okrug TYPE varchar(500)")
    try:
        assert offices(office=office.pk) == [office]
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        assert offices(office=office.pk) == [office]
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        with pytest.raises(DatabaseError), transaction.atomic():  # which nobody can go on with
            offices(office=office.pk)
        assert offices(office=office.pk) == [office]
    finally:
        length = Office._meta.get_field("okrug").max_length
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE people_office ALTER okrug TYPE varchar({length})")


def test_for_many_only_dictionaries_are_shared():
    jobs = EmploymentFactory.create_batch(2)
    offices = Prepared(
        lambda: Employment.objects.filter(employee=Given("person")).values_list("office", "leave")
    )

    with for_many("person", [job.employee_id for job in jobs]):
        assert [offices(person=job.employee_id) for job in jobs] == [[(job.office_id, "")] for job in jobs]


def test_for_many_what_was_loaded_belongs_to_the_query_that_asked(django_assert_num_queries):
    """A query that is built for one call alone may leave its place in memory to the next one."""
    jobs = EmploymentFactory.create_batch(2)

    def asked(name, person):
        return Prepared(lambda: Employment.objects.filter(employee=Given("person")).values(name))(
            person=person
        )

    with for_many("person", [job.employee_id for job in jobs]):
        for _ in range(5):
            for job in jobs:
                assert asked("office", job.employee_id) == [{"office": job.office_id}]
                assert asked("position", job.employee_id) == [{"position": job.position_id}]


def test_a_search_leaves_no_plan_with_the_connection():
    """Each is a query of its own, and PostgreSQL would keep its plan as long as the connection lives."""
    reader, course = EmploymentFactory().employee, CourseFactory(title="Вежливость по телефону 100 %")
    CourseFactory(title="Другое")
    before = len(kept_plans())

    for words in ("вежливость", "телефону", "100 %"):
        assert Found({"q": words}, reader).keys == [course.pk]

    assert len(kept_plans()) == before


@pytest.mark.django_db(transaction=True)
def test_R21_who_takes_a_seat_while_a_migration_widens_a_column_gets_it():
    """The plan is refused in the middle of the transaction, and the action is done once more."""
    first, second = EmployeeFactory.create_batch(2)
    enrol(first, SessionFactory())
    session = SessionFactory()
    length = Session._meta.get_field("note").max_length

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scheduling_session ALTER note TYPE varchar(999)")
    try:
        assert enrol(second, session).seat == "held"
        assert enrol(second, session).seat == "held"
        assert session.enrolments.count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE scheduling_session ALTER note TYPE varchar({length})")
