"""Another date, a cancellation taken back, late copies and the choice after a clash (rules 6, 10, 13 and 15)."""

from datetime import UTC, timedelta

import pytest
from django.utils import timezone

from centre.models import Policy
from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import ask_for_seat
from enrolment.doors.actions import restore_enrolment, transfer_enrolment
from enrolment.doors.cancelling import cancel_for_somebody
from enrolment.doors.clashes import asked_of_hr, choice_of, choose_in_clash
from enrolment.doors.tasks import note_unanswered_clashes
from enrolment.errors import EnrolmentError, NotAllowed, NotEligible, ReasonMissing, SessionFull, TooLate
from enrolment.invariants import booking_faults
from enrolment.models import Approval, Ending, Enrolment, Seat
from enrolment.queue.log import load
from notifications.kinds import render
from notifications.models import Message
from scheduling.actions import replan_session
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan
from tests.enrolment.approvals import goes_on_leave, hr_admin, kinds_of, led_office, member
from tests.factories import EmployeeFactory, SessionFactory, TrainerFactory, in_days

pytestmark = pytest.mark.django_db


def two_dates(seats=1, other_seats=1):
    first = SessionFactory(seats=seats)
    return first, SessionFactory(course=first.course, seats=other_seats, starts_at=in_days(20))


def booked(person):
    return list(Booking.objects.attending().filter(person=person).values_list("meeting__session", flat=True))


def planned(person):
    messages = Message.objects.planned().filter(recipient=person)
    return sorted(messages.exclude(kind__startswith="reminder").values_list("kind", flat=True))


# --- another date ---------------------------------------------------------------------------------


def test_rule_15_another_date_keeps_the_row_and_gives_the_freed_seat_to_the_queue():
    first, other = two_dates()
    enrolment = enrol(EmployeeFactory(), first)
    waiting = enrol(EmployeeFactory(), first)
    asked_at = enrolment.requested_at

    moved = transfer_enrolment(enrolment, other, by=enrolment.trainee)

    waiting.refresh_from_db()
    assert (moved.pk, moved.session, moved.seat) == (enrolment.pk, other, Seat.HELD)
    assert moved.requested_at > asked_at
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
    assert booked(moved.trainee) == [other.pk]
    assert planned(moved.trainee) == ["transferred"]
    assert kinds_of(moved) == ["seat_taken", "transferred"]
    assert "→" in moved.entries.get(kind="transferred").reason
    reminders = Message.objects.planned().filter(recipient=moved.trainee, kind="reminder_last")
    assert [one.context["starts_at"] for one in reminders] == [other.starts_at.astimezone(UTC).isoformat()]
    assert booking_faults() == []


def test_rule_26_who_was_moved_there_and_back_is_told_of_one_time_alone():
    first, other = two_dates()
    enrolment = enrol(EmployeeFactory(), first)

    transfer_enrolment(enrolment, other, by=enrolment.trainee)
    transfer_enrolment(enrolment, first, by=hr_admin())

    letter = render(Message.objects.planned().get(kind="transferred"))
    headings = [paragraph.partition("\n")[0] for paragraph in letter.paragraphs]
    assert ("Было:" in headings, "Стало:" in headings) == (False, False)


def test_rule_15_a_full_date_takes_nothing_from_who_asks():
    first, other = two_dates()
    enrolment = enrol(EmployeeFactory(), first)
    enrol(EmployeeFactory(), other)
    before = list(Message.objects.order_by("pk").values_list("key", "state"))

    with pytest.raises(SessionFull):
        transfer_enrolment(enrolment, other, by=enrolment.trainee)

    enrolment.refresh_from_db()
    assert (enrolment.session, enrolment.seat) == (first, Seat.HELD)
    assert booked(enrolment.trainee) == [first.pk]
    assert list(Message.objects.order_by("pk").values_list("key", "state")) == before


def test_rule_13_who_comes_from_another_date_overtakes_nobody():
    first, other = two_dates()
    enrolment = enrol(EmployeeFactory(), first)
    enrol(EmployeeFactory(), other)
    waiting = enrol(EmployeeFactory(), other)

    moved = transfer_enrolment(enrolment, other, by=hr_admin(), reason="Смена", queues=True)

    assert moved.seat == Seat.WAITING
    assert list(other.enrolments.promotable()) == [waiting, moved]
    assert booked(moved.trainee) == []
    story = next(one for one in load(other) if one.enrolment_id == moved.pk)
    assert [line.kind for line in story.lines] == ["transferred", "queued"]


def test_rule_15_shortly_before_the_start_only_staff_change_the_date():
    first = SessionFactory(starts_at=timezone.now() + timedelta(hours=20))
    other = SessionFactory(course=first.course, starts_at=in_days(20))
    enrolment = enrol(EmployeeFactory(), first)

    with pytest.raises(TooLate):
        transfer_enrolment(enrolment, other, by=enrolment.trainee)
    with pytest.raises(NotAllowed):
        transfer_enrolment(enrolment, other, by=EmployeeFactory())
    moved = transfer_enrolment(enrolment, other, by=hr_admin(), reason="Болеет")

    assert (moved.session, moved.ended_because) == (other, "")


def test_rule_15_there_and_back_again_keeps_the_reminders():
    first, other = two_dates()
    enrolment = enrol(EmployeeFactory(), first)

    back = transfer_enrolment(
        transfer_enrolment(enrolment, other, by=enrolment.trainee), first, by=enrolment.trainee
    )

    reminders = Message.objects.planned().filter(recipient=back.trainee, kind="reminder_last")
    assert back.session == first
    assert [first.starts_at.astimezone(UTC).isoformat()] == [one.context["starts_at"] for one in reminders]
    assert planned(back.trainee) == ["transferred"]


def test_rule_15_only_dates_of_the_course_that_do_not_clash():
    first, _other = two_dates()
    enrolment = enrol(EmployeeFactory(), first)
    busy = SessionFactory(starts_at=in_days(25))
    enrol(enrolment.trainee, busy)

    with pytest.raises(EnrolmentError):
        transfer_enrolment(enrolment, SessionFactory(starts_at=in_days(22)), by=enrolment.trainee)
    with pytest.raises(NotEligible) as refused:
        transfer_enrolment(
            enrolment,
            SessionFactory(course=first.course, starts_at=busy.starts_at),
            by=enrolment.trainee,
        )

    assert [one.code for one in refused.value.unmet] == ["clash"]


def test_rule_12_a_request_goes_on_as_a_request_on_the_other_date():
    first, other = two_dates()
    enrolment = ask_for_seat(member(led_office()), first, consents=True)
    assert enrolment.approval == Approval.ASKED

    moved = transfer_enrolment(enrolment, other, by=enrolment.trainee, consents=True)

    assert (moved.session, moved.seat, moved.approval) == (other, Seat.NONE, Approval.ASKED)


# --- back again -----------------------------------------------------------------------------------


def test_rule_15_a_slip_is_taken_back_within_ten_minutes():
    session = SessionFactory(seats=1)
    enrolment = enrol(EmployeeFactory(), session)
    cancel_enrolment(enrolment, by=enrolment.trainee)

    back = restore_enrolment(enrolment, by=enrolment.trainee)

    assert (back.pk, back.seat, back.ended_because, back.ended_at) == (enrolment.pk, Seat.HELD, "", None)
    assert back.requested_at == enrolment.requested_at
    assert booked(back.trainee) == [session.pk]
    assert planned(back.trainee) == ["restored"]
    assert Message.objects.planned().filter(recipient=back.trainee, kind="reminder_last").exists()
    assert kinds_of(back) == ["seat_taken", "cancelled", "restored", "seat_taken"]
    assert booking_faults() == []


def test_rule_15_after_ten_minutes_only_staff_take_it_back():
    session = SessionFactory(seats=1)
    enrolment = enrol(EmployeeFactory(), session)
    cancel_enrolment(enrolment, by=enrolment.trainee)
    Enrolment.objects.filter(pk=enrolment.pk).update(ended_at=timezone.now() - timedelta(minutes=11))

    with pytest.raises(TooLate):
        restore_enrolment(enrolment, by=enrolment.trainee)
    with pytest.raises(ReasonMissing):
        restore_enrolment(enrolment, by=hr_admin())
    back = restore_enrolment(enrolment, by=hr_admin(), reason="Ошибка")

    assert back.seat == Seat.HELD
    assert back.entries.get(kind="restored").reason == "Ошибка"


def test_rule_15_a_seat_that_is_gone_is_not_taken_from_anybody():
    session = SessionFactory(seats=1)
    enrolment = enrol(EmployeeFactory(), session)
    cancel_enrolment(enrolment, by=enrolment.trainee)
    enrol(EmployeeFactory(), session)
    later = enrol(EmployeeFactory(), session)

    with pytest.raises(SessionFull):
        restore_enrolment(enrolment, by=enrolment.trainee)
    back = restore_enrolment(enrolment, by=hr_admin(), reason="Ошибка")

    assert back.seat == Seat.WAITING
    assert list(session.enrolments.promotable()) == [back, later]
    assert booking_faults() == []


def test_rule_15_another_live_enrolment_or_the_start_stands_in_the_way():
    first, other = two_dates()
    enrolment = enrol(EmployeeFactory(), first)
    cancel_enrolment(enrolment, by=enrolment.trainee)
    enrol(enrolment.trainee, other)
    by = hr_admin()

    with pytest.raises(NotEligible):
        restore_enrolment(enrolment, by=by, reason="Ошибка")
    Session.objects.filter(pk=first.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(TooLate):
        restore_enrolment(enrolment, by=by, reason="Ошибка")


def test_rule_16_a_seat_is_not_taken_back_when_a_colleague_is_away_that_day_by_now():
    office = led_office()
    trainee, colleague = member(office), member(office)
    enrolment = enrol(trainee, SessionFactory())
    cancel_enrolment(enrolment, by=trainee)
    enrol(colleague, SessionFactory())

    with pytest.raises(EnrolmentError, match="Запишитесь заново"):
        restore_enrolment(enrolment, by=trainee)

    assert ask_for_seat(trainee, enrolment.session).approval == Approval.ASKED


def test_rule_12_a_withdrawn_request_is_asked_again_when_it_is_taken_back():
    enrolment = ask_for_seat(member(led_office()), SessionFactory(), consents=True)
    cancel_enrolment(enrolment, by=enrolment.trainee)

    back = restore_enrolment(enrolment, by=enrolment.trainee)

    assert (back.seat, back.approval) == (Seat.NONE, Approval.ASKED)


# --- late -----------------------------------------------------------------------------------------


def late(office):
    trainee = member(office)
    enrolment = enrol(trainee, SessionFactory(starts_at=timezone.now() + timedelta(hours=20)))
    return cancel_enrolment(enrolment, by=trainee, reason="Отменили электричку")


def copies():
    return list(Message.objects.filter(kind="late_cancellation").values_list("recipient", flat=True))


def test_rule_15_a_late_cancellation_is_copied_to_the_head_with_its_reason():
    from enrolment.doors.letters import late_copy

    office = led_office(deputy=True)

    enrolment = late(office)

    assert enrolment.ended_because == Ending.CANCELLED_LATE
    assert copies() == [office.head_id]
    letter = late_copy(Message.objects.get(kind="late_cancellation"))
    assert any("Отменили электричку" in paragraph for paragraph in letter.paragraphs)


def test_rule_15_while_the_head_is_away_the_deputy_gets_the_copy():
    office = led_office(deputy=True)
    goes_on_leave(office.head)

    late(office)

    assert copies() == [office.deputy_id]


def test_rule_15_nobody_gets_a_copy_of_their_own_cancellation():
    office = led_office()
    enrolment = enrol(office.head, SessionFactory(starts_at=timezone.now() + timedelta(hours=20)))

    cancel_enrolment(enrolment, by=office.head, reason="Болею")

    assert copies() == []


def test_rule_15_a_copy_of_what_is_taken_back_does_not_leave():
    enrolment = late(led_office())

    restore_enrolment(enrolment, by=enrolment.trainee)

    assert not Message.objects.planned().filter(kind="late_cancellation").exists()


# --- the choice after a clash ---------------------------------------------------------------------


@pytest.fixture
def clash():
    """Somebody who holds a seat in two sessions of one hour, since the first of them was moved."""
    trainee, trainer = EmployeeFactory(), TrainerFactory(employee__email="")
    session = SessionFactory(starts_at=in_days(14, 10), trainer=trainer)
    moved = enrol(trainee, session)
    other = enrol(trainee, SessionFactory(starts_at=in_days(16, 10)))
    room = Booking.objects.of_rooms().get(meeting__session=session).room_id
    at = in_days(16, 10)
    plan = MeetingPlan(at, at + timedelta(hours=3), room, (trainer.pk,))
    replan_session(session, [plan], by=None, version=session.version)
    moved.refresh_from_db()
    assert moved.clash_since
    return moved, other


def test_rule_6_both_sessions_and_the_term_are_offered_to_choose(clash):
    moved, other = clash

    choice = choice_of(moved, Policy.objects.current())

    assert (choice.others, choice.is_bound) == ([other], False)
    assert choice.until == moved.clash_since + timedelta(hours=48)


@pytest.mark.parametrize("keeps", [True, False])
def test_rule_6_one_press_keeps_one_and_cancels_the_other_freely(clash, keeps):
    moved, other = clash
    kept, gone = (moved, other) if keeps else (other, moved)
    gone_waiting = enrol(EmployeeFactory(), gone.session)

    choose_in_clash(moved, keeps=keeps, by=moved.trainee)

    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.seat, kept.clash_since) == (Seat.HELD, None)
    assert (gone.seat, gone.ended_because) == (Seat.GIVEN_UP, Ending.CANCELLED)
    assert booked(kept.trainee) == [kept.session_id]
    assert gone_waiting.is_live
    assert booking_faults() == []


def test_rule_6_choosing_is_never_late(clash):
    moved, other = clash
    Session.objects.filter(pk__in=[moved.session_id, other.session_id]).update(
        starts_at=timezone.now() + timedelta(hours=2)
    )

    choose_in_clash(moved, keeps=False, by=moved.trainee)

    moved.refresh_from_db()
    assert moved.ended_because == Ending.CANCELLED


def test_rule_6_nobody_else_chooses_and_nothing_is_chosen_twice(clash):
    moved, _other = clash

    with pytest.raises(NotAllowed):
        choose_in_clash(moved, keeps=True, by=EmployeeFactory())
    choose_in_clash(moved, keeps=True, by=hr_admin())
    with pytest.raises(EnrolmentError):
        choose_in_clash(moved, keeps=True, by=moved.trainee)


def test_rule_6_who_does_not_choose_keeps_both_and_hr_sees_them_once(clash):
    moved, _other = clash
    assert (note_unanswered_clashes(), list(asked_of_hr())) == (0, [])
    Enrolment.objects.filter(pk=moved.pk).update(clash_since=timezone.now() - timedelta(hours=49))

    counted = (note_unanswered_clashes(), note_unanswered_clashes())

    moved.refresh_from_db()
    assert counted == (1, 0)
    assert list(asked_of_hr()) == [moved]
    assert (moved.seat, kinds_of(moved).count("clash_unanswered")) == (Seat.HELD, 1)
    choose_in_clash(moved, keeps=True, by=hr_admin())
    assert list(asked_of_hr()) == []


# --- cancelled by staff ---------------------------------------------------------------------------


def test_rule_15_who_calls_that_they_cannot_come_has_cancelled_themselves():
    session, staff = SessionFactory(seats=1), hr_admin()
    enrolment, waiting = (enrol(EmployeeFactory(), session) for _number in range(2))

    for _press in range(2):  # the second changes nothing
        row = cancel_for_somebody(enrolment, by=staff, reason=" Заболел, позвонил ", by_centre=False)

    waiting.refresh_from_db()
    assert (row.seat, row.ended_because) == (Seat.GIVEN_UP, Ending.CANCELLED)
    assert waiting.seat in {Seat.HELD, Seat.OFFERED}
    assert booked(enrolment.trainee) == []
    assert planned(enrolment.trainee) == ["cancelled_by_staff"]
    entry = enrolment.entries.get(kind="cancelled")
    assert (entry.by, entry.reason) == (staff, "Заболел, позвонил")
    assert booking_faults() == []


def test_rule_15_a_call_shortly_before_the_start_is_late_and_the_head_gets_a_copy():
    office = led_office()
    person = member(office)
    enrolment = enrol(person, SessionFactory(starts_at=timezone.now() + timedelta(hours=5)))

    row = cancel_for_somebody(enrolment, by=hr_admin(), reason="Заболел", by_centre=False)

    assert row.ended_because == Ending.CANCELLED_LATE
    assert "late_cancellation" in planned(office.head)


def test_rule_15_what_the_centre_takes_away_keeps_the_time_of_the_request_and_is_never_late():
    first, other = two_dates(other_seats=2)
    enrolment = enrol(EmployeeFactory(), first)
    Session.objects.filter(pk=first.pk).update(starts_at=timezone.now() + timedelta(hours=5))

    row = cancel_for_somebody(enrolment, by=hr_admin(), reason="Не ваша тема", by_centre=True)
    again = enrol(enrolment.trainee, other)

    assert row.ended_because == Ending.BY_CENTRE
    assert again.requested_at == enrolment.requested_at
    assert "cancelled_by_staff" in planned(enrolment.trainee)


def test_rule_15_staff_take_their_own_cancellation_back():
    enrolment = enrol(EmployeeFactory(), SessionFactory())
    staff = hr_admin()
    cancel_for_somebody(enrolment, by=staff, reason="Не тот человек", by_centre=True)

    row = restore_enrolment(enrolment, by=staff, reason="Ошибка")

    assert (row.seat, row.ended_because) == (Seat.HELD, Ending.LIVE)
    assert planned(enrolment.trainee) == ["restored"]
    assert booking_faults() == []


def test_rule_15_an_offer_that_staff_cancel_goes_to_the_next():
    session = SessionFactory(seats=1)
    held, offered, last = (enrol(EmployeeFactory(), session) for _number in range(3))
    cancel_enrolment(held, by=held.trainee)

    row = cancel_for_somebody(offered, by=hr_admin(), reason="Болеет", by_centre=False)

    last.refresh_from_db()
    assert (row.ended_because, last.seat) == (Ending.DECLINED, Seat.OFFERED)


def test_rule_15_staff_cancel_with_a_right_a_reason_and_before_the_start():
    enrolment, stranger = enrol(EmployeeFactory(), SessionFactory()), EmployeeFactory()

    with pytest.raises(NotAllowed):
        cancel_for_somebody(enrolment, by=stranger, reason="Нет", by_centre=False)
    with pytest.raises(ReasonMissing):
        cancel_for_somebody(enrolment, by=hr_admin(), reason=" ", by_centre=True)
    Session.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(TooLate):
        cancel_for_somebody(enrolment, by=hr_admin(), reason="Нет", by_centre=True)

    enrolment.refresh_from_db()
    assert enrolment.seat == Seat.HELD
