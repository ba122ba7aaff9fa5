"""What trainees are told, and when: rule 26, promises R14 and R15. The reminders have tests of their own."""

import threading
from datetime import time, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.actions import cancel_enrolment, enrol
from enrolment.invariants import booking_faults
from enrolment.notices import completion_messages
from notifications.actions import plan_messages
from notifications.delivery import preview
from notifications.models import Message
from notifications.tasks import send_due_messages
from records.actions import Finished, record_completions
from scheduling.actions import cancel_session, change_limit
from scheduling.models import Booking
from tests.enrolment.letters import (
    NOW,
    REMINDERS,
    START,
    a_session,
    add_meeting,
    body,
    move,
    planned,
    subjects,
)
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    PolicyFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    moscow,
)

State = Message.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_rule_26_a_seat_is_told_with_day_place_and_trainer():
    enrolment = enrol(EmployeeFactory(first_name="Мария", middle_name="Олеговна"), a_session())

    send_due_messages()

    (letter,) = mail.outbox
    assert letter.subject == "Вы записаны: «Сложный разговор», 24 ноября"
    assert letter.body == (
        "Здравствуйте, Мария Олеговна!\n\n"
        "Вы записаны на курс «Сложный разговор».\n\n"
        "Вторник, 24 ноября 2026, 10:00–13:00 (МСК)\n\n"
        "Площадка «Центр», Новая ул., 1, Аудитория 301\n"
        "Тренер: Ковалёва А. И.\n\n"
        "Если не сможете прийти, отмените запись как можно раньше: место пригодится другому.\n\n"
        f"Открыть мою запись:\nhttp://127.0.0.1:8000{enrolment.get_absolute_url()}\n\n"
        "-- \n"
        "Учебный центр. Письмо отправлено автоматически, отвечать на него не нужно."
    )


def test_rule_26_an_english_reader_is_told_in_english():
    enrolment = enrol(EmployeeFactory(first_name="Maria", middle_name="", language="en"), a_session())

    send_due_messages()

    (letter,) = mail.outbox
    assert letter.subject == "You have a seat: Сложный разговор, 24 November"
    assert letter.body == (
        "Hello, Maria!\n\n"
        "You have a seat in “Сложный разговор”.\n\n"
        "Tuesday, 24 November 2026, 10:00–13:00 (MSK)\n\n"
        "Площадка «Центр», Новая ул., 1, Аудитория 301\n"
        "Trainer: Ковалёва А. И.\n\n"
        "If you cannot come, please cancel as early as you can: the seat will help somebody else.\n\n"
        f"Open my enrolment:\nhttp://127.0.0.1:8000{enrolment.get_absolute_url()}\n\n"
        "-- \n"
        "Training centre. This letter was sent automatically, please do not answer it."
    )


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (0, "Перед вами в очереди никого нет."),
        (1, "Перед вами: 1 человек, который подал заявку раньше."),
        (2, "Перед вами: 2 человека, которые подали заявки раньше."),
        (5, "Перед вами: 5 человек, которые подали заявки раньше."),
    ],
)
def test_rule_13_a_person_is_told_their_place(ahead, words):
    session = a_session(seats=1)
    for person in EmployeeFactory.create_batch(1 + ahead, email=""):
        enrol(person, session)

    enrol(EmployeeFactory(), session)

    send_due_messages()
    (letter,) = mail.outbox
    assert letter.subject == f"Вы в очереди, место {ahead + 1}: «Сложный разговор», 24 ноября"
    assert words in letter.body


def test_r7_a_seat_given_from_the_queue_is_told_once():
    session = a_session(seats=1)
    first, second = EmployeeFactory.create_batch(2)
    seat = enrol(first, session)
    enrol(second, session)
    subjects()

    cancel_enrolment(seat, by=first)

    send_due_messages()
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        ([first.email], "Вы отменили запись: «Сложный разговор», 24 ноября"),
        ([second.email], "Вам предложено место, ответьте: «Сложный разговор», 24 ноября"),
    ]
    assert planned() == []  # who has not accepted yet is not reminded


def test_rule_26_a_place_in_the_queue_that_became_a_seat_is_not_told_any_more():
    session = a_session(seats=1)
    for person in EmployeeFactory.create_batch(2):
        enrol(person, session)
    change_limit(session, 5, by=None)

    assert sorted(subjects()) == [
        "Вам предложено место, ответьте: «Сложный разговор», 24 ноября",
        "Вы записаны: «Сложный разговор», 24 ноября",
    ]


def test_rule_26_a_move_plans_the_reminders_anew_and_nothing_old_is_sent(clock):
    session = a_session()
    enrol(EmployeeFactory(), session)
    subjects()

    move(session, START + timedelta(days=2))

    assert planned() == [(kind, at + timedelta(days=2)) for kind, at in REMINDERS]
    text = body()
    assert "Было:\nВторник, 24 ноября 2026, 10:00 (МСК)" in text
    assert "Стало:\nЧетверг, 26 ноября 2026, 10:00–13:00 (МСК)" in text
    clock.move_to(START - timedelta(hours=2))
    assert subjects() == ["Через 2 дня, 26 ноября: «Сложный разговор»"]


def test_rule_26_two_moves_in_one_night_make_one_letter_that_names_the_time_people_know(clock):
    session = a_session()
    enrol(EmployeeFactory(), session)
    subjects()
    clock.move_to(moscow(2026, 11, 17, 22))
    move(session, START + timedelta(days=1))
    assert subjects() == []
    move(session, START + timedelta(days=2))
    assert subjects() == []

    clock.move_to(moscow(2026, 11, 18, 8))

    text = body()
    assert "Было:\nВторник, 24 ноября 2026, 10:00 (МСК)" in text
    assert "25 ноября" not in text


def test_rule_26_a_seat_given_at_night_is_told_in_the_morning_even_when_it_was_moved(clock):
    session = a_session()
    clock.move_to(moscow(2026, 11, 17, 22))
    enrol(EmployeeFactory(), session)
    move(session, START + timedelta(days=1))
    assert subjects() == []

    clock.move_to(moscow(2026, 11, 18, 8))

    assert subjects() == [
        "Вы записаны: «Сложный разговор», 25 ноября",
        "Новое время: «Сложный разговор», 25 ноября",
    ]


def test_rule_26_who_waits_is_told_of_a_move_and_keeps_the_place(clock):
    session = a_session(seats=1, limit=1)
    for person in EmployeeFactory.create_batch(2):
        enrol(person, session)
    subjects()

    move(session, START + timedelta(days=1), limit=1)

    assert subjects() == ["Новое время: «Сложный разговор», 25 ноября"] * 2


def test_rule_26_who_clashes_after_a_move_is_told_with_what():
    trainee = EmployeeFactory()
    session = a_session()
    enrol(trainee, session)
    other = SessionFactory(course__title="Эмоции клиента", starts_at=START + timedelta(days=1))
    enrol(trainee, other)
    subjects()

    move(session, START + timedelta(days=1))

    text = body()
    assert "25 ноября с 10:00 до 13:00 вы записаны на «Эмоции клиента»." in text


def test_rule_1_who_clashes_with_a_draft_that_they_are_to_teach_does_not_read_which_it_is():
    trainer = TrainerFactory()
    session = a_session()
    enrol(trainer.employee, session)
    SessionFactory(
        course__title="Тайный курс", starts_at=START + timedelta(days=1), trainer=trainer, status="draft"
    )
    subjects()

    move(session, START + timedelta(days=1))

    text = body()
    assert "25 ноября с 10:00 до 13:00 вы записаны на «группа, которая ещё планируется»." in text
    assert "Тайный курс" not in text


def test_r10_a_second_move_out_of_the_clash_gives_the_bookings_back():
    trainee = EmployeeFactory()
    session = a_session()
    enrolment = enrol(trainee, session)
    enrol(trainee, SessionFactory(starts_at=START + timedelta(days=1)))
    move(session, START + timedelta(days=1))
    enrolment.refresh_from_db()
    assert (enrolment.clash_since, booking_faults()) == (NOW, [])

    move(session, START + timedelta(days=1, hours=1))
    enrolment.refresh_from_db()
    assert (enrolment.clash_since, booking_faults()) == (NOW, [])

    move(session, START + timedelta(days=2))
    enrolment.refresh_from_db()
    assert (enrolment.clash_since, booking_faults()) == (None, [])
    assert Booking.objects.attending().filter(meeting__session=session, person=trainee).count() == 1


def test_rule_26_a_cancelled_session_is_told_to_all_with_the_reason_and_nothing_else_follows(clock):
    session = a_session(seats=1)
    people = EmployeeFactory.create_batch(2)
    for person in people:
        enrol(person, session)
    subjects()

    cancel_session(session, "Тренер заболела.", by=None)
    cancel_session(session, "Тренер заболела.", by=None)

    send_due_messages()
    assert sorted(letter.to for letter in mail.outbox) == sorted([person.email] for person in people)
    assert {letter.subject for letter in mail.outbox} == {"Отменено: «Сложный разговор», 24 ноября"}
    assert all("Причина: Тренер заболела." in letter.body for letter in mail.outbox)
    mail.outbox.clear()
    clock.move_to(START - timedelta(hours=2))
    assert subjects() == []


def test_rule_26_a_completion_is_told_with_its_validity():
    course = CourseFactory(title="Охрана труда", repeat_months=12)
    trainee = EmployeeFactory()
    completions = record_completions(course, [Finished(trainee.pk)], on=NOW.date())

    plan_messages(completion_messages(completions))
    plan_messages(completion_messages(completions))

    send_due_messages()
    (letter,) = mail.outbox
    assert letter.subject == "Курс пройден: «Охрана труда»"
    assert (
        "Вы прошли курс «Охрана труда» 16 ноября 2026. Поздравляем!\n\nКурс действует до 16 ноября 2027."
        in letter.body
    )


def test_r15_the_hour_is_told_in_the_zone_of_the_site(clock):
    site = SiteFactory(name="Филиал", time_zone="Asia/Vladivostok")
    start = moscow(2026, 11, 24, 5)
    enrol(EmployeeFactory(), a_session(starts_at=start, room=RoomFactory(site=site)))

    assert "Вторник, 24 ноября 2026, 12:00–15:00 (UTC+10)" in body()
    assert planned()[1] == ("reminder_second", start - timedelta(days=1) + timedelta(hours=3))


def test_a_letter_costs_at_most_four_queries_and_a_move_whose_day_off_it_is_and_the_term_of_a_choice(clock):
    session = a_session(seats=1, limit=1)
    add_meeting(session, moscow(2026, 11, 26, 10))
    first, second = EmployeeFactory.create_batch(2)
    enrol(first, session)
    enrol(second, session)
    other = SessionFactory(starts_at=START + timedelta(days=1))
    enrol(first, other)
    move(session, START + timedelta(days=1), moscow(2026, 11, 27, 10), limit=1)
    plan_messages(
        completion_messages(record_completions(session.course, [Finished(first.pk)], on=NOW.date()))
    )
    rows = list(Message.objects.planned().filter(recipient__in=[first, second]).select_related("recipient"))

    costs = {}
    for row in rows:
        with CaptureQueriesContext(connection) as queries:
            assert preview(row) is not None
        costs[row.kind] = len(queries) - 2  # the savepoint around it

    assert set(costs) == {
        "seat_taken", "queued", "session_moved", "clash_after_move", "completion_recorded",
        "reminder_first", "reminder_second", "reminder_last",
    }  # fmt: skip
    assert (costs.pop("session_moved") <= 5, costs.pop("clash_after_move") <= 6) == (True, True)
    assert max(costs.values()) <= 4


@pytest.mark.threads
@pytest.mark.django_db(transaction=True)
def test_r14_cancelling_waits_for_the_reminder_in_flight_and_no_other_leaves(mail_server, clock):
    PolicyFactory(quiet_from=time(0), quiet_until=time(0))
    session = a_session()
    for person in EmployeeFactory.create_batch(3):
        enrol(person, session)
    Message.objects.exclude(kind="reminder_last").delete()
    clock.move_to(START - timedelta(hours=2))
    mail_server.may_answer.clear()
    sweeper = threading.Thread(target=closing(send_due_messages))
    sweeper.start()
    assert mail_server.has_letter.wait(timeout=10)

    is_cancelled = threading.Event()
    sent_before = []

    def cancel():
        cancel_session(session, "Нет света.", by=None)
        sent_before.extend(arrived(mail_server))
        is_cancelled.set()

    canceller = threading.Thread(target=closing(cancel))
    canceller.start()
    was_early = is_cancelled.wait(timeout=0.5)
    mail_server.may_answer.set()
    canceller.join()
    sweeper.join()
    send_due_messages()

    assert not was_early
    assert set(sent_before) == {"Сегодня в 10"}
    assert arrived(mail_server)[len(sent_before) :] == ["Отменено"] * 3


def arrived(mail_server):
    return [letter["Subject"].strip().split(":")[0] for _to, letter in mail_server.received]


def closing(call):
    def run():
        try:
            call()
        finally:
            connection.close()

    return run
