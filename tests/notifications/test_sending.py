"""The ledger and its sweeper: rule 26, promises R11, R25 and S22."""

import random
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import timezone

from notifications.actions import (
    PlannedMessage,
    plan_messages,
    resend_message,
    stop_message,
    withdraw_messages,
)
from notifications.delivery import MAX_ATTEMPTS, message_id
from notifications.kinds import Button, Letter
from notifications.models import Message
from notifications.tasks import Nudges, nudge, send_due_messages
from tests.factories import EmployeeFactory, moscow

pytestmark = pytest.mark.django_db
State = Message.State
NOON = moscow(2026, 11, 24, 12)


@pytest.fixture(autouse=True)
def noon():
    """Outside the quiet hours, whenever the tests run."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def plan(person, about="thing:1", **fields):
    planned = PlannedMessage("note", person.pk, about, **fields)
    plan_messages([planned])
    return Message.objects.get(key=planned.key)


def test_rule_26_a_due_message_is_sent_once():
    message = plan(EmployeeFactory(email="maria@mfc.example"))

    assert [send_due_messages(), send_due_messages()] == [1, 0]

    (letter,) = mail.outbox
    assert (letter.to, letter.cc, letter.bcc) == (["maria@mfc.example"], [], [])
    assert letter.subject == "Новость"
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts) == (State.SENT, NOON, 1)
    assert (message.address, message.language) == ("maria@mfc.example", "ru")
    assert (message.title, message.body) == (letter.subject, letter.body)


def test_rule_26_the_same_news_is_planned_once():
    person = EmployeeFactory()

    plan(person)
    plan(person)
    plan(person, version=2)

    assert list(Message.objects.order_by("pk").values_list("key", flat=True)) == [
        f"{person.pk}/note/thing:1/1",
        f"{person.pk}/note/thing:1/2",
    ]


def test_rule_26_what_is_not_due_waits(noon):
    plan(EmployeeFactory(), send_after=NOON + timedelta(hours=1))

    assert send_due_messages() == 0
    noon.shift(timedelta(hours=1))
    assert send_due_messages() == 1


def test_r13_the_broker_is_nudged_once_after_the_commit(django_capture_on_commit_callbacks):
    person = EmployeeFactory()

    with django_capture_on_commit_callbacks() as after_commit, transaction.atomic():
        plan(person, about="thing:1")
        with suppress(ZeroDivisionError), transaction.atomic():
            plan(person, about="thing:2")
            raise ZeroDivisionError
        plan(person, about="thing:3")
        plan(person, about="thing:4", send_after=NOON + timedelta(hours=1))

    assert after_commit == [nudge]


def test_r13_every_news_has_a_run_that_begins_after_it():
    """A process asks for a run a second at most, and none that it asks for is too early for the news it answers."""
    nudges, numbers, runs = Nudges(gap=timedelta(seconds=1)), random.Random(26), []
    moments = sorted(100 + numbers.random() * 20 for _ in range(300))

    for now in moments:
        wait = nudges.wait(now)
        if wait is not None:
            runs.append(now + wait)
        assert now <= runs[-1] <= now + 1

    assert runs[0] == moments[0]
    assert all(later - earlier >= 0.999 for earlier, later in pairwise(runs))


def test_r13_after_a_quiet_second_a_run_is_asked_for_at_once():
    nudges = Nudges(gap=timedelta(seconds=1))

    assert [nudges.wait(now) for now in (50, 50.25, 50.5, 51.5, 51.75, 60)] == [0, 0.75, None, 0.5, None, 0]


def test_rule_26_what_is_planned_for_later_nudges_nobody(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after_commit:
        plan(EmployeeFactory(), send_after=NOON + timedelta(hours=1))

    assert after_commit == []


def test_rule_26_a_withdrawn_message_is_not_sent():
    person = EmployeeFactory()
    plan(person, about="thing:1")
    plan(person, about="thing:2")

    assert withdraw_messages(["thing:1"]) == 1
    assert withdraw_messages(["thing:2"], ["another_kind"]) == 0
    send_due_messages()

    assert list(Message.objects.order_by("subject").values_list("state", flat=True)) == [
        State.WITHDRAWN,
        State.SENT,
    ]


def test_rule_26_news_that_is_not_true_any_more_is_withdrawn():
    message = plan(EmployeeFactory(), context={"is_over": True})

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, mail.outbox) == (State.WITHDRAWN, [])


def test_rule_26_who_has_left_is_told_nothing():
    message = plan(EmployeeFactory(is_active=False))

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, mail.outbox) == (State.WITHDRAWN, [])


def test_rule_26_without_an_address_the_text_waits_on_the_site():
    message = plan(EmployeeFactory(email=""))

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, message.title, mail.outbox) == (State.SHOWN, "Новость", [])
    assert "Текст новости." in message.body


def test_rule_26_quiet_hours_put_news_off_until_the_morning(noon):
    message = plan(EmployeeFactory())
    noon.move_to(moscow(2026, 11, 24, 21, 5))

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, message.send_after) == (State.PLANNED, moscow(2026, 11, 25, 8))
    noon.move_to(moscow(2026, 11, 25, 8))
    send_due_messages()
    assert len(mail.outbox) == 1


def test_rule_26_the_letter_has_a_text_a_page_and_one_button():
    plan(EmployeeFactory(), context={"text": "Приходите <вовремя>: https://webinar.example/1"})

    send_due_messages()

    (letter,) = mail.outbox
    ((html, kind),) = letter.alternatives
    assert kind == "text/html"
    assert "Открыть:\nhttp://127.0.0.1:8000/news/" in letter.body
    assert html.count('<a href="http://127.0.0.1:8000/news/"') == 1
    assert "<strong>Открыть</strong></a>" in html
    assert "Приходите &lt;вовремя&gt;" in html
    assert '<a href="https://webinar.example/1" rel="nofollow">' in html


def test_r11_every_try_carries_the_same_message_id(mail_server, noon):
    person = EmployeeFactory()
    message = plan(person)
    mail_server.broken.add(person.email)
    send_due_messages()
    mail_server.broken.clear()
    noon.shift(timedelta(minutes=1))

    send_due_messages()

    assert mail_server.message_ids == [message_id(message)]
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == (State.SENT, 2, "")


def test_r11_one_bad_address_never_stops_the_rest(mail_server):
    people = EmployeeFactory.create_batch(3)
    mail_server.refused.add(people[0].email)
    mail_server.broken.add(people[1].email)
    first, second, third = (plan(person) for person in people)

    assert send_due_messages() == 3

    assert [to for to, _letter in mail_server.received] == [people[2].email]
    for message, state in ((first, State.PLANNED), (second, State.PLANNED), (third, State.SENT)):
        message.refresh_from_db()
        assert message.state == state
    assert "550" in first.error
    assert "SMTPServerDisconnected" in second.error
    assert first.send_after == NOON + timedelta(minutes=1)


def test_r11_with_no_mail_server_the_tries_grow_rare_and_nothing_is_lost(settings, noon):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    message = plan(EmployeeFactory())

    waits = []
    for _try in range(4):
        now = timezone.now()
        send_due_messages()
        message.refresh_from_db()
        waits.append(message.send_after - now)
        noon.move_to(message.send_after)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_due_messages()

    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert len(mail.outbox) == 1


def test_r25_a_poisonous_message_is_parked_and_the_others_leave():
    bad = plan(EmployeeFactory(), context={"is_broken": True})
    unknown = Message.objects.create(
        recipient=EmployeeFactory(), kind="nobody knows", subject="thing:1", key="x", send_after=NOON
    )
    good = plan(EmployeeFactory())

    for _try in range(MAX_ATTEMPTS):
        Message.objects.planned().update(send_after=NOON)
        send_due_messages()

    for message in (bad, unknown, good):
        message.refresh_from_db()
    assert [bad.state, unknown.state, good.state] == [State.FAILED, State.FAILED, State.SENT]
    assert bad.error == "ZeroDivisionError: a bug in a letter"
    assert len(mail.outbox) == 1


def test_r25_a_letter_whose_query_breaks_is_noted_and_the_others_leave():
    bad = plan(EmployeeFactory(), context={"has_broken_query": True})
    good = plan(EmployeeFactory())

    send_due_messages()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.attempts, good.state) == (State.PLANNED, 1, State.SENT)
    assert bad.error.startswith("DataError: ")


@pytest.mark.parametrize("title", ["Курс\nBcc: all@mfc.example", "Курс\r\nX: y", "Ё" * 400])
def test_s22_a_title_cannot_add_headers(mail_server, title):
    plan(EmployeeFactory(), context={"title": title})

    send_due_messages()

    ((_to, letter),) = mail_server.received
    assert (letter["Bcc"], letter["X"]) == (None, None)
    assert letter["Subject"].strip() == " ".join(title.split())[:250]


def test_s22_an_address_cannot_add_recipients(mail_server):
    message = plan(EmployeeFactory(email="a@mfc.example\nBcc: b@mfc.example"))

    send_due_messages()

    message.refresh_from_db()
    assert (mail_server.received, message.state) == ([], State.PLANNED)
    assert "Invalid address" in message.error


def test_rule_26_staff_stop_what_has_not_left():
    message = plan(EmployeeFactory())

    assert stop_message(message)
    send_due_messages()

    assert mail.outbox == []
    assert not stop_message(message)


def test_rule_26_staff_resend_a_failed_message_as_itself():
    message = plan(EmployeeFactory())
    Message.objects.update(state=State.FAILED, attempts=MAX_ATTEMPTS, error="SMTPException")

    again = resend_message(message)
    send_due_messages()

    again.refresh_from_db()
    assert (again, again.state, Message.objects.count()) == (message, State.SENT, 1)


def test_rule_26_staff_resend_a_sent_message_as_a_copy_and_the_text_sent_first_stays():
    message = plan(EmployeeFactory())
    send_due_messages()
    Message.objects.update(body="Как было отправлено.")

    copies = {resend_message(message), resend_message(message)}
    send_due_messages()
    second = resend_message(copies.pop())
    send_due_messages()

    assert copies == set()
    assert second.key == f"{message.key}/again:2"
    message.refresh_from_db()
    assert message.body == "Как было отправлено."
    ids = [letter.extra_headers["Message-ID"] for letter in mail.outbox]
    assert len(ids) == len(set(ids)) == 3


def test_a_letter_in_html_has_headings_with_lists_and_what_stands_in_names_is_no_markup():
    letter = Letter(
        title="A week",
        paragraphs=("Overdue:\nOne <b>\nTwo", "Until:\nFriday"),
        choices=(Button("A request", "/one/"),),
        after=("See you",),
        button=Button("Open", "/all/"),
    )

    html = letter.as_html()

    assert "<p><strong>Overdue:</strong></p><ul><li>One &lt;b&gt;</li><li>Two</li></ul>" in html
    assert "<p>Until:<br>Friday</p>" in html
    assert html.index("A request") < html.index("See you") < html.index("Open")
    assert (
        letter.as_text().index("/one/") < letter.as_text().index("See you") < letter.as_text().index("/all/")
    )
