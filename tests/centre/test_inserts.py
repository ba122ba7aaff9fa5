"""Inserts that are planned once: rows, constraints and the record of changes as of any insert."""

from datetime import date, timedelta

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from psycopg2.extras import DateTimeTZRange

from audit.context import acting
from audit.models import Change
from centre.actions import force_deferred_constraints
from centre.inserts import PreparedInsert, columns_of, one_round_trip
from centre.models import Site
from enrolment.models import Enrolment, EnrolmentEntry, Seat
from notifications.models import Message
from people.models import Office
from scheduling.models import Booking, RoomDoor
from tests.factories import EmployeeFactory, SelfPacedCourseFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[True, False], ids=["plans kept", "nothing kept"], autouse=True)
def keeping(request, settings):
    settings.PREPARED_STATEMENTS = request.param
    return request.param


def office(name):
    return {"name": name, "code": name}


def message(recipient, key, **values):
    now = timezone.now()
    given = {"recipient_id": recipient.pk, "kind": "queued", "subject": "enrolment:1", "key": key}
    return {**given, "planned_at": now, "send_after": now, **values}


def test_any_number_of_rows_is_one_statement(django_assert_num_queries):
    offices = PreparedInsert(Office)

    for names in (["Один"], ["Два", "Три' OR true --"], []):
        with django_assert_num_queries(bool(names)):
            offices.insert(office(name) for name in names)

    assert set(Office.objects.values_list("name", flat=True)) == {"Один", "Два", "Три' OR true --"}


def test_values_of_every_kind_come_back_as_they_were_given():
    person, moment = EmployeeFactory(), timezone.now() + timedelta(days=3)
    context = {"reason": "Болезнь «100 %»", "list": [1, None]}
    messages = PreparedInsert(Message)

    messages.insert(
        [
            message(person, "one", context=context, sent_at=moment),
            message(person, "two", context={}, sent_at=None),
        ]
    )
    messages.insert([message(person, "three")])

    one, two, three = Message.objects.order_by("pk")
    assert (one.context, one.sent_at, one.recipient) == (context, moment, person)
    assert (two.context, two.sent_at, two.state) == ({}, None, Message.State.PLANNED)
    assert (three.context, three.sent_at, three.state) == ({}, None, Message.State.PLANNED)


def test_what_is_not_given_is_what_a_model_has():
    person, now = EmployeeFactory(), timezone.now()
    given = {"kind": "queued", "subject": "enrolment:1", "send_after": now, "planned_at": now}

    Message.objects.create(**given, recipient=person, key="model")
    PreparedInsert(Message).insert([{**given, "recipient_id": person.pk, "key": "values"}])

    one, two = Message.objects.order_by("pk").values()
    own = ("id", "key", "planned_at")
    assert {**one, **{name: two[name] for name in own}} == two


def test_a_column_that_the_model_has_not_is_refused():
    with pytest.raises(TypeError, match="Message takes no 'recipient'"):
        PreparedInsert(Message).insert([{"recipient": 1}])


def test_what_each_row_has_of_its_own_is_given():
    with pytest.raises(TypeError, match="RoomDoor brings its own 'token'"):
        PreparedInsert(RoomDoor).insert([{"room_id": 1}])


def test_rows_that_travel_together_have_the_same_columns():
    with pytest.raises(TypeError, match="same columns"):
        PreparedInsert(Office).insert([office("Первый"), {"name": "Второй"}])


def test_what_has_no_default_is_missed_by_the_database():
    given = message(EmployeeFactory(), "one")
    del given["send_after"]

    with pytest.raises(IntegrityError, match="send_after"), transaction.atomic():
        PreparedInsert(Message).insert([given])


def test_a_row_may_bring_what_the_database_would_decide():
    session, trainee, asked_at = SessionFactory(), EmployeeFactory(), moscow(2027, 3, 9, 10)
    enrolment = Enrolment(
        pk=700_001,
        trainee=trainee,
        session=session,
        course=session.course,
        seat=Seat.WAITING,
        requested_at=asked_at,
    )
    note = {"enrolment_id": enrolment.pk, "kind": "queued", "at": timezone.now()}

    with one_round_trip():
        PreparedInsert(EnrolmentEntry).insert([note])
        PreparedInsert(Enrolment).insert([columns_of(enrolment)])

    written = EnrolmentEntry.objects.get().enrolment
    assert (written.pk, written.requested_at) == (700_001, asked_at)


def test_columns_of_a_row_are_those_that_differ_from_the_defaults():
    enrolment = Enrolment(trainee_id=1, course_id=2, seat=Seat.HELD, due_on=date(2027, 3, 9), exceeds=True)

    assert columns_of(enrolment) == {
        "trainee_id": 1,
        "course_id": 2,
        "seat": "held",
        "due_on": date(2027, 3, 9),
        "exceeds": True,
    }


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
            enrolment = Enrolment(trainee=trainee, session=session, course=session.course, seat=Seat.WAITING)
            entries.insert([columns_of(enrolment)])

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


def test_R27_rows_that_travel_together_are_each_recorded_once_with_who_acted():
    """Of two inserts of one table too, which have other columns and share the run of its trigger."""
    person, trainee, now, enrolments = EmployeeFactory(), EmployeeFactory(), timezone.now(), []
    write, note = PreparedInsert(Enrolment), PreparedInsert(EnrolmentEntry)
    before = set(Change.objects.values_list("pk", flat=True))

    for number in range(2):  # the first prepares the statement, the second finds it
        with acting(by=person.pk, reason="«100 %» ($1::json)"), one_round_trip():
            for place in range(4):
                one = Enrolment(
                    pk=800_000 + number * 10 + place,
                    trainee=trainee,
                    course=SelfPacedCourseFactory(),
                    seat=Seat.NONE,
                    due_on=date(2030, 1, 1) if place % 2 else None,
                )
                note.insert([{"enrolment_id": one.pk, "kind": "queued", "at": now, "reason": f"{place} %s"}])
                write.insert([columns_of(one)])
                enrolments.append(one)

    changes = Change.objects.filter(kind="enrolment.enrolment").exclude(pk__in=before)
    assert sorted(changes.values_list("object_id", "verb", "person_id", "by_id", "reason")) == [
        (one.pk, "created", trainee.pk, person.pk, "«100 %» ($1::json)") for one in enrolments
    ]
    written = Enrolment.objects.order_by("pk")
    assert [(one.pk, one.course_id, one.due_on) for one in written] == [
        (one.pk, one.course_id, one.due_on) for one in enrolments
    ]
    reasons = EnrolmentEntry.objects.order_by("pk").values_list("enrolment", "reason")
    assert list(reasons) == [(one.pk, f"{place % 4} %s") for place, one in enumerate(enrolments)]


def test_R27_without_an_actor_rows_that_travel_together_inherit_none():
    person, offices, sites = EmployeeFactory(), PreparedInsert(Office), PreparedInsert(Site)
    with acting(by=person.pk, reason="Просьба"):
        offices.insert([office("Первый")])

    with one_round_trip():
        offices.insert([office("Второй")])
        sites.insert([{"code": "X", "name": "Площадка"}])

    changes = Change.objects.filter(kind__in=["people.office", "centre.site"]).order_by("pk")
    assert {(one.kind, one.by_id, one.reason) for one in changes} == {
        ("people.office", person.pk, "Просьба"),
        ("people.office", None, ""),
        ("centre.site", None, ""),
    }


@pytest.mark.parametrize("first", ["enrolment", "booking", "note", "message"])
def test_R10_each_constraint_holds_among_inserts_that_travel_together(first):
    """Whichever insert is the last of the statement, whose part is another than the others'."""
    trainee, session, now = EmployeeFactory(), SessionFactory(), timezone.now()
    meeting = session.meetings.get()
    live = {
        "trainee_id": trainee.pk,
        "course_id": session.course_id,
        "session_id": session.pk,
        "seat": "held",
        "requested_at": now,
    }
    booked = {"meeting_id": meeting.pk, "person_id": trainee.pk, "role": "attends"}
    period = DateTimeTZRange(meeting.starts_at, meeting.ends_at)
    inserts = {
        "enrolment": (PreparedInsert(Enrolment), {"id": 900_001, **live}),
        "booking": (PreparedInsert(Booking), {**booked, "period": period}),
        "note": (PreparedInsert(EnrolmentEntry), {"enrolment_id": 900_001, "kind": "queued", "at": now}),
        "message": (PreparedInsert(Message), message(trainee, "news")),
    }
    order = sorted(inserts, key=lambda name: name != first)
    broken = {
        "enrolment": ("enrolment_one_live_per_course", {"id": 900_002}),
        "booking": ("booking_one_person_at_a_time", {}),
        "note": ("enrolment_id", {"enrolment_id": 5}),
        "message": ("message_planned_once", {}),
    }

    for name, (constraint, other) in broken.items():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            with one_round_trip():
                for each in order:
                    insert, row = inserts[each]
                    insert.insert([row, {**row, **other}] if each == name else [row])
            force_deferred_constraints()
        assert not (Enrolment.objects.exists() or EnrolmentEntry.objects.exists() or Message.objects.exists())
        assert not Booking.objects.filter(person=trainee).exists()

    with one_round_trip():
        for each in order:
            insert, row = inserts[each]
            insert.insert([row])
    force_deferred_constraints()
    assert (Enrolment.objects.get().pk, Booking.objects.get(person=trainee).period) == (900_001, period)


def test_conflicts_among_rows_that_travel_together_are_left_out():
    person, offices = EmployeeFactory(), PreparedInsert(Office)
    quiet = PreparedInsert(Message, ignore_conflicts=True)
    PreparedInsert(Message).insert([message(person, "old")])

    with one_round_trip():
        quiet.insert([message(person, "old"), message(person, "new"), message(person, "new")])
        quiet.insert([message(person, "new", cause="step:1")])  # other columns, so an insert of its own
        quiet.insert([message(person, "more")])
        offices.insert([office("Первый")])

    assert sorted(Message.objects.values_list("key", flat=True)) == ["more", "new", "old"]
    assert Office.objects.get().name == "Первый"


def test_a_round_trip_inside_another_is_sent_at_its_own_end(django_assert_num_queries):
    offices = PreparedInsert(Office)

    with django_assert_num_queries(2), one_round_trip():
        offices.insert([office("Первый")])
        with pytest.raises(RuntimeError), one_round_trip():
            offices.insert([office("Никогда")])
            raise RuntimeError
        with one_round_trip():
            offices.insert([office("Второй")])
        offices.insert([office("Третий")])
    with django_assert_num_queries(0), one_round_trip():
        offices.insert([])

    assert set(Office.objects.values_list("name", flat=True)) == {"Первый", "Второй", "Третий"}
    offices.insert([office("Потом")])
    assert Office.objects.count() == 4


def test_a_row_of_columns_is_the_row_that_its_model_would_be():
    """Every column of an enrolment with a value of its own, and with the default's."""
    person, session, moment = EmployeeFactory(), SessionFactory(), moscow(2027, 3, 9, 10)
    own = {
        "trainee": person,
        "session": session,
        "course": session.course,
        "seat": Seat.NONE,
        "approval": "refused",
        "ended_because": "refused",
        "ended_at": moment,
        "due_on": date(2027, 3, 9),
        "exceeds": True,
        "at_short_notice": True,
        "overlooked": "audience clash",
        "consented_at": moment,
        "requested_at": moment,
    }
    rows = [own, {**own, "exceeds": False, "overlooked": "", "consented_at": None, "due_on": None}]

    for number, row in enumerate(rows):
        model = Enrolment.objects.create(**row)
        PreparedInsert(Enrolment).insert([columns_of(Enrolment(pk=910_000 + number, **row))])
        [written, made] = (
            Enrolment.objects.filter(pk__in=[910_000 + number, model.pk]).order_by("-pk").values()
        )
        assert {**written, "id": made["id"]} == made
