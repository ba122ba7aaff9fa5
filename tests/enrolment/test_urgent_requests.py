"""What cannot wait for the next regular letter is told at once: expectation 17, rule 12."""

from datetime import timedelta

import pytest
from django.core import mail

from enrolment.approvals.actions import decide, tell_deciders, undo_decision
from enrolment.approvals.tasks import tell_of_waiting_requests
from notifications.models import Message
from notifications.tasks import send_due_messages
from people.models import Employee, Office
from scheduling.models import Session
from tests.enrolment.approvals import asking, goes_on_leave, led_office
from tests.factories import EmployeeFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db
# Tuesday, after the letter of the day.
NOW = moscow(2026, 3, 3, 11)
# The letter of Wednesday leaves at eight: it can be answered before ten, not before half past eight.
TOO_SOON, IN_TIME = moscow(2026, 3, 4, 8, 30), moscow(2026, 3, 4, 10)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def office():
    return led_office(deputy=True)


def told(kind="request_urgent"):
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("recipient", flat=True))


def letters(language="en"):
    Employee.objects.update(language=language)
    mail.outbox.clear()
    send_due_messages()
    return mail.outbox


@pytest.mark.parametrize(("starts_at", "count"), [(TOO_SOON, 1), (IN_TIME, 0), (moscow(2026, 3, 20, 10), 0)])
def test_17_only_a_request_that_cannot_wait_is_told_at_once(office, starts_at, count):
    asking(office, SessionFactory(starts_at=starts_at))

    assert told() == [office.head_id] * count


@pytest.mark.parametrize(
    ("starts_at", "count"), [(moscow(2026, 3, 9, 8, 30), 1), (moscow(2026, 3, 9, 10), 0)]
)
def test_17_over_a_weekend_the_next_letter_is_that_of_monday(office, clock, starts_at, count):
    clock.move_to(moscow(2026, 3, 6, 18), tick=False)
    asking(office, SessionFactory(starts_at=starts_at))

    assert told() == [office.head_id] * count


def test_17_the_letter_leads_to_the_one_request(office, client):
    request = asking(office, SessionFactory(starts_at=TOO_SOON))

    [letter] = letters()

    assert letter.to == [office.head.email]
    assert letter.subject.startswith("Please decide now: ")
    path = letter.body.partition("http://127.0.0.1:8000")[2].split()[0]
    page = client.get(path, follow=True)
    assert request.course.title in page.content.decode()
    assert path not in Message.objects.get(kind="request_urgent").body


def test_17_the_letter_in_russian(office):
    asking(office, SessionFactory(starts_at=TOO_SOON))

    [letter] = letters("ru")

    assert letter.subject.startswith("Решите, пожалуйста, сейчас: ")


def test_17_at_night_it_is_told_when_the_morning_would_be_too_late(office, clock):
    clock.move_to(moscow(2026, 3, 3, 23), tick=False)
    asking(office, SessionFactory(starts_at=TOO_SOON))
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 4, 9, 0) - timedelta(minutes=1)))

    assert len(letters()) == 2


def test_17_in_the_heads_absence_the_deputy_is_told_at_once(office):
    goes_on_leave(office.head)
    asking(office, SessionFactory(starts_at=TOO_SOON))

    assert told() == [office.deputy_id]


def test_17_it_is_told_once_and_not_again_by_the_letter_of_the_day(office):
    asking(office, SessionFactory(starts_at=TOO_SOON))
    for _run in range(3):
        tell_deciders(NOW)

    assert told() == [office.head_id]
    assert told("requests_waiting") == []
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 20, 10)))
    tell_deciders(NOW)
    assert told("requests_waiting") == [office.head_id]


def test_17_what_was_decided_before_it_left_is_not_told(office):
    request = asking(office, SessionFactory(starts_at=TOO_SOON))
    decide(request, granted=False, by=office.head, reason="Смена")

    assert [one.subject for one in letters() if one.to == [office.head.email]] == []


def test_17_a_decision_that_was_taken_back_is_urgent_news_again(office):
    request = asking(office, SessionFactory(starts_at=TOO_SOON))
    letters()
    decide(request, granted=True, by=office.head)
    undo_decision(request, by=office.head)
    tell_deciders(NOW)

    assert told() == [office.head_id] * 2


def test_17_what_a_move_or_another_head_makes_urgent_is_told_by_the_next_run(office):
    request = asking(office, SessionFactory(starts_at=moscow(2026, 3, 20, 10)))
    assert told() == []
    Session.objects.filter(pk=request.session_id).update(starts_at=TOO_SOON)
    tell_of_waiting_requests()
    newcomer = EmployeeFactory()
    Office.objects.filter(pk=office.pk).update(head=newcomer)
    tell_of_waiting_requests()

    assert told() == [office.head_id, newcomer.pk]


def test_17_also_on_a_day_off(office, clock):
    saturday = moscow(2026, 3, 7, 12)
    clock.move_to(saturday, tick=False)
    asking(office, SessionFactory(starts_at=moscow(2026, 3, 8, 12)))

    assert tell_deciders(saturday) == 0
    assert told() == [office.head_id]
