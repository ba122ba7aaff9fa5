"""Colleagues who take seats in different sessions of one day at one moment: rule 16 over real connections."""

import pytest
from django.db import transaction

from centre.models import Policy
from enrolment.approvals.actions import ask_for_seat
from enrolment.models import Approval, Enrolment, Seat
from enrolment.seats import hold_seat
from enrolment.situations import situations
from tests.enrolment.test_office import colleagues, mandatory_on, next_weekday
from tests.factories import OfficeFactory
from tests.threads import at_once, before_the_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def wishes(people, sessions):
    return [
        lambda person=person, session=session: ask_for_seat(person, session)
        for person, session in zip(people, sessions, strict=True)
    ]


def test_rule_16_of_five_colleagues_at_once_one_is_away():
    """Five sessions, five people, one office, one day: nothing is shared but the office's day."""
    people = colleagues(OfficeFactory(), 5)
    at = next_weekday()

    results = at_once(wishes(people, [mandatory_on(at) for _person in people]))

    assert sorted((one.seat, one.approval) for one in results) == sorted(
        [(Seat.HELD, Approval.NOT_NEEDED), *[(Seat.NONE, Approval.ASKED)] * 4]
    )


def test_rule_16_a_colleague_waits_for_the_seat_that_is_being_written():
    first, second = colleagues(OfficeFactory(), 2)
    at = next_weekday()
    one, other = wishes([first, second], [mandatory_on(at), mandatory_on(at)])

    assert before_the_commit(one, other).approval == Approval.ASKED


def test_rule_16_the_naive_count_lets_both_go():
    """The same without the lock of the office's day: the proof that the tests above can fail."""
    first, second = colleagues(OfficeFactory(), 2)
    at = next_weekday()

    def naive(person):
        session = mandatory_on(at)

        def take():
            with transaction.atomic():
                situation = situations(person, [session], policy=Policy.objects.current())[session.pk]
                assert not situation.days_over
                hold_seat(
                    Enrolment(trainee=person, session=session, course=session.course),
                    situation,
                    kind="seat_taken",
                )

        return take

    before_the_commit(naive(first), naive(second))

    assert Enrolment.objects.filter(seat=Seat.HELD).count() == 2


def test_rule_16_people_of_other_offices_do_not_wait_for_each_other():
    people = [colleagues(OfficeFactory(), 1)[0] for _office in range(4)]
    at = next_weekday()

    results = at_once(wishes(people, [mandatory_on(at) for _person in people]))

    assert [one.seat for one in results] == [Seat.HELD] * 4
