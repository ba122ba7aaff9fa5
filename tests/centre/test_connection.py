"""The connection on which BEGIN travels with the first statement, and what is held back with COMMIT."""

import pytest
from django.db import DataError, IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.db.utils import NotSupportedError
from psycopg2.extensions import TRANSACTION_STATUS_IDLE as IDLE
from psycopg2.extensions import TRANSACTION_STATUS_INTRANS as BEGUN

from audit.context import acting
from audit.models import Change
from centre.actions import action
from centre.inserts import PreparedInsert, one_round_trip
from enrolment.actions import enrol
from enrolment.models import EnrolmentEntry
from people.models import Office
from scheduling.errors import PersonBusy
from scheduling.models import Booking
from tests.factories import EmployeeFactory, OfficeFactory, SessionFactory

pytestmark = pytest.mark.django_db(transaction=True)
OFFICES = PreparedInsert(Office)


@pytest.fixture
def link():
    connection.ensure_connection()
    return connection.connection


def execute(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else None


def write(name):
    with one_round_trip():
        OFFICES.insert([{"name": name, "code": name}])


def names():
    return sorted(Office.objects.values_list("name", flat=True))


# --- BEGIN ----------------------------------------------------------------------------------------


def test_a_transaction_begins_with_its_first_statement(link):
    with transaction.atomic():
        assert link.get_transaction_status() == IDLE
        [[first]] = execute("SELECT now()")
        assert link.get_transaction_status() == BEGUN
        assert execute("SELECT now()") == [(first,)]  # the same transaction

    assert link.get_transaction_status() == IDLE
    assert execute("SELECT now()") != [(first,)]


def test_what_says_nothing_is_never_begun(link):
    with transaction.atomic(), transaction.atomic(savepoint=False):
        pass
    with pytest.raises(RuntimeError), transaction.atomic():
        raise RuntimeError

    assert link.get_transaction_status() == IDLE


def test_outside_of_transactions_each_statement_is_its_own(link):
    OfficeFactory(name="Первый")

    assert link.get_transaction_status() == IDLE
    assert connection.get_autocommit()
    assert link.autocommit


def test_a_first_statement_that_cannot_be_read_leaves_nothing_behind(link):
    with pytest.raises(ProgrammingError), transaction.atomic():
        execute("SELEKT 1")

    with transaction.atomic():
        OfficeFactory(name="Первый")
        assert link.get_transaction_status() == BEGUN
    assert names() == ["Первый"]


def test_a_first_statement_that_fails_is_taken_back_with_its_transaction(link):
    with pytest.raises(DataError), transaction.atomic():
        execute("SELECT 1 / 0")

    assert link.get_transaction_status() == IDLE


def test_values_with_signs_travel_behind_begin():
    with transaction.atomic():
        assert execute("SELECT %s, '100 %%'", ["50 % ; 'так'"]) == [("50 % ; 'так'", "100 %")]
    with transaction.atomic():
        assert execute("SELECT '100 %'") == [("100 %",)]


def test_a_savepoint_may_come_first():
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            OfficeFactory(name="Первый", code="A")
            execute("INSERT INTO people_office (name) VALUES (NULL)")
        OfficeFactory(name="Второй")

    assert names() == ["Второй"]


def test_many_rows_at_once_are_in_the_transaction_too():
    with pytest.raises(RuntimeError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE people_office SET name = %s WHERE name = %s", [("Б", "А")])
        raise RuntimeError
    office = OfficeFactory(name="А")
    with pytest.raises(RuntimeError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE people_office SET name = %s WHERE name = %s", [("Б", "А"), ("В", "Б")])
        raise RuntimeError

    office.refresh_from_db()
    assert office.name == "А"


def test_many_rows_at_once_are_recorded_with_who_acted():
    OfficeFactory(name="А")

    with acting(reason="Приказ № 1"), connection.cursor() as cursor, transaction.atomic():
        cursor.executemany("UPDATE people_office SET name = %s WHERE name = %s", [("Б", "А"), ("В", "Б")])

    changes = Change.objects.filter(kind="people.office", verb="changed").order_by("pk")
    assert [one.reason for one in changes] == ["Приказ № 1"] * 2


def test_rows_that_come_piece_by_piece_come_inside_and_outside_of_a_transaction(link):
    OfficeFactory.create_batch(5)

    assert len(list(Office.objects.iterator(chunk_size=2))) == 5
    with transaction.atomic():
        assert len(list(Office.objects.iterator(chunk_size=2))) == 5
        assert link.get_transaction_status() == BEGUN
        assert Office.objects.filter(pk__in=list(Office.objects.values_list("pk", flat=True))).exists()
    with pytest.raises(NotSupportedError), transaction.atomic():  # as the module says
        list(Office.objects.select_for_update().iterator(chunk_size=2))


def test_a_commit_that_postgres_refuses_is_an_error(link):
    """Django's own connection would go on as if everything were written."""
    with pytest.raises(InternalError, match="ROLLBACK"), transaction.atomic():
        OfficeFactory(name="Первый")
        with connection.cursor() as cursor, pytest.raises(DataError):
            cursor.execute("SELECT 1 / 0")
        connection.needs_rollback = False

    assert names() == []


def test_a_transaction_is_not_left_by_a_setting(link):
    with transaction.atomic():
        execute("SELECT 1")
        with pytest.raises(Exception, match="inside a transaction"):
            link.autocommit = True


# --- what is held back ----------------------------------------------------------------------------


def test_rows_that_are_written_last_travel_with_commit(link):
    write("Известный")  # planned once

    with transaction.atomic():
        write("Первый")
        assert len(link.held) == 1
        assert link.get_transaction_status() == IDLE

    assert link.held == []
    assert names() == ["Известный", "Первый"]


def test_whoever_asks_next_sees_what_was_held_back(link):
    write("Известный")

    with transaction.atomic():
        write("Первый")
        assert names() == ["Известный", "Первый"]
        assert link.held == []
        write("Второй")
        write("Третий")
        assert len(link.held) == 2

    assert names() == ["Второй", "Известный", "Первый", "Третий"]


def test_outside_of_a_transaction_nothing_is_held_back(link):
    write("Известный")
    write("Первый")

    assert link.held == []


def test_what_is_taken_back_is_never_sent(link):
    write("Известный")
    with pytest.raises(RuntimeError), transaction.atomic():
        write("Первый")
        raise RuntimeError
    assert link.held == []

    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            write("Второй")
            raise RuntimeError
        write("Третий")

    assert names() == ["Известный", "Третий"]


def test_what_was_held_back_before_a_savepoint_outlives_it():
    write("Известный")

    with transaction.atomic():
        write("Первый")
        with pytest.raises(RuntimeError), transaction.atomic():
            write("Второй")
            raise RuntimeError

    assert names() == ["Известный", "Первый"]


def test_a_constraint_that_only_commit_shows_has_its_error_and_nothing_is_written():
    write("Известный")
    before = OfficeFactory(code="A")

    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeFactory(name="Другой")
        with one_round_trip():
            OFFICES.insert([{"name": "Первый", "code": before.code}])

    assert "Другой" not in names()
    with transaction.atomic():
        write("Второй")
    assert "Второй" in names()


def test_a_constraint_of_a_savepoint_shows_at_its_end():
    write("Известный")
    before = OfficeFactory(code="A")

    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(), one_round_trip():
            OFFICES.insert([{"name": "Первый", "code": before.code}])
        write("Второй")

    assert "Первый" not in names()
    assert "Второй" in names()


def test_r10_a_seat_whose_booking_came_second_is_refused_by_commit_in_words():
    """The rows of a seat travel with COMMIT: its constraint still has the sentence, and nothing stays."""
    enrol(EmployeeFactory(), SessionFactory())  # planned once
    person, session = EmployeeFactory(), SessionFactory()
    elsewhere = SessionFactory(starts_at=session.starts_at)
    booking = Booking.objects.teaching().get(meeting__session=elsewhere)

    @action
    def both() -> None:
        enrolment = enrol(person, session)
        with one_round_trip():
            from enrolment.seats import BOOKINGS

            BOOKINGS.insert(
                [
                    {
                        "meeting_id": booking.meeting_id,
                        "person_id": person.pk,
                        "role": "attends",
                        "period": booking.period,
                    }
                ]
            )
        assert enrolment.seat == "held"

    with pytest.raises(PersonBusy):
        both()
    assert not person.enrolments.exists()
    assert not EnrolmentEntry.objects.filter(enrolment__trainee=person).exists()


def test_r21_a_plan_that_postgres_knows_no_more_at_commit_is_made_anew():
    """As behind a restart of what lies between: the action is done once more."""
    write("Известный")
    tries = []

    @action
    def adding() -> None:
        tries.append("try")
        if len(tries) == 1:
            execute("DEALLOCATE ALL")
        write("Первый")

    adding()

    assert tries == ["try", "try"]
    assert names() == ["Известный", "Первый"]


def test_a_lost_connection_takes_what_was_held_back_with_it(link):
    write("Известный")

    with pytest.raises(Exception, match=r"terminat|closed"), transaction.atomic():
        execute("SELECT 1")
        pid = link.get_backend_pid()
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        other.close()
        write("Первый")

    assert names() == ["Известный"]
    with transaction.atomic():
        write("Второй")
    assert names() == ["Второй", "Известный"]
