"""Offer or book (rule 14), and what becomes of an offer: rules 10, 13, 15, promises R7 and R8."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from centre.models import Policy
from enrolment.actions import cancel_enrolment, end_enrolments_of_leaver, enrol, promote_waiting
from enrolment.approvals.actions import ask_for_seat, decide, undo_decision
from enrolment.calendars import own_meetings
from enrolment.doors.walk_ins import add_walk_in
from enrolment.errors import NotEligible, ReasonMissing, SessionFull, TooLate
from enrolment.invariants import booking_faults
from enrolment.merging import merge_sessions
from enrolment.models import Approval, Ending, Enrolment, Seat
from enrolment.offers.actions import (
    accept_offer,
    decline_offer,
    give_seat,
    lapse_offers,
    wish_short_notice,
)
from enrolment.offers.clock import answer_until, term_after_move
from enrolment.offers.errors import CannotGive, OfferOver
from enrolment.offers.tasks import lapse_due_offers
from enrolment.queue.log import load, queue_then
from notifications.models import Message
from scheduling.actions import cancel_session, change_limit, current_plans, replan_session
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan
from tests.enrolment.approvals import led_office, member
from tests.enrolment.offers import NOW, free, fresh, kinds_of, offered, queue_of, seats
from tests.factories import EmployeeFactory, PolicyFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db
IN_TEN_DAYS = moscow(2026, 3, 12, 10)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture(autouse=True)
def bookings_are_the_seats():
    yield
    assert booking_faults() == []


def hours_before(hours):
    return NOW + timedelta(hours=hours)


# --- which way ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "ticked", "seat"),
    [
        (72.01, False, Seat.OFFERED),
        (72.01, True, Seat.OFFERED),
        (72, True, Seat.HELD),
        (72, False, Seat.WAITING),
        (24.01, True, Seat.HELD),
        (24, True, Seat.WAITING),
        (1, True, Seat.WAITING),
    ],
)
def test_rule_14_offer_or_book_by_the_hours_left(hours, ticked, seat):
    _session, held, [waiting] = queue_of(1, starts_at=hours_before(hours), at_short_notice=ticked)

    free(held)

    assert seats(waiting) == [seat]


def test_rule_14_the_numbers_are_the_policys():
    PolicyFactory(offer_above_hours=100, short_notice_hours=50)
    _session, held, [waiting] = queue_of(1, starts_at=hours_before(100), at_short_notice=True)

    free(held)

    assert seats(waiting) == [Seat.HELD]


def test_rule_14_between_72_and_24_hours_the_first_who_wishes_it_is_booked_and_the_others_know_why():
    _session, held, [first, second, third] = queue_of(3, starts_at=hours_before(48))
    Enrolment.objects.filter(pk__in=[second.pk, third.pk]).update(at_short_notice=True)

    free(held)

    assert seats(first, second, third) == [Seat.WAITING, Seat.HELD, Seat.WAITING]
    skipped = first.entries.get(kind="skipped")
    assert "72" in skipped.reason
    promote_waiting(first.session)
    assert first.entries.filter(kind="skipped").count() == 1


def test_rule_14_after_the_start_nothing(clock):
    session, held, [waiting] = queue_of(1, starts_at=hours_before(100), at_short_notice=True)
    Session.objects.update(seats=2)
    clock.move_to(session.starts_at)

    assert promote_waiting(session) == []
    assert seats(held, waiting) == [Seat.HELD, Seat.WAITING]


def test_rule_14_a_newcomer_with_a_free_seat_is_booked_at_once_until_the_start():
    for hours in (100, 48, 23, 0.1):
        assert enrol(EmployeeFactory(), SessionFactory(starts_at=hours_before(hours))).seat == Seat.HELD


@pytest.mark.parametrize(("hours", "seat"), [(200, Seat.HELD), (48, Seat.HELD), (20, Seat.WAITING)])
def test_rule_14_who_comes_behind_a_queue_that_was_passed_over_is_not_asked_once_more(hours, seat):
    """Shortly before the start nobody overtakes those whom staff may still ask."""
    session, held, [waiting] = queue_of(1, starts_at=hours_before(hours))
    enrol(waiting.trainee, SessionFactory(starts_at=session.starts_at))  # busy at the time
    free(held)

    newcomer = enrol(EmployeeFactory(), session)

    assert seats(waiting, newcomer) == [Seat.WAITING, seat]


@pytest.mark.parametrize("hours", [200, 48, 20])
def test_rule_14_rule_12_who_is_allowed_has_waited_for_the_head_and_is_not_asked_once_more(hours):
    office = led_office()
    session = SessionFactory(seats=1, starts_at=hours_before(hours))
    request = ask_for_seat(member(office), session, consents=True)

    granted = decide(request, granted=True, by=office.head)

    assert granted.seat == Seat.HELD


# --- until when -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (moscow(2026, 3, 2, 10), moscow(2026, 3, 4, 10)),  # ten hours, twelve, and two
        (moscow(2026, 3, 2, 8), moscow(2026, 3, 3, 20)),
        (moscow(2026, 3, 2, 20), moscow(2026, 3, 4, 20)),
        (moscow(2026, 3, 2, 23), moscow(2026, 3, 4, 20)),
        (moscow(2026, 3, 2, 3), moscow(2026, 3, 3, 20)),
    ],
)
def test_rule_14_the_term_counts_the_hours_from_8_to_20(now, until):
    assert answer_until(now, now + timedelta(days=30), Policy()) == until


def test_rule_14_the_term_ends_before_short_notice_begins():
    policy = Policy(offer_above_hours=30, short_notice_hours=24, offer_answer_hours=24)

    assert answer_until(NOW, NOW + timedelta(hours=31), policy) == NOW + timedelta(hours=7)


@pytest.mark.parametrize(
    ("starts_in", "ends_in"), [(500, 48), (60, 36), (20, 20)], ids=["later", "sooner", "short notice"]
)
def test_rule_14_a_term_after_a_move_is_never_longer(starts_in, ends_in):
    term = term_after_move(hours_before(48), hours_before(starts_in), NOW, Policy())

    assert term == hours_before(ends_in)


# --- the offer ------------------------------------------------------------------------------------


def test_rule_14_rule_10_an_offered_seat_is_taken_and_booked_with_a_term_and_a_reason():
    session, first, second = offered(starts_at=IN_TEN_DAYS)

    assert seats(first, second) == [Seat.OFFERED, Seat.WAITING]
    assert first.offer_until == moscow(2026, 3, 4, 10)
    assert Booking.objects.attending().get().person == first.trainee
    assert kinds_of(first) == ["queued", "offered"]
    assert first.entries.last().reason
    assert enrol(EmployeeFactory(), session).seat == Seat.WAITING
    assert not own_meetings(first.trainee).exists()


def test_r7_with_an_offer_the_freed_seat_is_told_once():
    _session, first, second = offered(starts_at=IN_TEN_DAYS)

    news = Message.objects.filter(kind__in=["seat_offered", "seat_given"])
    assert [message.recipient for message in news] == [first.trainee]
    assert not Message.objects.filter(kind__startswith="reminder", recipient=first.trainee).exists()
    assert kinds_of(second) == ["queued"]


def test_rule_14_accepting_makes_it_a_seat_with_the_usual_letter_and_reminders():
    _session, first, _second = offered(starts_at=IN_TEN_DAYS)

    accepted = accept_offer(first, by=first.trainee)
    again = accept_offer(first, by=first.trainee)

    assert (accepted.seat, accepted.offer_until, again.pk) == (Seat.HELD, None, first.pk)
    assert kinds_of(first) == ["queued", "offered", "accepted"]
    planned = Message.objects.planned().filter(recipient=first.trainee).values_list("kind", flat=True)
    assert sorted(planned) == [
        "queued",
        "reminder_first",
        "reminder_last",
        "reminder_second",
        "seat_taken",
    ]
    assert own_meetings(first.trainee).count() == 1


def test_rule_14_declining_gives_the_seat_to_the_next_in_the_same_moment():
    _session, first, second = offered(starts_at=IN_TEN_DAYS)

    declined = decline_offer(first, by=first.trainee)
    decline_offer(first, by=first.trainee)

    assert (declined.seat, declined.ended_because) == (Seat.GIVEN_UP, Ending.DECLINED)
    assert seats(second) == [Seat.OFFERED]
    assert kinds_of(first) == ["queued", "offered", "declined"]
    assert Message.objects.filter(kind="seat_offered", recipient=second.trainee).count() == 1


def test_rule_15_an_offer_is_declined_never_cancelled_late():
    PolicyFactory(cancel_lead_hours=500)
    _session, first, second = offered(starts_at=IN_TEN_DAYS)

    ended = cancel_enrolment(first, by=first.trainee)

    assert (ended.ended_because, kinds_of(first)[-1]) == (Ending.DECLINED, "declined")
    assert seats(second) == [Seat.OFFERED]


def test_rule_13_who_declined_or_did_not_answer_may_join_the_queue_again_at_its_end():
    session, first, second, third = offered(2, starts_at=IN_TEN_DAYS)
    decline_offer(first, by=first.trainee)

    back = enrol(first.trainee, session)

    assert list(session.enrolments.promotable()) == [third, back]
    assert seats(second) == [Seat.OFFERED]


def test_rule_13_declining_frees_the_persons_time_for_their_other_queues():
    _session, first, _second = offered(starts_at=IN_TEN_DAYS)
    other, held, _rows = queue_of(0, starts_at=IN_TEN_DAYS)
    waits = Enrolment.objects.create(
        trainee=first.trainee, session=other, course=other.course, seat=Seat.WAITING
    )
    free(held)
    assert seats(waits) == [Seat.WAITING]

    decline_offer(first, by=first.trainee)

    assert seats(waits) == [Seat.OFFERED]


# --- silence --------------------------------------------------------------------------------------


def test_rule_14_silence_passes_the_seat_on_when_the_term_is_over(clock):
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    clock.move_to(first.offer_until - timedelta(seconds=1), tick=False)
    before = lapse_due_offers()
    clock.move_to(first.offer_until, tick=False)

    assert (before, lapse_due_offers(), lapse_due_offers()) == (0, 1, 0)

    [ended] = fresh(first)
    assert (ended.seat, ended.ended_because, ended.offer_until) == (Seat.GIVEN_UP, Ending.LAPSED, None)
    assert seats(second) == [Seat.OFFERED]
    assert [message.recipient for message in Message.objects.filter(kind="offer_lapsed")] == [first.trainee]
    assert lapse_offers(session) == []


def test_rule_14_after_a_day_without_the_beat_the_same_offers_end(clock):
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    clock.move_to(first.offer_until + timedelta(days=1), tick=False)

    with pytest.raises(OfferOver, match="10:00"):
        accept_offer(first, by=first.trainee)
    lapse_due_offers()

    [again] = fresh(second)
    assert again.seat == Seat.OFFERED
    assert again.offer_until > timezone.now()
    assert session.enrolments.holding().count() == 1


def test_rule_14_a_beat_that_slept_past_the_start_ends_the_offer_and_promotes_nobody(clock):
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    clock.move_to(session.starts_at + timedelta(minutes=1), tick=False)

    assert lapse_due_offers() == 1

    assert seats(first, second) == [Seat.GIVEN_UP, Seat.WAITING]
    assert kinds_of(second) == ["queued"]


def test_r25_an_offer_that_fails_does_not_hold_up_the_others(clock):
    """A stray booking of the very session, which no condition asks about, makes the first one fail."""
    broken, first, second = offered(starts_at=IN_TEN_DAYS)
    _sound, other, next_one = offered(starts_at=IN_TEN_DAYS + timedelta(days=1))
    meeting = broken.meetings.get()
    stray = Booking.objects.create(
        meeting=meeting,
        person=second.trainee,
        role=Booking.Role.ATTENDS,
        period=(meeting.starts_at, meeting.ends_at),
    )
    clock.move_to(first.offer_until + timedelta(minutes=1), tick=False)

    assert lapse_due_offers() == 1

    assert seats(first, other, next_one) == [Seat.OFFERED, Seat.GIVEN_UP, Seat.OFFERED]
    stray.delete()


# --- what else happens while an offer stands ------------------------------------------------------


def test_rule_14_a_cancelled_session_ends_the_offer_and_says_so():
    session, first, _second = offered(starts_at=IN_TEN_DAYS)
    cancel_session(session, "Нет света", by=None)

    with pytest.raises(OfferOver):
        accept_offer(first, by=first.trainee)

    assert fresh(first)[0].ended_because == Ending.BY_CENTRE


def move(session, starts_at):
    session.refresh_from_db()
    (plan,) = current_plans(session)
    there = MeetingPlan(starts_at, starts_at + timedelta(hours=3), plan.room_id, plan.trainer_ids)
    replan_session(session, [there], by=None, version=session.version, limit=1)


def test_rule_14_a_move_keeps_the_offer_with_a_term_that_ends_in_time(clock):
    session, first, _second = offered(starts_at=IN_TEN_DAYS)

    move(session, hours_before(50))

    [moved] = fresh(first)
    assert (moved.seat, moved.offer_until) == (Seat.OFFERED, hours_before(26))
    assert Message.objects.filter(kind="session_moved", recipient=first.trainee).exists()
    assert not Message.objects.filter(kind__startswith="reminder", recipient=first.trainee).exists()
    assert accept_offer(moved, by=first.trainee).seat == Seat.HELD


def test_rule_14_an_offer_that_a_move_brought_into_a_clash_is_accepted_only_without_it():
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    busy = enrol(first.trainee, SessionFactory(starts_at=IN_TEN_DAYS + timedelta(days=1)))
    move(session, IN_TEN_DAYS + timedelta(days=1))
    [clashing] = fresh(first)
    assert clashing.clash_since

    with pytest.raises(NotEligible):
        accept_offer(clashing, by=first.trainee)
    cancel_enrolment(busy, by=first.trainee)

    assert accept_offer(clashing, by=first.trainee).seat == Seat.HELD
    assert seats(second) == [Seat.WAITING]


def test_rule_8_joined_with_another_session_the_offer_ends_and_the_place_in_the_queue_stays():
    session, first, second = offered(starts_at=IN_TEN_DAYS)
    target = SessionFactory(course=session.course, seats=1, starts_at=IN_TEN_DAYS + timedelta(days=2))

    merge_sessions(session, target, by=None)

    assert seats(first, second) == [Seat.OFFERED, Seat.WAITING]
    assert kinds_of(first) == ["queued", "offered", "merge_queued", "offered"]
    assert fresh(first)[0].session_id == target.pk


def test_r8_the_log_tells_the_queue_before_every_offer_whatever_became_of_it():
    session, first, second, third = offered(2, starts_at=IN_TEN_DAYS)
    decline_offer(first, by=first.trainee)
    accept_offer(second, by=second.trainee)
    back = enrol(first.trainee, session)

    stories = load(session)
    lines = {line.pk: line for story in stories for line in story.lines}
    given = [line for _pk, line in sorted(lines.items()) if line.kind == "offered"]

    assert [[story.enrolment_id for story in queue_then(stories, line)] for line in given] == [
        [first.pk, second.pk, third.pk],
        [second.pk, third.pk],
    ]
    last = SimpleNamespace(pk=max(lines) + 1, at=NOW)
    assert [story.enrolment_id for story in queue_then(stories, last)] == [third.pk, back.pk]


def test_rule_12_the_decision_is_taken_back_while_the_seat_is_offered():
    office, session = led_office(), SessionFactory(seats=1, limit=1, starts_at=IN_TEN_DAYS)
    held = enrol(EmployeeFactory(), session)
    request = ask_for_seat(member(office), session, consents=True)
    waiting = enrol(EmployeeFactory(), session)
    decide(request, granted=True, by=office.head)
    free(held)
    assert seats(request) == [Seat.OFFERED]

    undone = undo_decision(request, by=office.head)

    assert (undone.seat, undone.approval, undone.offer_until) == (Seat.NONE, Approval.ASKED, None)
    assert seats(waiting) == [Seat.OFFERED]
    assert not Message.objects.planned().filter(kind="seat_offered", recipient=request.trainee).exists()


def test_rule_19_who_leaves_has_no_offer_any_more():
    _session, first, second = offered(starts_at=IN_TEN_DAYS)
    type(first.trainee).objects.filter(pk=first.trainee_id).update(is_active=False)

    end_enrolments_of_leaver(first.trainee)

    assert seats(first, second) == [Seat.GIVEN_UP, Seat.OFFERED]


def test_rule_13_more_seats_are_more_offers_in_order():
    session, _first, second, third, fourth = offered(3, starts_at=IN_TEN_DAYS)

    change_limit(session, 3, by=None)

    assert seats(second, third, fourth) == [Seat.OFFERED, Seat.OFFERED, Seat.WAITING]


def test_rule_20_who_comes_to_the_door_with_an_offer_has_accepted_it(clock):
    session, first, _second = offered(starts_at=IN_TEN_DAYS)
    Enrolment.objects.filter(pk=first.pk).update(offer_until=session.starts_at)
    clock.move_to(session.starts_at - timedelta(minutes=5), tick=False)

    came = add_walk_in(session, first.trainee, by=EmployeeFactory())

    assert (came.pk, came.seat, kinds_of(first)[-1]) == (first.pk, Seat.HELD, "accepted")


# --- by hand, and the wish ------------------------------------------------------------------------


def test_rule_14_shortly_before_the_start_staff_give_the_seat_by_hand():
    session, held, [first, second] = queue_of(2, starts_at=hours_before(20), at_short_notice=True)
    free(held)
    staff = EmployeeFactory()

    given = give_seat(second, by=staff, reason="Договорились по телефону")
    again = give_seat(second, by=staff, reason="Договорились по телефону")

    assert (given.seat, again.pk, seats(first)) == (Seat.HELD, second.pk, [Seat.WAITING])
    entry = second.entries.last()
    assert (entry.kind, entry.by, entry.reason) == ("promoted", staff, "Договорились по телефону")
    with pytest.raises(SessionFull):
        give_seat(first, by=staff, reason="Ещё один")
    assert session.enrolments.holding().count() == 1


def test_rule_14_rule_11_by_hand_the_conditions_are_asked_and_the_reason_too(clock):
    session, held, [busy, free_one] = queue_of(2, starts_at=hours_before(60))
    enrol(busy.trainee, SessionFactory(starts_at=session.starts_at))
    free(held)
    staff = EmployeeFactory()

    with pytest.raises(NotEligible):
        give_seat(busy, by=staff, reason="Нужно")
    with pytest.raises(ReasonMissing):
        give_seat(free_one, by=staff, reason=" ")
    cancel_enrolment(busy, by=busy.trainee)
    with pytest.raises(CannotGive):
        give_seat(busy, by=staff, reason="Нужно")
    clock.move_to(session.starts_at)
    with pytest.raises(TooLate):
        give_seat(free_one, by=staff, reason="Нужно")

    assert seats(free_one) == [Seat.WAITING]


def test_rule_14_staff_turn_an_offer_into_a_seat_when_the_person_said_yes_to_them():
    _session, first, _second = offered(starts_at=IN_TEN_DAYS)

    given = give_seat(first, by=EmployeeFactory(), reason="Согласна, звонила")

    assert (given.seat, given.offer_until, kinds_of(first)[-1]) == (Seat.HELD, None, "accepted")


def test_rule_14_the_wish_for_short_notice_may_come_later_and_then_brings_a_free_seat():
    _session, held, [waiting] = queue_of(1, starts_at=hours_before(48))
    free(held)
    assert seats(waiting) == [Seat.WAITING]

    changed = wish_short_notice(waiting, wishes=True, by=waiting.trainee)

    assert changed.seat == Seat.HELD
    with pytest.raises(OfferOver):
        wish_short_notice(waiting, wishes=False, by=waiting.trainee)
