"""Staff's doors to a seat: beyond the limit and in spite of conditions (rules 10 and 11, promises R6, R9, S31)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions.access import give_role
from accounts.roles import Role
from enrolment.actions import Terms, cancel_enrolment, enrol
from enrolment.errors import NotAllowed, NotEligible, ReasonMissing
from enrolment.invariants import booking_faults
from enrolment.models import Enrolment, Seat
from scheduling.actions import change_limit
from scheduling.errors import SeatsTaken
from tests.enrolment.approvals import hr_admin, kinds_of
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    PositionFactory,
    SessionFactory,
    in_days,
)

pytestmark = pytest.mark.django_db

EXCEEDING = Terms(exceeds=True, despite="Один стул ещё есть")


def overlooking(*codes, **more):
    return Terms(overlooks=frozenset(codes), despite="Нужен на выдаче", **more)


def full_session(seats=1):
    session = SessionFactory(seats=seats)
    held = [enrol(person, session) for person in EmployeeFactory.create_batch(seats)]
    return session, held


def test_rule_10_staff_give_a_seat_beyond_the_limit_with_a_reason():
    session, _held = full_session()
    by = hr_admin()

    beyond = enrol(EmployeeFactory(), session, by=by, terms=EXCEEDING)

    assert (beyond.seat, beyond.exceeds) == (Seat.HELD, True)
    entry = beyond.entries.get(kind="exceeded")
    assert (entry.reason, entry.by) == ("2/1: Один стул ещё есть", by)
    assert booking_faults() == []


def test_rule_10_no_right_or_no_reason_exceeds_nothing():
    session, _held = full_session()

    with pytest.raises(NotAllowed):
        enrol(EmployeeFactory(), session, by=EmployeeFactory(), terms=EXCEEDING)
    with pytest.raises(ReasonMissing):
        enrol(EmployeeFactory(), session, by=hr_admin(), terms=Terms(exceeds=True))

    assert session.enrolments.count() == 1


def test_rule_10_a_right_taken_away_meanwhile_counts_at_once():
    session, _held = full_session()
    by = hr_admin()
    assert by.has_perm("enrolment.exceed_seats")
    type(by).objects.get(pk=by.pk).groups.clear()

    with pytest.raises(NotAllowed):
        enrol(EmployeeFactory(), session, by=by, terms=EXCEEDING)


def test_rule_10_a_seat_freed_beyond_the_limit_frees_nothing():
    session, [held] = full_session()
    waiting = enrol(EmployeeFactory(), session)
    beyond = enrol(EmployeeFactory(), session, by=hr_admin(), terms=EXCEEDING)

    cancel_enrolment(held, by=held.trainee)
    waiting.refresh_from_db()
    assert waiting.seat == Seat.WAITING
    cancel_enrolment(beyond, by=beyond.trainee)
    waiting.refresh_from_db()

    assert waiting.seat != Seat.WAITING
    assert booking_faults() == []


def test_rule_10_exceeding_with_a_free_seat_gives_that_one():
    session = SessionFactory(seats=2)

    taken = enrol(EmployeeFactory(), session, by=hr_admin(), terms=EXCEEDING)

    assert (taken.exceeds, kinds_of(taken)) == (False, ["seat_taken"])


def test_rule_13_a_seat_past_those_who_wait_says_why():
    """So shortly before the start the queue gives nothing by itself, and staff decide (rule 14)."""
    session = SessionFactory(seats=1, starts_at=timezone.now() + timedelta(hours=20))
    held = enrol(EmployeeFactory(), session)
    waiting = enrol(EmployeeFactory(), session)
    cancel_enrolment(held, by=held.trainee, reason="Болею")
    by = hr_admin()

    taken = enrol(EmployeeFactory(), session, by=by, terms=EXCEEDING)

    waiting.refresh_from_db()
    assert (waiting.seat, taken.seat, taken.exceeds) == (Seat.WAITING, Seat.HELD, False)
    entry = taken.entries.get(kind="seat_taken")
    assert (entry.reason, entry.by) == ("Один стул ещё есть", by)


def test_rule_10_unmarked_people_beyond_the_limit_are_found():
    session, _held = full_session()
    beyond = enrol(EmployeeFactory(), session, by=hr_admin(), terms=EXCEEDING)

    Enrolment.objects.filter(pk=beyond.pk).update(exceeds=False)

    assert booking_faults() == [f"session {session.pk}: 2 people on 1 seats"]


def test_r9_the_limit_stays_as_it_is_but_is_not_lowered_below_who_sits():
    session, _held = full_session(2)
    enrol(EmployeeFactory(), session, by=hr_admin(), terms=EXCEEDING)

    with pytest.raises(SeatsTaken):
        change_limit(session, 1, by=None)
    change_limit(session, 2, by=None)
    change_limit(session, 3, by=None)

    session.refresh_from_db()
    assert session.seats == 3
    assert booking_faults() == []


def test_rule_11_staff_overlook_a_condition_and_the_story_says_which():
    course = CourseFactory()
    course.audience.add(PositionFactory())
    session, by = SessionFactory(course=course), hr_admin()

    made = enrol(EmploymentFactory().employee, session, by=by, terms=overlooking("audience", "optional"))

    assert (made.seat, made.overlooked) == (Seat.HELD, "audience")
    entry = made.entries.get(kind="overridden")
    assert entry.by == by
    assert entry.reason.endswith(": Нужен на выдаче")


def test_rule_11_what_is_not_overlooked_still_refuses():
    first, course = CourseFactory.create_batch(2)
    course.audience.add(PositionFactory())
    course.prerequisites.add(first)

    with pytest.raises(NotEligible) as refused:
        enrol(
            EmploymentFactory().employee,
            SessionFactory(course=course),
            by=hr_admin(),
            terms=overlooking("audience"),
        )

    assert [one.code for one in refused.value.unmet] == ["prerequisites"]


def test_rule_11_no_reason_heals_a_clash_another_enrolment_or_a_closed_session():
    trainee, by = EmployeeFactory(), hr_admin()
    everything = overlooking("clash", "enrolled", "closed")
    taken = enrol(trainee, SessionFactory()).session
    codes = []
    for session in (
        SessionFactory(starts_at=taken.starts_at),
        SessionFactory(course=taken.course, starts_at=in_days(20)),
        SessionFactory(status="draft", starts_at=in_days(21)),
    ):
        with pytest.raises(NotEligible) as refused:
            enrol(trainee, session, by=by, terms=everything)
        codes.append([one.code for one in refused.value.unmet])

    assert codes == [["clash"], ["enrolled"], ["closed"]]


def test_rule_11_the_queue_overlooks_what_staff_overlooked():
    course = CourseFactory()
    session = SessionFactory(course=course, seats=1)
    held = enrol(EmployeeFactory(), session)
    course.audience.add(PositionFactory())
    waiting = enrol(EmploymentFactory().employee, session, by=hr_admin(), terms=overlooking("audience"))

    cancel_enrolment(held, by=held.trainee)

    waiting.refresh_from_db()
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
    assert "skipped" not in kinds_of(waiting)


def test_rule_11_the_methodist_overlooks_nothing():
    person = EmployeeFactory()
    give_role(person, Role.METHODIST, by=None, reason="Приказ № 1")

    with pytest.raises(NotAllowed):
        enrol(EmployeeFactory(), SessionFactory(), by=person, terms=overlooking("audience"))


def test_rule_15_the_time_of_request_is_kept_after_a_cancellation_by_the_centre():
    from scheduling.actions import cancel_session

    session, [held] = full_session()
    waiting = enrol(EmployeeFactory(), session)
    other = SessionFactory(course=session.course, seats=1, starts_at=in_days(20))
    enrol(EmployeeFactory(), other)
    newer = enrol(EmployeeFactory(), other)
    cancel_session(session, "Заболел тренер", by=None)

    again = [enrol(one.trainee, other) for one in (held, waiting)]

    assert [one.requested_at for one in again] == [held.requested_at, waiting.requested_at]
    assert list(other.enrolments.promotable()) == [*again, newer]
    assert again[0].entries.get(kind="queued").reason


def test_rule_15_who_cancels_on_their_own_keeps_no_time():
    session, [held] = full_session()
    cancel_enrolment(held, by=held.trainee)

    again = enrol(held.trainee, session)

    assert again.requested_at > held.requested_at
