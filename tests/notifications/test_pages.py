"""The ledger's pages: rule 26 for staff, S1 and S5 for its addresses, one's own messages."""

import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from notifications.actions import PlannedMessage, plan_messages
from notifications.models import Message
from notifications.tasks import send_due_messages
from tests.factories import EmployeeFactory, moscow

pytestmark = pytest.mark.django_db
State = Message.State
LIST = reverse("notifications:message_list")


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(moscow(2026, 11, 24, 12), tick=False):
        yield


@pytest.fixture
def staff(client):
    person = EmployeeFactory(last_name="Кадрова")
    person.groups.add(Group.objects.get(name=Role.HR_ADMIN.value))
    client.force_login(person)
    return person


def plan(person, about="thing:1", **fields):
    planned = PlannedMessage("note", person.pk, about, **fields)
    plan_messages([planned])
    return Message.objects.get(key=planned.key)


def shown(response):
    assert response.status_code == 200
    return response.content.decode()


def test_staff_find_messages_by_tab_person_and_kind(client, staff):
    ivanov = EmployeeFactory(last_name="Иванов", first_name="Пётр", middle_name="")
    plan(ivanov, context={"title": "Место есть"})
    send_due_messages()
    plan(EmployeeFactory(last_name="Сидоров"))

    def found(**query):
        page = shown(client.get(LIST, query))
        return ["Иванов" in page, "Сидоров" in page]

    assert found() == [True, False]
    assert found(q="петр иван") == [True, False]
    assert found(q="сидор") == [False, False]
    assert found(tab="planned") == [False, True]
    assert found(tab="withdrawn") == [False, False]
    assert found(kind="note", tab="") == [True, False]
    assert found(kind="nothing", tab="nothing", q="\0", page="many") == [True, False]
    assert found(kind="reminder_last") == [False, False]


def test_rule_30_the_file_holds_what_is_shown(client, staff):
    plan(EmployeeFactory(last_name="Иванов", first_name="Пётр", middle_name=""), context={"title": "+7"})
    plan(EmployeeFactory(last_name="Сидоров"))
    send_due_messages()

    answer = client.get(LIST, {"q": "иванов", "columns": ["recipient", "title", "when"], "form": "csv"})

    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [
        "Сообщение;Тема;Кому;Когда",
        "Note;+7;Иванов П.;24.11.2026 12:00",
    ]


def test_what_leaves_next_stands_first_and_what_left_last(client, staff):
    for day in (25, 27, 26):
        plan(EmployeeFactory(last_name=f"Ждёт{day}"), send_after=moscow(2026, 11, day, 12))
    for hour in (9, 11, 10):
        plan(EmployeeFactory(last_name=f"Знает{hour}"), send_after=moscow(2026, 11, 24, hour))
    send_due_messages()

    def names(**query):
        return re.findall(r"(?:Ждёт|Знает)\d+", shown(client.get(LIST, query)))

    assert names() == ["Знает11", "Знает10", "Знает9"]
    assert names(tab="planned") == ["Ждёт25", "Ждёт26", "Ждёт27"]


@pytest.mark.rows_of("notifications:message_list")
def test_the_list_costs_the_same_for_any_number_of_messages(client, staff):
    counts = []
    for number in (1, 2, 297):
        for row in range(number):
            plan(EmployeeFactory(), about=f"thing:{number}-{row}")
        client.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(LIST, {"tab": "planned"})
        counts.append(len(queries))

    assert len(set(counts)) == 1
    assert "page=2" in shown(client.get(LIST, {"tab": "planned"}))


def test_staff_see_what_would_be_sent_now_and_then_what_was_sent(client, staff):
    message = plan(EmployeeFactory(language="en"), context={"text": "Жду <b>вас</b>."})
    before = shown(client.get(message.get_absolute_url()))
    send_due_messages()

    after = shown(client.get(message.get_absolute_url()))

    for page in (before, after):
        assert "Жду &lt;b&gt;вас&lt;/b&gt;." in page
        assert "This letter was sent automatically" in page
        assert '<div class="prose" lang="en">' in page
    assert reverse("notifications:stop_message", args=[message.pk]) in before
    assert reverse("notifications:stop_message", args=[message.pk]) not in after


def test_r25_a_parked_message_is_shown_with_its_error(client, staff):
    broken = plan(EmployeeFactory(), context={"is_broken": True})
    send_due_messages()

    assert "ZeroDivisionError" in shown(client.get(broken.get_absolute_url()))


def test_staff_stop_and_resend_by_post_only(client, staff):
    message = plan(EmployeeFactory())
    stop, resend = (
        reverse(f"notifications:{verb}_message", args=[message.pk]) for verb in ("stop", "resend")
    )
    assert [client.get(url).status_code for url in (stop, resend)] == [405, 405]

    client.post(stop)
    refused = client.post(resend, follow=True)

    message.refresh_from_db()
    assert (message.state, Message.objects.count()) == (State.WITHDRAWN, 1)
    assert "notice--bad" in shown(refused)


def test_staff_send_again_what_was_sent(client, staff):
    message = plan(EmployeeFactory())
    send_due_messages()

    answer = client.post(reverse("notifications:resend_message", args=[message.pk]))
    send_due_messages()

    copy = Message.objects.latest("pk")
    assert answer.url == copy.get_absolute_url()
    assert (copy.state, len(mail.outbox)) == (State.SENT, 2)


def test_s1_without_the_right_the_ledger_is_closed(client):
    message = plan(EmployeeFactory())
    pages = [LIST, message.get_absolute_url()]
    actions = [reverse(f"notifications:{verb}_message", args=[message.pk]) for verb in ("stop", "resend")]

    nobody = [client.get(page).status_code for page in pages] + [
        client.post(url).status_code for url in actions
    ]
    client.force_login(message.recipient)
    employee = [client.get(page).status_code for page in pages] + [
        client.post(url).status_code for url in actions
    ]

    assert (nobody, employee) == ([302] * 4, [403] * 4)
    assert Message.objects.get() == message


def test_everybody_reads_their_own_messages_only(client):
    reader, other = EmployeeFactory(email=""), EmployeeFactory()
    plan(reader, about="thing:1", context={"title": "Вы записаны"})
    plan(other, about="thing:1", context={"title": "Чужое"})
    send_due_messages()
    plan(reader, about="thing:2", context={"title": "Ещё не отправлено"})
    client.force_login(reader)

    page = shown(client.get(reverse("notifications:my_messages")))

    assert ["Вы записаны" in page, "Чужое" in page, "Ещё не отправлено" in page] == [True, False, False]


@pytest.mark.rows_of("notifications:my_messages")
def test_ones_own_messages_cost_the_same_for_any_number(client):
    reader = EmployeeFactory(email="")
    client.force_login(reader)
    costs = []
    for number in (1, 2, 297):
        for row in range(number):
            plan(reader, about=f"thing:{number}-{row}")
        send_due_messages()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("notifications:my_messages"))
        assert len(response.context["page"].object_list) == min(Message.objects.count(), 50)
        costs.append(len(queries))

    assert len(set(costs)) == 1


def test_somebody_without_messages_is_told_what_will_be_here(client):
    client.force_login(EmployeeFactory())

    assert "empty__title" in shown(client.get(reverse("notifications:my_messages")))
