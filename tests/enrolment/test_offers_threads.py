"""Answers and silence at one moment, over real connections (rule 14, promises R1 and R8).

Without the session's lock in `actions.lock` or in `lapse_offers` the second of two decides by what stood there before
the first: an offer would be accepted after it was passed on, and one seat would go to two.
"""

from datetime import timedelta

import pytest

from centre.errors import Refusal
from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from enrolment.models import Ending, Enrolment, Seat
from enrolment.offers.actions import accept_offer, decline_offer, lapse_offers
from enrolment.offers.errors import OfferOver
from tests.enrolment.offers import NOW, fresh, offered, seats
from tests.factories import EmployeeFactory, moscow
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]
IN_TEN_DAYS = moscow(2026, 3, 12, 10)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def bookings_are_the_seats():
    yield
    assert booking_faults() == []


def accepting(row):
    return lambda: accept_offer(row, by=row.trainee)


def declining(row):
    return lambda: decline_offer(row, by=row.trainee)


def test_rule_14_two_clicks_on_accept_make_one_seat():
    _session, first, _second = offered(starts_at=IN_TEN_DAYS)

    results = at_once([accepting(first)] * 5)

    assert [one for one in results if isinstance(one, Exception)] == []
    assert first.entries.filter(kind="accepted").count() == 1


def test_rule_14_lapsing_twice_at_once_passes_the_seat_on_once(clock):
    session, first, *_others = offered(3, starts_at=IN_TEN_DAYS)
    clock.move_to(first.offer_until, tick=False)

    results = at_once([lambda: lapse_offers(session)] * 4)

    assert sorted(len(one) for one in results) == [0, 0, 0, 1]
    assert session.enrolments.filter(seat=Seat.OFFERED).count() == 1


def test_rule_14_who_declines_before_the_click_on_accept_has_declined():
    _session, first, second = offered(starts_at=IN_TEN_DAYS)

    answer = before_the_commit(declining(first), accepting(first))

    assert isinstance(answer, OfferOver)
    assert seats(first, second) == [Seat.GIVEN_UP, Seat.OFFERED]


def test_rule_14_accepted_before_the_beat_comes_it_does_not_lapse(clock):
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    Enrolment.objects.filter(pk=first.pk).update(offer_until=NOW + timedelta(seconds=1))

    def lapse_late():
        clock.move_to(NOW + timedelta(minutes=1), tick=False)
        return lapse_offers(session)

    lapsed = before_the_commit(accepting(first), lapse_late)

    assert (lapsed, seats(first, second)) == ([], [Seat.HELD, Seat.WAITING])


def test_rule_14_lapsed_before_the_click_it_is_passed_on(clock):
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    clock.move_to(first.offer_until, tick=False)

    answer = before_the_commit(lambda: lapse_offers(session), accepting(first))

    assert isinstance(answer, OfferOver)
    assert seats(first, second) == [Seat.GIVEN_UP, Seat.OFFERED]


def test_rule_14_rule_13_declined_while_fifty_enrol_the_seat_goes_to_who_waited():
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    people = EmployeeFactory.create_batch(50)

    results = at_once(
        [declining(first), *(lambda person=person: enrol(person, session) for person in people)]
    )

    assert [one for one in results if isinstance(one, Exception)] == []
    assert seats(second) == [Seat.OFFERED]
    assert session.enrolments.holding().count() == 1
    assert session.enrolments.promotable().count() == 50
    assert fresh(first)[0].ended_because == Ending.DECLINED


def test_rule_14_answers_of_many_sessions_at_once_end_without_a_deadlock():
    """People who wait in each other's sessions: everybody's locks are taken in the same order."""
    made = [offered(3, starts_at=IN_TEN_DAYS + timedelta(days=day)) for day in range(3)]
    for _session, _first, *waiting in made:
        for other, *_rest in made:
            for row in waiting[:1]:
                enrol(row.trainee, other)

    results = at_once([declining(first) for _session, first, *_waiting in made] * 2)

    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, Refusal)] == []
    for session, _first, second, *_rest in made:
        assert seats(second) == [Seat.OFFERED]
        assert session.enrolments.holding().count() == 1
