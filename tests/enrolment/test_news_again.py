"""News that comes again, of one enrolment and version of its session, is told again, and once (rules 26 and 27)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from enrolment.actions import Terms, cancel_enrolment, enrol
from enrolment.approvals.actions import decide, undo_decision
from enrolment.doors.actions import restore_enrolment, transfer_enrolment
from enrolment.models import Seat
from enrolment.offers.actions import accept_offer, decline_offer, lapse_offers
from notifications.kinds import render
from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.actions import change_limit, current_plans, replan_session
from tests.enrolment.approvals import asking, hr_admin, led_office
from tests.enrolment.offers import NOW, fresh, offered
from tests.enrolment.test_doors_changes import two_dates
from tests.factories import EmployeeFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db


def in_60_hours():
    """So late that nobody is asked: who waits at short notice too is booked."""
    return timezone.now() + timedelta(hours=60)


def planned_and_sent(person):
    """What was planned for the person; the news has left since, so that it is never planned twice."""
    found = sorted(Message.objects.planned().filter(recipient=person).values_list("kind", flat=True))
    news = Message.objects.planned().filter(recipient=person).exclude(kind__startswith="reminder")
    news.update(state=Message.State.SENT, sent_at=timezone.now())
    return found


def test_rule_26_a_seat_that_comes_after_the_cancellation_was_taken_back_is_told_and_reminded_of():
    session = SessionFactory(seats=1, starts_at=in_60_hours())
    enrolment = enrol(EmployeeFactory(), session, terms=Terms(at_short_notice=True))
    assert planned_and_sent(enrolment.trainee) == ["reminder_last", "reminder_second", "seat_taken"]
    for _time in range(2):
        cancel_enrolment(enrolment, by=enrolment.trainee)
        other = enrol(EmployeeFactory(), session)
        restore_enrolment(enrolment, by=hr_admin(), reason="Ошибка")
        planned_and_sent(enrolment.trainee)

        cancel_enrolment(other, by=other.trainee)

        enrolment.refresh_from_db()
        assert enrolment.seat == Seat.HELD
        assert planned_and_sent(enrolment.trainee) == ["reminder_last", "reminder_second", "seat_given"]


def test_rule_26_an_offer_after_the_cancellation_was_taken_back_is_accepted_with_the_usual_letters():
    session = SessionFactory(seats=1)
    enrolment = enrol(EmployeeFactory(), session)
    usual = planned_and_sent(enrolment.trainee)
    cancel_enrolment(enrolment, by=enrolment.trainee)
    other = enrol(EmployeeFactory(), session)
    restore_enrolment(enrolment, by=hr_admin(), reason="Ошибка")
    cancel_enrolment(other, by=other.trainee)
    planned_and_sent(enrolment.trainee)

    assert accept_offer(enrolment, by=enrolment.trainee).seat == Seat.HELD

    assert planned_and_sent(enrolment.trainee) == usual


def test_rule_26_who_comes_back_to_the_queue_of_the_first_date_is_reminded_of_a_seat_there(time_machine):
    first, other = two_dates()
    enrolment = enrol(EmployeeFactory(), first, terms=Terms(at_short_notice=True))
    transfer_enrolment(enrolment, other, by=enrolment.trainee)
    blocking = enrol(EmployeeFactory(), first)
    transfer_enrolment(enrolment, first, by=hr_admin(), queues=True)
    planned_and_sent(enrolment.trainee)

    time_machine.move_to(first.starts_at - timedelta(hours=60))
    cancel_enrolment(blocking, by=blocking.trainee)

    assert {"seat_given", "reminder_second", "reminder_last"} <= set(planned_and_sent(enrolment.trainee))


def test_rule_27_a_seat_given_up_twice_leaves_the_calendar_twice(time_machine):
    time_machine.move_to(NOW)
    session = SessionFactory(seats=1, starts_at=NOW + timedelta(days=14))
    enrolment = enrol(EmployeeFactory(), session)
    send_due_messages()
    for _time in range(2):
        mail.outbox.clear()
        cancel_enrolment(enrolment, by=enrolment.trainee)
        send_due_messages()
        assert [letter.recipients() for letter in mail.outbox] == [[enrolment.trainee.email]]
        assert "METHOD:CANCEL" in mail.outbox[0].message().as_string()
        restore_enrolment(enrolment, by=enrolment.trainee)
        send_due_messages()


def test_rule_14_who_comes_back_to_an_offer_is_told_to_answer_it_and_not_that_the_seat_is_theirs():
    """A seat is free, and who stands before them cannot take it."""
    first, other = two_dates()
    for session in (first, other):
        blocking = enrol(EmployeeFactory(), session)
        busy = enrol(EmployeeFactory(), session)
        enrol(busy.trainee, SessionFactory(starts_at=session.starts_at))
        cancel_enrolment(blocking, by=blocking.trainee)
        if session == first:
            back = blocking

    restored = restore_enrolment(back, by=hr_admin(), reason="Ошибка")
    told = planned_and_sent(back.trainee)
    letter = render(Message.objects.get(kind="restored"))
    moved = transfer_enrolment(restored, other, by=hr_admin(), queues=True)
    letter_of_move = render(Message.objects.get(kind="transferred"))

    assert (restored.seat, moved.seat) == (Seat.OFFERED, Seat.OFFERED)
    assert [kind for kind in told if not kind.startswith("reminder")] == ["restored"]
    for one in (letter, letter_of_move):
        text = "\n".join(one.paragraphs)
        assert "подтвердите место или откажитесь" in text
        assert "снова за вами" not in text
        assert "там за вами" not in text


def reminders_of(person):
    return Message.objects.planned().filter(recipient=person, kind__startswith="reminder")


def test_r11_a_seat_that_is_granted_again_after_a_quiet_change_is_reminded_of_once():
    office = led_office()
    request = asking(office)
    decide(request, granted=True, by=office.head)
    usual = reminders_of(request.trainee).count()
    undo_decision(request, by=office.head)
    change_limit(request.session, 5, by=None)

    assert decide(request, granted=True, by=office.head).seat == Seat.HELD

    assert reminders_of(request.trainee).count() == usual


def test_r11_after_a_change_of_the_session_and_a_slip_each_reminder_comes_once():
    session = SessionFactory()
    enrolment = enrol(EmployeeFactory(), session)
    plans = current_plans(session)
    replan_session(session, plans, by=None, version=session.version, note="Возьмите паспорт")
    reminders = reminders_of(enrolment.trainee)
    usual = sorted(reminders.values_list("kind", flat=True))

    cancel_enrolment(enrolment, by=enrolment.trainee)
    restore_enrolment(enrolment, by=enrolment.trainee)

    assert sorted(reminders.values_list("kind", flat=True)) == usual


def test_rule_26_a_second_offer_of_the_same_evening_is_told_though_its_term_is_the_same(time_machine):
    evening = moscow(2026, 3, 2, 20, 30)
    time_machine.move_to(evening)
    _session, row, following = offered(starts_at=NOW + timedelta(days=14))
    term = row.offer_until
    decline_offer(row, by=row.trainee)
    restore_enrolment(row, by=hr_admin(), reason="Ошибка")
    time_machine.move_to(evening + timedelta(minutes=10))

    decline_offer(following, by=following.trainee)

    (row,) = fresh(row)
    assert (row.seat, row.offer_until) == (Seat.OFFERED, term)
    assert Message.objects.planned().filter(kind="seat_offered", recipient=row.trainee).count() == 1


def test_rule_26_a_second_offer_that_lapses_is_told_too(time_machine):
    time_machine.move_to(NOW)
    session, row, following = offered(starts_at=NOW + timedelta(days=14))
    time_machine.move_to(row.offer_until + timedelta(minutes=1))
    lapse_offers(session)
    told = Message.objects.planned().filter(kind="offer_lapsed", recipient=row.trainee)
    told.update(state=Message.State.SENT, sent_at=timezone.now())
    restore_enrolment(row, by=hr_admin(), reason="Был в отпуске")
    cancel_enrolment(following, by=following.trainee)
    (row,) = fresh(row)

    time_machine.move_to(row.offer_until + timedelta(minutes=1))
    lapse_offers(session)

    assert told.count() == 1
