"""Heads act at the moment others do, over real connections: promise R1 and rule 17."""

import pytest
from django.db import transaction

from enrolment.actions import cancel_enrolment, enrol
from enrolment.errors import EnrolmentError
from enrolment.invariants import booking_faults
from enrolment.models import Ending, Enrolment, Reservation, Seat
from enrolment.nominating.actions import nominate, replace_trainee
from enrolment.nominating.errors import AlreadyThere, CannotReplace
from enrolment.reservations.actions import reserve_seats
from enrolment.reservations.errors import CannotReserve
from tests.enrolment.approvals import led_office, member
from tests.factories import EmployeeFactory, ReservationFactory, SessionFactory
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def test_r1_seats_are_not_kept_that_somebody_takes_at_the_moment():
    office, session = led_office(), SessionFactory(seats=1)
    person = EmployeeFactory()

    kept = before_the_commit(
        lambda: enrol(person, session), lambda: reserve_seats(session, office, 1, by=office.head)
    )

    assert isinstance(kept, CannotReserve)
    assert booking_faults() == []


def test_r1_the_naive_reservation_keeps_a_seat_that_is_taken():
    """The same without the session's lock: the proof that the test above can fail."""
    office, session = led_office(), SessionFactory(seats=1)
    person = EmployeeFactory()

    def naive():
        with transaction.atomic():
            if session.enrolments.holding().count() < session.seats:
                ReservationFactory(session=session, office=office, seats=1)

    before_the_commit(lambda: enrol(person, session), naive)

    assert booking_faults() != []


def test_r1_many_take_seats_while_heads_keep_them_and_send_people():
    session = SessionFactory(seats=6)
    offices = [led_office() for _number in range(3)]
    people = [member(office) for office in offices]
    calls = [
        *(lambda one=one: enrol(one, session) for one in EmployeeFactory.create_batch(6)),
        *(lambda one=one: reserve_seats(session, one, 2, by=one.head) for one in offices),
        *(
            lambda office=office, one=one: nominate(one, session, by=office.head)
            for office, one in zip(offices, people, strict=True)
        ),
    ]

    results = at_once(calls)

    wrong = [one for one in results if isinstance(one, Exception) and not isinstance(one, EnrolmentError)]
    held = session.enrolments.holding().count()
    kept = sum(Reservation.objects.standing().values_list("seats", flat=True))
    assert wrong == []
    assert held + kept <= 6
    assert booking_faults() == []


def test_rule_17_somebody_who_is_sent_while_they_enrol_has_one_enrolment():
    office, session = led_office(), SessionFactory()
    person = member(office)

    sent = before_the_commit(
        lambda: enrol(person, session), lambda: nominate(person, session, by=office.head)
    )

    assert isinstance(sent, AlreadyThere)
    assert Enrolment.objects.filter(trainee=person).count() == 1


def test_rule_17_a_replacement_against_a_cancellation():
    office = led_office()
    session = SessionFactory(seats=1)
    leaving = nominate(member(office), session, by=office.head)
    first = enrol(EmployeeFactory(), session)
    substitute = member(office)

    replaced = before_the_commit(
        lambda: cancel_enrolment(leaving, by=leaving.trainee),
        lambda: replace_trainee(leaving, substitute, by=office.head),
    )

    assert isinstance(replaced, CannotReplace)
    first.refresh_from_db()
    assert first.seat in {Seat.HELD, Seat.OFFERED}
    assert not Enrolment.objects.filter(trainee=substitute).exists()
    assert booking_faults() == []


def test_rule_17_a_cancellation_against_a_replacement():
    office = led_office()
    session = SessionFactory(seats=1)
    leaving = nominate(member(office), session, by=office.head)
    first = enrol(EmployeeFactory(), session)
    substitute = member(office)

    before_the_commit(
        lambda: replace_trainee(leaving, substitute, by=office.head),
        lambda: cancel_enrolment(leaving, by=leaving.trainee),
    )

    first.refresh_from_db()
    leaving.refresh_from_db()
    assert (first.seat, leaving.ended_because) == (Seat.WAITING, Ending.REPLACED)
    assert Enrolment.objects.get(trainee=substitute).seat == Seat.HELD
    assert booking_faults() == []
