"""Wishes while much happens at one moment, over real connections.

Each was first seen to fail without its lock: two publications without the persons' offered somebody two seats, and
the wish beside an enrolment without the person's stayed live.
"""

import pytest

from centre.errors import Refusal
from enrolment.actions import enrol
from enrolment.errors import AlreadyEnrolled
from enrolment.interest.actions import end_wishes_without_reason, offer_dates_of, want_course
from enrolment.interest.tasks import keep_wishes
from enrolment.invariants import booking_faults
from enrolment.models import SEATS_TAKEN, Enrolment, Interest
from people.models import Employee
from scheduling.actions import current_plan, publish_session
from scheduling.models import Session
from scheduling.publication.actions import prepare_move, publish_plan
from tests.enrolment.interests import draft, ended, mandatory_course, wanting
from tests.factories import EmployeeFactory, SessionFactory, in_days
from tests.threads import at_once, before_the_commit, nobody_holds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def seated(session):
    return {one.trainee_id for one in session.enrolments.filter(seat__in=SEATS_TAKEN)}


def test_rule_13_two_dates_published_at_once_offer_nobody_two_seats():
    course = mandatory_course()
    wishes = wanting(course, 6)
    first, second = (draft(course, seats=4, starts_at=in_days(day)) for day in (14, 16))

    before_the_commit(lambda: publish_session(first, by=None), lambda: publish_session(second, by=None))

    assert seated(first) == {wish.trainee_id for wish in wishes[:4]}
    assert seated(second) == {wish.trainee_id for wish in wishes[4:]}
    assert booking_faults() == []


def test_rule_13_many_dates_published_at_once_meet_in_no_deadlock():
    course = mandatory_course()
    wanting(course, 8)
    drafts = [draft(course, seats=3, starts_at=in_days(day)) for day in (14, 16, 18, 20)]

    results = at_once([lambda one=one: publish_session(one, by=None) for one in drafts])

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Enrolment.objects.count() == Enrolment.objects.values("trainee").distinct().count() == 8
    assert booking_faults() == []


def test_rule_13_the_task_twice_at_once_offers_nobody_twice():
    course = mandatory_course()
    wishes = wanting(course, 4)
    session = SessionFactory(course=course, seats=2)

    results = at_once([keep_wishes] * 4)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert seated(session) == {wish.trainee_id for wish in wishes[:2]}
    assert Enrolment.objects.count() == 2


def test_rule_13_an_offer_beside_the_persons_own_enrolment_elsewhere():
    course = mandatory_course()
    (wish,) = wanting(course)
    own, other = SessionFactory(course=course), SessionFactory(course=course, starts_at=in_days(16))

    result = before_the_commit(lambda: enrol(wish.trainee, own), lambda: offer_dates_of(other))

    assert result == []
    assert list(Enrolment.objects.values_list("session", flat=True)) == [own.pk]


def test_rule_13_a_newcomer_beside_the_offer_of_the_last_seat():
    course = mandatory_course()
    (wish,) = wanting(course)
    session = SessionFactory(course=course, seats=1)

    before_the_commit(lambda: offer_dates_of(session), lambda: enrol(EmployeeFactory(), session))

    assert seated(session) == {wish.trainee_id}


def test_a_wish_beside_the_own_enrolment():
    session, person = SessionFactory(seats=1), EmployeeFactory()
    enrol(EmployeeFactory(), session)

    result = before_the_commit(lambda: enrol(person, session), lambda: want_course(person, session.course))

    assert isinstance(result, AlreadyEnrolled)
    assert not Interest.objects.exists()


def test_a_double_click_makes_one_wish():
    course, person = mandatory_course(), EmployeeFactory()

    results = at_once([lambda: want_course(person, course)] * 6)

    assert [
        result for result in results if isinstance(result, Exception) and not isinstance(result, Refusal)
    ] == []
    assert Interest.objects.count() == 1


def free_while_waiting_for(lower, higher, action):
    """Whether the action has not locked the person of the higher key yet when it waits for that of the lower."""
    free = []
    result = before_the_commit(
        lambda: Employee.objects.lock(lower.pk), action, meanwhile=lambda: free.append(nobody_holds(higher))
    )
    assert not isinstance(result, Exception), result
    return free == [True]


def test_r10_a_publication_locks_who_wants_its_dates_in_order_with_everybody_else():
    """Else it holds the people of its moves while it waits for somebody of a lower key: half a deadlock."""
    course = mandatory_course()
    (wish,) = wanting(course)
    moves, opens = SessionFactory(starts_at=in_days(15)), draft(course)
    comes = enrol(EmployeeFactory(), moves).trainee
    plan = current_plan(moves).with_meeting(0, starts_at=in_days(17), ends_at=in_days(17, 13))
    prepare_move(moves, plan.meetings, by=None, version=moves.version)
    sessions = list(Session.objects.with_course().filter(pk__in=[moves.pk, opens.pk]))

    assert wish.trainee_id < comes.pk
    assert free_while_waiting_for(wish.trainee, comes, lambda: publish_plan(sessions, by=None))
    assert seated(opens) == {wish.trainee_id}


def test_r10_wishes_of_all_reasons_end_under_locks_in_order():
    archived, left = mandatory_course(), mandatory_course()
    (first,), (second,) = wanting(archived), wanting(left)
    type(archived).objects.filter(pk=archived.pk).update(is_archived=True)
    Employee.objects.filter(pk=second.trainee_id).update(is_active=False)

    assert first.trainee_id < second.trainee_id
    assert free_while_waiting_for(first.trainee, second.trainee, end_wishes_without_reason)
    assert [ended(first), ended(second)] == [Interest.Ending.ARCHIVED, Interest.Ending.LEFT]
