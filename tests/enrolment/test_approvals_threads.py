"""Decisions at one moment, over real connections: rules 10 and 12. The naive variant shows that the tests can fail."""

import pytest
from django.db import transaction

from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import decide, undo_decision
from enrolment.approvals.errors import AlreadyDecided
from enrolment.invariants import booking_faults
from enrolment.models import SEATS_TAKEN, Approval, Ending, Enrolment, EnrolmentEntry, Seat
from enrolment.seats import note
from tests.enrolment.approvals import asking, led_office
from tests.factories import EmployeeFactory, SessionFactory
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]
Entry = EnrolmentEntry.Kind
DECISIONS = (Entry.GRANTED, Entry.REFUSED)


def granting(request, head):
    return lambda: decide(request, granted=True, by=head)


def refusing(request, head):
    return lambda: decide(request, granted=False, by=head, reason="Некому работать")


def test_rule_12_of_two_deciders_at_once_one_decides_and_the_other_hears_it():
    office = led_office(deputy=True)
    request = asking(office)

    results = at_once([granting(request, office.head), refusing(request, office.deputy)] * 3)

    assert sorted(type(result).__name__ for result in results) == ["AlreadyDecided"] * 5 + ["Enrolment"]
    assert request.entries.filter(kind__in=DECISIONS).count() == 1


def test_rule_12_the_naive_decision_is_made_twice():
    """The same without the locks: the proof that the test above can fail."""
    office = led_office(deputy=True)
    request = asking(office)

    def naive():
        with transaction.atomic():
            row = Enrolment.objects.get(pk=request.pk)
            if row.approval == Approval.ASKED:
                note(row, Entry.GRANTED, office.head)
                row.approval, row.seat, row.approval_until = Approval.GRANTED, Seat.WAITING, None
                row.save()

    before_the_commit(naive, naive)

    assert request.entries.filter(kind=Entry.GRANTED).count() == 2


def test_rule_12_a_second_decider_waits_for_the_first():
    office = led_office(deputy=True)
    request = asking(office)

    second = before_the_commit(granting(request, office.head), refusing(request, office.deputy))

    assert isinstance(second, AlreadyDecided)
    request.refresh_from_db()
    assert (request.approval, request.seat) == (Approval.GRANTED, Seat.HELD)


def test_rule_12_a_decision_against_a_withdrawal():
    office = led_office()
    request = asking(office)

    second = before_the_commit(
        lambda: cancel_enrolment(request, by=request.trainee), granting(request, office.head)
    )

    assert isinstance(second, AlreadyDecided)
    request.refresh_from_db()
    assert (request.ended_because, request.seat) == (Ending.CANCELLED, Seat.GIVEN_UP)
    assert booking_faults() == []


def test_rule_12_a_withdrawal_against_a_decision_frees_the_seat():
    office, session = led_office(), SessionFactory(seats=1)
    request = asking(office, session)

    before_the_commit(granting(request, office.head), lambda: cancel_enrolment(request, by=request.trainee))

    request.refresh_from_db()
    assert (request.ended_because, request.seat) == (Ending.CANCELLED, Seat.GIVEN_UP)
    assert not session.enrolments.holding().exists()
    assert booking_faults() == []


def test_rule_10_approvals_in_a_rush_oversell_nothing_and_keep_the_order():
    office, session = led_office(), SessionFactory(seats=4)
    requests = [asking(office, session) for _number in range(8)]
    people = EmployeeFactory.create_batch(8)

    results = at_once(
        [
            *[granting(request, office.head) for request in requests],
            *[lambda person=person: enrol(person, session) for person in people],
        ]
    )

    assert [result for result in results if not isinstance(result, Enrolment)] == []
    assert session.enrolments.holding().count() == 4
    queue = list(session.enrolments.promotable())
    assert queue == sorted(queue, key=lambda one: (one.requested_at, one.pk))
    assert len(queue) == 12
    assert booking_faults() == []


def test_rule_12_a_decision_taken_back_against_the_queue():
    office, session = led_office(), SessionFactory(seats=1)
    first, second = asking(office, session), asking(office, session)
    decide(first, granted=True, by=office.head)

    results = at_once([lambda: undo_decision(first, by=office.head), granting(second, office.head)])

    assert all(isinstance(result, Enrolment) for result in results)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.approval == Approval.ASKED
    assert second.seat in SEATS_TAKEN  # offered when the queue was asked by the undoing
    assert booking_faults() == []
