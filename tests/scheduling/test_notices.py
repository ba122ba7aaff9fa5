"""What those who teach are told: rule 20 (reminders of the sheet), and news of their sessions."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from enrolment.actions import enrol
from notifications.delivery import preview
from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.actions import cancel_session, publish_session, replan_session
from scheduling.models import Booking, Session
from scheduling.plans import MeetingPlan
from tests.factories import EmployeeFactory, SessionFactory, TrainerFactory, moscow

pytestmark = pytest.mark.django_db
State = Message.State
NOW = moscow(2026, 11, 16, 12)
START = moscow(2026, 11, 24, 10)
END = START + timedelta(hours=3)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def trainer():
    return TrainerFactory(employee__email="anna@mfc.example")


def a_session(trainer, starts_at=START):
    """A published session, taught by the trainer, with one trainee who has no address."""
    session = SessionFactory(
        course__title="Сложный разговор",
        status=Session.Status.DRAFT,
        starts_at=starts_at,
        trainer=trainer,
    )
    publish_session(session, by=None)
    session.refresh_from_db()
    enrol(EmployeeFactory(email=""), session)
    return session


def move(session, starts_at, trainer, **details):
    session.refresh_from_db()
    room = Booking.objects.filter(meeting__session=session, room__isnull=False).first().room_id
    plan = MeetingPlan(starts_at, starts_at + timedelta(hours=3), room, (trainer.pk,))
    return replan_session(session, [plan], by=None, version=session.version, **details)


def letters():
    """To whom and about what letters have left since the last look."""
    send_due_messages()
    told = [(letter.to[0], letter.subject) for letter in mail.outbox]
    mail.outbox.clear()
    return told


def planned():
    rows = Message.objects.planned().filter(kind__startswith="sheet").order_by("send_after")
    return [(row.kind, row.send_after) for row in rows]


def test_rule_20_the_trainer_is_reminded_of_the_sheet_two_hours_after_the_end_and_next_morning(
    clock, trainer
):
    a_session(trainer)

    told = []
    for at in (END, END + timedelta(hours=2), moscow(2026, 11, 25, 8), moscow(2026, 11, 26, 8)):
        clock.move_to(at)
        told += [(at, *letter) for letter in letters()]

    title = "Закройте, пожалуйста, ведомость: «Сложный разговор», 24 ноября"
    assert told == [
        (END + timedelta(hours=2), "anna@mfc.example", title),
        (moscow(2026, 11, 25, 8), "anna@mfc.example", title),
    ]


def test_rule_20_after_a_late_end_the_trainer_is_reminded_once_in_the_morning(trainer):
    a_session(trainer, starts_at=moscow(2026, 11, 24, 17))

    assert planned() == [("sheet_due_second", moscow(2026, 11, 25, 8))]


@pytest.mark.parametrize("status", [Session.Status.CLOSED, Session.Status.CANCELLED])
def test_rule_20_a_closed_sheet_is_not_reminded_of(clock, trainer, status):
    session = a_session(trainer)
    Session.objects.filter(pk=session.pk).update(status=status, cancelled_because="Нет света.")

    clock.move_to(moscow(2026, 11, 25, 9))

    assert letters() == []


def test_rule_20_a_session_without_people_has_no_sheet_to_close(clock, trainer):
    session = a_session(trainer)
    Booking.objects.attending().filter(meeting__session=session).delete()

    clock.move_to(moscow(2026, 11, 25, 9))

    assert letters() == []


def test_rule_26_a_moved_session_reminds_of_its_sheet_at_the_new_time_only(trainer):
    session = a_session(trainer)
    day = timedelta(days=2)

    move(session, START + day, trainer)

    assert planned() == [
        ("sheet_due_first", END + day + timedelta(hours=2)),
        ("sheet_due_second", moscow(2026, 11, 27, 8)),
    ]


def test_rule_26_old_and_new_trainers_are_told_of_a_change(trainer):
    session = a_session(trainer)
    other = TrainerFactory(employee__email="boris@mfc.example")

    move(session, START, other)

    assert sorted(letters()) == [
        ("anna@mfc.example", "Вы свободны: «Сложный разговор», 24 ноября"),
        ("boris@mfc.example", "Изменения в вашем расписании: «Сложный разговор», 24 ноября"),
    ]


def test_rule_26_what_nobody_would_notice_is_told_to_nobody(trainer):
    session = a_session(trainer)
    letters()

    move(session, START, trainer, limit=7)

    assert letters() == []
    assert Message.objects.filter(kind__in=["session_moved", "teaching_changed"]).count() == 0
    assert Message.objects.planned().filter(kind="reminder_last").count() == 1


@pytest.mark.parametrize(
    "details", [{"online_link": "https://webinar.example/2"}, {"note": "Возьмите паспорт."}]
)
def test_rule_26_a_new_link_or_note_is_news(trainer, details):
    session = a_session(trainer)
    letters()

    move(session, START, trainer, **details)

    assert [to for to, _subject in letters()] == ["anna@mfc.example"]
    assert Message.objects.filter(kind="session_moved", state=State.SHOWN).count() == 1


def test_rule_26_a_change_of_a_draft_is_told_to_nobody(trainer):
    session = SessionFactory(status=Session.Status.DRAFT, starts_at=START, trainer=trainer)

    move(session, START + timedelta(days=1), trainer)
    cancel_session(session, "Передумали.", by=None)

    assert Message.objects.count() == 0


def test_rule_26_the_trainer_is_told_of_a_cancelled_session(clock, trainer):
    session = a_session(trainer)

    cancel_session(session, "Нет света.", by=None)

    assert planned() == []
    assert letters() == [("anna@mfc.example", "Отменено: «Сложный разговор», 24 ноября")]
    clock.move_to(moscow(2026, 11, 25, 9))
    assert letters() == []


def test_rule_26_a_cancellation_names_the_time_that_the_trainer_knows(trainer):
    session = a_session(trainer)
    move(session, START + timedelta(days=1), trainer)
    cancel_session(Session.objects.get(), "Ремонт", by=None)

    assert letters() == [("anna@mfc.example", "Отменено: «Сложный разговор», 24 ноября")]


def test_rule_26_who_was_replaced_by_a_move_reads_the_time_they_knew(trainer):
    other = TrainerFactory(employee__email="")
    move(a_session(trainer), START + timedelta(days=1), other)

    assert letters() == [("anna@mfc.example", "Вы свободны: «Сложный разговор», 24 ноября")]


def test_a_letter_to_a_trainer_costs_at_most_four_queries(clock, trainer, django_assert_max_num_queries):
    session = a_session(trainer)
    move(session, START + timedelta(days=1), trainer, note="Новое")
    clock.move_to(END + timedelta(days=1, hours=2))
    rows = {row.kind: row for row in Message.objects.planned().select_related("recipient")}
    with django_assert_max_num_queries(5):  # and the savepoint's two
        assert preview(rows["sheet_due_first"]) is not None
    clock.move_to(NOW)
    with django_assert_max_num_queries(6):
        assert preview(rows["teaching_changed"]) is not None
