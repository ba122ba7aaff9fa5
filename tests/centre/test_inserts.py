"""Inserts that are planned once: rows, constraints and the record of changes as of any insert."""

from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from audit.context import acting
from audit.models import Change
from centre.inserts import PreparedInsert, one_round_trip
from enrolment.models import Enrolment, EnrolmentEntry, Seat
from notifications.models import Message
from people.models import Office
from tests.factories import EmployeeFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[True, False], ids=["plans kept", "nothing kept"], autouse=True)
def keeping(request, settings):
    settings.PREPARED_STATEMENTS = request.param
    return request.param


def office(name, **values):
    return Office(name=name, code=name, **values)


def message(recipient, key, **values):
    return Message(
        recipient=recipient,
        kind="queued",
        subject="enrolment:1",
        key=key,
        **{"send_after": timezone.now(), **values},
    )


def test_any_number_of_rows_is_one_statement(django_assert_num_queries):
    offices = PreparedInsert(Office)

    for names in (["Один"], ["Два", "Три' OR true --"], []):
        with django_assert_num_queries(bool(names)):
            offices.insert(office(name) for name in names)

    assert set(Office.objects.values_list("name", flat=True)) == {"Один", "Два", "Три' OR true --"}


def test_values_of_every_kind_come_back_as_they_were_given():
    person, moment = EmployeeFactory(), timezone.now() + timedelta(days=3)
    context = {"reason": "Болезнь «100 %»", "list": [1, None]}

    PreparedInsert(Message).insert(
        [message(person, "one", context=context, sent_at=moment), message(person, "two")]
    )

    one, two = Message.objects.order_by("pk")
    assert (one.context, one.sent_at, one.recipient) == (context, moment, person)
    assert (two.context, two.sent_at, two.state) == ({}, None, Message.State.PLANNED)
    assert abs(two.planned_at - timezone.now()) < timedelta(minutes=1)


def test_values_make_the_rows_that_models_make():
    person, now = EmployeeFactory(), timezone.now()
    given = {"kind": "queued", "subject": "enrolment:1", "send_after": now, "planned_at": now}
    context = {"reason": "Болезнь «100 %»", "list": [1, None]}
    messages = PreparedInsert(Message)

    messages.insert([message(person, "model", send_after=now, context=context)])
    messages.insert_values([{**given, "recipient_id": person.pk, "key": "values", "context": context}])
    messages.insert_values([])

    one, two = Message.objects.order_by("pk").values()
    own = ("id", "key", "planned_at")
    assert {name: one[name] for name in one if name not in own} == {
        name: two[name] for name in two if name not in own
    }
    assert two["planned_at"] == now


def test_values_of_no_column_and_moments_that_are_missing_are_refused():
    messages = PreparedInsert(Message)
    given = {"recipient_id": EmployeeFactory().pk, "kind": "queued", "subject": "", "key": "one"}

    with pytest.raises(TypeError, match="Message takes no 'recipient'"):
        messages.insert_values([{"recipient": 1}])
    with pytest.raises(IntegrityError, match="send_after"), transaction.atomic():
        messages.insert_values([{**given, "planned_at": timezone.now()}])

    assert not Message.objects.exists()


def test_a_keyed_row_brings_what_the_database_would_decide():
    session, trainee, asked_at = SessionFactory(), EmployeeFactory(), moscow(2027, 3, 9, 10)
    enrolment = Enrolment(
        pk=700_001,
        trainee=trainee,
        session=session,
        course=session.course,
        seat=Seat.WAITING,
        requested_at=asked_at,
    )

    with one_round_trip():
        PreparedInsert(EnrolmentEntry).insert([EnrolmentEntry(enrolment=enrolment, kind="queued")])
        PreparedInsert(Enrolment, keyed=True).insert([enrolment])

    written = EnrolmentEntry.objects.get().enrolment
    assert (written.pk, written.requested_at) == (700_001, asked_at)


def test_what_the_database_decides_is_not_given():
    enrolment = Enrolment(requested_at=timezone.now())

    with pytest.raises(ValueError, match="requested_at is decided by the database"):
        PreparedInsert(Enrolment).insert([enrolment])


def test_what_is_too_long_is_refused_and_not_cut():
    person = EmployeeFactory()
    messages = PreparedInsert(Message)

    with pytest.raises(DataError), transaction.atomic():
        messages.insert([message(person, "x" * 161)])

    messages.insert([message(person, "x" * 160)])
    assert Message.objects.count() == 1


def test_conflicts_are_errors_unless_they_are_to_be_left_out():
    person = EmployeeFactory()
    PreparedInsert(Message).insert([message(person, "same")])

    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        PreparedInsert(Message).insert([message(person, "same")])
    PreparedInsert(Message, ignore_conflicts=True).insert([message(person, "same"), message(person, "new")])

    assert list(Message.objects.order_by("pk").values_list("key", flat=True)) == ["same", "new"]


def test_R27_the_record_of_changes_knows_who_acted():
    person, session, entries = EmployeeFactory(), SessionFactory(), PreparedInsert(Enrolment)

    for trainee in EmployeeFactory.create_batch(2):  # the first prepares the statement, the second finds it
        with acting(by=person.pk, reason="Просьба"):
            entries.insert(
                [Enrolment(trainee=trainee, session=session, course=session.course, seat=Seat.WAITING)]
            )

    changes = Change.objects.filter(kind="enrolment.enrolment").order_by("pk")
    assert [(change.by_id, change.reason) for change in changes] == [(person.pk, "Просьба")] * 2


def test_inserts_of_several_models_travel_together(django_assert_num_queries):
    person, offices, messages = EmployeeFactory(), PreparedInsert(Office), PreparedInsert(Message)

    for number in range(2):
        with django_assert_num_queries(1), one_round_trip():
            offices.insert([office(f"Первый {number}")])
            messages.insert([message(person, f"первое {number}")])
            offices.insert([office(f"Второй {number}")])

    assert list(Office.objects.order_by("pk").values_list("name", flat=True)) == [
        "Первый 0",
        "Второй 0",
        "Первый 1",
        "Второй 1",
    ]
    assert Message.objects.count() == 2


def test_after_an_exception_nothing_is_sent(django_assert_num_queries):
    offices = PreparedInsert(Office)

    with pytest.raises(RuntimeError), django_assert_num_queries(0), one_round_trip():
        offices.insert([office("Первый")])
        raise RuntimeError

    offices.insert([office("Второй")])
    assert Office.objects.get().name == "Второй"


def test_a_broken_constraint_breaks_the_whole_round_trip():
    person, entries, messages = EmployeeFactory(), PreparedInsert(EnrolmentEntry), PreparedInsert(Message)

    with pytest.raises(IntegrityError), transaction.atomic(), one_round_trip():
        messages.insert([message(person, "news")])
        messages.insert([message(person, "news")])

    assert not Message.objects.exists()
    entries.insert([])
    messages.insert([message(person, "news")])
    assert Message.objects.count() == 1


def test_postgres_plans_once_a_connection(keeping):
    offices = PreparedInsert(Office)
    for name in ("Один", "Два"):
        offices.insert([office(name)])

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans FROM pg_prepared_statements WHERE name LIKE 'insert%' ORDER BY prepare_time"
        )
        runs = [row[0] for row in cursor.fetchall()]
    assert runs[-1:] == ([2] if keeping else runs[-1:])
