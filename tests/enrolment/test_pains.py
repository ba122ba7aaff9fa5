"""What people complain of in other training systems, each as one story; naive code fails it (issue of the seat).

Oversold seats and their naive twin are in `test_threads`, for they need many people at one moment.
"""

from datetime import timedelta

import pytest
from django.utils import timezone
from time_machine import travel

from enrolment.actions import cancel_enrolment, end_enrolments_of_leaver, enrol
from enrolment.approvals.actions import ask_for_seat, decide
from enrolment.invariants import booking_faults
from enrolment.models import SEATS_TAKEN, Ending, Seat
from enrolment.tasks import give_free_seats
from notifications.models import Message
from notifications.tasks import send_due_messages
from people.models import Employee
from scheduling.actions import change_limit
from scheduling.models import Booking, Session
from tests.enrolment.approvals import led_office, member
from tests.factories import EmployeeFactory, MandatorySessionFactory, PolicyFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db


def taken(session):
    return set(session.enrolments.filter(seat__in=SEATS_TAKEN).values_list("trainee", flat=True))


def cancels(enrolment):
    cancel_enrolment(enrolment, by=enrolment.trainee, reason="Болею")


def leaves_the_organisation(enrolment):
    Employee.objects.filter(pk=enrolment.trainee_id).update(is_active=False)
    end_enrolments_of_leaver(enrolment.trainee)


@pytest.mark.parametrize("goes", [cancels, leaves_the_organisation])
def test_rule_10_nobody_who_has_gone_keeps_a_seat(goes):
    """Ghost seats: the session is full of people who will not come, and nobody can book."""
    session = MandatorySessionFactory(seats=2, limit=2)
    first, second, third, fourth = EmployeeFactory.create_batch(4)
    gone = [enrol(first, session), enrol(second, session)]
    for enrolment in gone:
        goes(enrolment)

    enrol(third, session)
    enrol(fourth, session)

    assert taken(session) == {third.pk, fourth.pk}
    assert set(Booking.objects.attending().values_list("person", flat=True)) == {third.pk, fourth.pk}
    assert booking_faults() == []
    free_elsewhere = MandatorySessionFactory()  # at the same hours
    first.refresh_from_db()
    if first.is_active:
        assert enrol(first, free_elsewhere).seat == Seat.HELD


def test_rule_12_the_queue_gives_no_seat_that_nobody_has_approved():
    """Approval bypassed by the queue: a request becomes a seat when one is freed, or when there are more."""
    PolicyFactory(away_percent=100)
    office, session = led_office(), SessionFactory(seats=1, limit=1)
    held = enrol(member(office), session)
    asked = ask_for_seat(member(office), session, consents=True)
    refused = ask_for_seat(member(office), session, consents=True)
    decide(refused, granted=False, by=office.head, reason="Некому работать")

    cancels(held)
    change_limit(session, 3, by=None)
    give_free_seats()

    assert taken(session) == set()
    decide(asked, granted=True, by=office.head)
    assert taken(session) == {asked.trainee_id}


@pytest.mark.parametrize("minutes", [0, 1, 60 * 24])
def test_rule_14_from_the_start_on_the_queue_gives_no_seats(minutes):
    """Promotion after the start: somebody gets a seat in a session that is running or over, and is absent in it."""
    session = MandatorySessionFactory(seats=1, limit=1)
    holder, leaver, waiting = EmployeeFactory.create_batch(3)
    enrol(holder, session)
    enrol(leaver, session)
    enrol(waiting, session)
    Session.objects.filter(pk=session.pk).update(seats=2)
    with travel(session.starts_at + timedelta(minutes=minutes), tick=False):
        cancels(session.enrolments.get(trainee=leaver))
        give_free_seats()

        assert taken(session) == {holder.pk}
        assert (
            not session.enrolments.get(trainee=waiting)
            .entries.filter(kind__in=["promoted", "offered"])
            .exists()
        )


def test_rule_13_who_comes_now_stands_behind_who_waits():
    """A queue that newcomers overtake: a freed seat is taken by whoever looks at the page at that moment."""
    session = MandatorySessionFactory(seats=1, limit=1)
    holder, first, second, newcomer = EmployeeFactory.create_batch(4)
    enrol(holder, session)
    waiting = [enrol(first, session), enrol(second, session)]
    Session.objects.filter(pk=session.pk).update(
        seats=2
    )  # a seat is free, and nobody has asked the queue yet

    came = enrol(newcomer, session)

    assert taken(session) == {holder.pk, first.pk}
    assert came.seat == Seat.WAITING
    assert [waiting[1].pk, came.pk] == [one.pk for one in session.enrolments.promotable()]


def test_rule_26_nobody_else_is_told_of_a_seat_and_whoever_gave_it_up_is_left_alone():
    """Mails to the wrong people: the whole queue hears of a seat, and reminders go to those who will not come."""
    with travel(moscow(2026, 11, 2, 10), tick=False) as clock:
        session = MandatorySessionFactory(
            seats=1, limit=1, starts_at=moscow(2026, 11, 16, 10), course__title="Посетители"
        )
        gone, busy, next_one, last = EmployeeFactory.create_batch(4)
        held = enrol(gone, session)
        for person in (busy, next_one, last):
            enrol(person, session)
        enrol(busy, MandatorySessionFactory(starts_at=session.starts_at))
        send_due_messages()
        cancels(held)
        moved_up = session.enrolments.get(trainee=next_one)
        if moved_up.seat == Seat.OFFERED:
            from enrolment.offers.actions import accept_offer

            accept_offer(moved_up, by=next_one)
        told = Message.objects.filter(subject__in=[f"enrolment:{one.pk}" for one in session.enrolments.all()])
        before = set(told.values_list("pk", flat=True).filter(state=Message.State.SENT))
        while timezone.now() < session.starts_at:
            send_due_messages()
            clock.shift(timedelta(hours=6))

    sent = told.filter(state=Message.State.SENT).exclude(pk__in=before)
    heard = {
        person: set(sent.filter(recipient=person).values_list("kind", flat=True))
        for person in (gone, busy, next_one, last)
    }
    assert held.refresh_from_db() is None
    assert held.ended_because == Ending.CANCELLED
    assert heard[gone] <= {"seat_given_up"}
    assert heard[busy] == heard[last] == set()
    assert {"reminder_first", "reminder_second"} <= heard[next_one]
