"""Reminders: three before the session, each once, none that is late, old or for somebody else (rule 26)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from centre.models import Policy
from enrolment.actions import cancel_enrolment, enrol
from enrolment.notices import reminder_messages
from notifications.actions import plan_messages
from notifications.models import Message
from scheduling.actions import change_limit
from scheduling.models import Booking
from tests.enrolment.letters import REMINDERS, START, a_session, add_meeting, body, move, planned, subjects
from tests.factories import (
    EmployeeFactory,
    RoomFactory,
    moscow,
)

State = Message.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_rule_26_three_reminders_are_planned_with_the_seat():
    enrol(EmployeeFactory(), a_session())

    assert planned() == REMINDERS


def test_rule_26_each_reminder_is_sent_once_at_its_time(clock):
    enrol(EmployeeFactory(), a_session())
    assert subjects() == ["Вы записаны: «Сложный разговор», 24 ноября"]

    told = []
    while timezone.now() < START + timedelta(hours=3):
        clock.shift(timedelta(minutes=30))
        told += [(timezone.now(), subject) for subject in subjects()]

    assert told == [
        (START - timedelta(days=3), "Через 3 дня, 24 ноября: «Сложный разговор»"),
        (START - timedelta(days=1), "Завтра в 10:00: «Сложный разговор»"),
        (START - timedelta(hours=2), "Сегодня в 10:00: «Сложный разговор»"),
    ]


def test_rule_26_reminders_whose_time_has_passed_are_not_planned(clock):
    clock.move_to(START - timedelta(hours=30))

    enrol(EmployeeFactory(), a_session())

    assert planned() == REMINDERS[1:]


def test_rule_26_of_reminders_that_the_beat_slept_over_only_the_last_is_sent(clock):
    enrol(EmployeeFactory(), a_session())
    subjects()

    clock.move_to(START - timedelta(minutes=90))

    assert subjects() == ["Сегодня в 10:00: «Сложный разговор»"]
    states = Message.objects.filter(kind__startswith="reminder").order_by("send_after")
    assert list(states.values_list("state", flat=True)) == [State.WITHDRAWN, State.WITHDRAWN, State.SENT]


def test_rule_26_a_reminder_planned_again_under_another_version_leaves_once(clock):
    """A decision taken back keeps the reminders; the limit has changed when it is taken again."""
    session = a_session()
    enrolment = enrol(EmployeeFactory(), session)
    change_limit(session, 7, by=None)
    session.refresh_from_db()
    plan_messages(
        reminder_messages(
            enrolment, session, starts=[START], policy=Policy.objects.current(), now=timezone.now()
        )
    )
    assert len(planned()) == 2 * len(REMINDERS)
    subjects()

    clock.move_to(START - timedelta(days=1))

    assert subjects() == ["Завтра в 10:00: «Сложный разговор»"]


def test_rule_26_a_late_reminder_says_how_long_it_still_is(clock):
    enrol(EmployeeFactory(), a_session())
    subjects()

    clock.move_to(START - timedelta(hours=40))

    assert subjects() == ["Через 2 дня, 24 ноября: «Сложный разговор»"]


def test_rule_26_nobody_is_reminded_after_the_start(clock):
    enrol(EmployeeFactory(), a_session())
    subjects()

    clock.move_to(START)

    assert subjects() == []


def test_rule_26_a_session_at_dawn_is_reminded_of_the_evening_before():
    start = moscow(2026, 11, 24, 8, 30)

    enrol(EmployeeFactory(), a_session(starts_at=start))

    assert planned() == [
        ("reminder_first", start - timedelta(days=3)),
        ("reminder_second", start - timedelta(days=1)),
        ("reminder_last", moscow(2026, 11, 23, 20)),
    ]


def test_rule_26_later_meetings_are_reminded_of_a_day_and_two_hours_before():
    session = a_session(hours=2)
    add_meeting(session, moscow(2026, 11, 24, 15), hours=2)  # people are there already
    later = moscow(2026, 11, 26, 10)
    add_meeting(session, later)

    enrol(EmployeeFactory(), session)

    assert planned() == [
        *REMINDERS,
        ("reminder_second", later - timedelta(days=1)),
        ("reminder_last", later - timedelta(hours=2)),
    ]


def test_rule_26_a_reminder_of_a_later_meeting_leaves_out_what_is_over(clock):
    session = a_session()
    add_meeting(session, moscow(2026, 11, 26, 10))
    enrol(EmployeeFactory(), session)
    assert "24 ноября 2026, 10:00–13:00 (МСК)\nЧетверг, 26 ноября 2026" in body()

    clock.move_to(moscow(2026, 11, 25, 10))

    text = body()
    assert ("26 ноября" in text, "24 ноября" in text) == (True, False)


def test_rule_26_the_link_of_a_webinar_stands_in_the_reminder(clock):
    room = RoomFactory(site__is_online=True, site__name="Онлайн", name="Вебинар 1")
    session = a_session(room=room, online_link="https://webinar.example/room/7")
    enrol(EmployeeFactory(), session)
    subjects()

    clock.move_to(START - timedelta(hours=2))

    assert "Онлайн: https://webinar.example/room/7\nТренер: Ковалёва А. И." in body()


def test_rule_26_who_cancels_is_not_reminded(clock):
    trainee = EmployeeFactory()
    enrolment = enrol(trainee, a_session())
    subjects()

    cancel_enrolment(enrolment, by=trainee)

    assert subjects() == ["Вы отменили запись: «Сложный разговор», 24 ноября"]
    assert planned("") == []
    clock.move_to(START - timedelta(hours=2))
    assert subjects() == []


def test_rule_26_who_waits_is_not_reminded_not_even_after_a_move(clock):
    session = a_session(seats=1, limit=1)
    for person in EmployeeFactory.create_batch(2):
        enrol(person, session)
    move(session, START + timedelta(days=1), limit=1)
    subjects()

    clock.move_to(START + timedelta(days=1) - timedelta(hours=2))

    assert len(subjects()) == 1
    assert set(Message.objects.filter(kind__startswith="reminder").values_list("recipient", flat=True)) == {
        session.enrolments.get(seat="held").trainee_id
    }


def test_rule_26_who_has_no_seat_any_more_is_not_reminded_whatever_was_planned(clock):
    """The letter itself looks again: the row might have escaped a withdrawal."""
    session = a_session()
    enrolment = enrol(EmployeeFactory(), session)
    subjects()
    Booking.objects.attending().delete()
    enrolment.seat = "waiting"
    enrolment.save()

    clock.move_to(START - timedelta(hours=2))

    assert subjects() == []
