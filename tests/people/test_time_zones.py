"""Times in the site's zone with the reader's own beside it, and reminders at the right moment (promise R15)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from centre.models import Policy
from centre.templatetags.centre_text import meeting_time, own_time
from centre.zones import read_in
from enrolment.actions import enrol
from notifications.delivery import letter_for
from notifications.models import Message
from notifications.tasks import send_next_message
from people.time_zones import ZONES, offset
from tests.costs import cost
from tests.enrolment.test_moves import move
from tests.factories import EmployeeFactory, SessionFactory
from tests.rights import sign_in

pytestmark = pytest.mark.django_db

# A Monday long before; and a session on Tuesday, 10:00–13:00 in Moscow.
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
STARTS = datetime(2026, 11, 24, 7, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=3)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def living_in(zone, **values):
    return EmployeeFactory(time_zone=zone, email="maria@mfc.example", **values)


def shown_to(zone, starts=STARTS, ends=ENDS):
    with translation.override("ru"), read_in(lambda: EmployeeFactory.build(time_zone=zone).own_zone):
        return own_time(starts, ends)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("", ""),
        ("Europe/Moscow", ""),
        ("Europe/Kaliningrad", ", по вашему времени 09:00–12:00"),
        ("Asia/Vladivostok", ", по вашему времени 17:00–20:00"),
        ("Europe/Berlin", ", по вашему времени 08:00–11:00"),
    ],
)
def test_r15_the_readers_own_time_stands_beside_where_it_differs(zone, shown):
    assert shown_to(zone) == shown


def test_r15_a_zone_with_summer_time_follows_its_own_change_of_clocks():
    """Berlin is two hours behind Moscow in winter and one in summer; on the last Sunday of October in between."""
    summer = datetime(2026, 7, 7, 7, tzinfo=UTC)
    before, after = datetime(2026, 10, 24, 7, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)

    assert shown_to("Europe/Berlin", summer, None) == ", по вашему времени 09:00"
    assert shown_to("Europe/Berlin", before, None) == ", по вашему времени 09:00"
    assert shown_to("Europe/Berlin", after, None) == ", по вашему времени 08:00"
    assert shown_to("Europe/Istanbul", after, None) == ""  # another name of the same time


def test_r15_another_day_is_named():
    late = datetime(2026, 11, 24, 17, tzinfo=UTC)  # 20:00 in Moscow, three in the morning in Vladivostok

    assert shown_to("Asia/Vladivostok", late, late + timedelta(hours=1)) == (
        ", по вашему времени 25\u00a0ноября, 03:00–04:00"
    )


def test_r15_a_meeting_over_two_days_says_both_of_its_own():
    with translation.override("ru"), read_in(lambda: living_in("Europe/Kaliningrad").own_zone):
        words = strip_tags(meeting_time(STARTS, STARTS + timedelta(days=1)))

    assert words.endswith("(МСК), по вашему времени 09:00")


@pytest.mark.parametrize("zone", ["Europe/Kaliningrad", "Asia/Vladivostok", "Europe/Berlin"])
def test_r15_the_first_and_the_second_reminder_are_right_hours_before_wherever_one_lives(zone):
    """At noon in Moscow the policy's hours before fall into nobody's night in Europe; an hour is an hour everywhere."""
    session = SessionFactory(starts_at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    enrol(living_in(zone), session)

    planned = dict(Message.objects.filter(kind__startswith="reminder").values_list("kind", "send_after"))

    assert planned["reminder_first"] == session.starts_at - timedelta(hours=72)
    assert planned["reminder_second"] == session.starts_at - timedelta(hours=24)
    assert planned["reminder_last"] == session.starts_at - timedelta(hours=2)


def test_r15_the_night_is_the_readers_own():
    """18:00 in Moscow is one in the morning in Vladivostok: the reminder a day before comes at eight there."""
    session = SessionFactory(starts_at=datetime(2026, 11, 24, 15, tzinfo=UTC))
    enrol(living_in("Asia/Vladivostok"), session)
    enrol(EmployeeFactory(email="ivan@mfc.example"), session)

    seconds = Message.objects.filter(kind="reminder_second").order_by("recipient")

    assert [one.send_after for one in seconds] == [
        datetime(2026, 11, 23, 22, tzinfo=UTC),  # 08:00 of the 24th in Vladivostok, before the start
        datetime(2026, 11, 23, 15, tzinfo=UTC),
    ]


def test_r15_a_moved_session_keeps_to_everybodys_night_too(clock):
    session = SessionFactory(starts_at=STARTS)
    enrol(living_in("Asia/Vladivostok"), session)

    move(session, datetime(2026, 11, 25, 14, tzinfo=UTC))

    second = Message.objects.get(kind="reminder_second", state="planned")
    assert second.send_after == datetime(2026, 11, 24, 22, tzinfo=UTC)


def test_r15_the_sweeper_waits_for_the_readers_morning(mail_server, clock):
    """Who changed the time zone after the reminder was planned is not woken either."""
    session = SessionFactory(starts_at=datetime(2026, 11, 24, 15, tzinfo=UTC))
    person = EmployeeFactory(email="maria@mfc.example")
    enrol(person, session)
    Message.objects.exclude(kind="reminder_second").delete()
    person.time_zone = "Asia/Vladivostok"
    person.save()

    clock.move_to(datetime(2026, 11, 23, 15, 1, tzinfo=UTC), tick=False)
    send_next_message(datetime(2026, 11, 23, 15, 1, tzinfo=UTC), Policy.objects.current())

    message = Message.objects.get()
    assert (message.state, message.send_after) == ("planned", datetime(2026, 11, 23, 22, tzinfo=UTC))


def test_r15_letters_say_both_times():
    session = SessionFactory(starts_at=STARTS)
    enrol(living_in("Asia/Vladivostok"), session)
    message = Message.objects.get(kind="seat_taken")

    letter = letter_for(message)

    assert "24 ноября 2026, 10:00–13:00 (МСК), по вашему времени 17:00–20:00" in letter.as_text()


def test_r15_a_letter_to_a_reader_of_the_centres_zone_says_one_time():
    enrol(EmployeeFactory(email="ivan@mfc.example"), SessionFactory(starts_at=STARTS))

    assert "по вашему времени" not in letter_for(Message.objects.get(kind="seat_taken")).as_text()


@pytest.mark.parametrize("page", ["course", "session", "home", "request"])
def test_r15_pages_of_the_trainee_say_both_times(client, page):
    session, later = SessionFactory(starts_at=STARTS), SessionFactory(starts_at=STARTS + timedelta(days=7))
    person = living_in("Asia/Vladivostok")
    sign_in(client, person)
    if page in {"home", "request"}:
        enrol(person, session)
        enrol(person, later)
    addresses = {
        "course": reverse("website:course", args=[session.course.code]),
        "session": reverse("website:session", args=[session.pk]),
        "home": reverse("website:home"),
        "request": reverse("website:home"),
    }

    text = strip_tags(client.get(addresses[page]).content.decode())

    times = "10:00, по вашему времени 17:00" if page == "request" else "(МСК), по вашему времени 17:00–20:00"
    assert times in text


@pytest.mark.parametrize("route", ["website:home", "website:catalogue"])
def test_r15_both_times_cost_no_statement(client, route):
    session = SessionFactory(starts_at=STARTS)
    here, there = EmployeeFactory(), living_in("Asia/Vladivostok")
    costs = []
    for person in (here, there):
        enrol(person, session)
        costs.append(cost(sign_in(client, person), reverse(route)))

    assert costs[0] == costs[1]


def test_r15_a_time_zone_is_chosen_on_the_account_page(client):
    person = EmployeeFactory()
    sign_in(client, person)
    address = reverse("accounts:choose_time_zone")

    page = client.post(address, {"time_zone": "Asia/Vladivostok"}, follow=True).content.decode()
    person.refresh_from_db()
    assert person.time_zone == "Asia/Vladivostok"
    assert "Часовой пояс сохранён." in page
    assert '<option value="Asia/Vladivostok" selected>Владивосток (UTC+10)</option>' in page

    assert (
        "Выберите часовой пояс"
        in client.post(address, {"time_zone": "Mars/Base"}, follow=True).content.decode()
    )
    client.post(address, {"time_zone": "Europe/Moscow"})
    person.refresh_from_db()
    assert person.time_zone == ""


def test_r15_every_zone_offered_is_one():
    for name in ZONES:
        EmployeeFactory.build(time_zone=name).clean_fields(exclude=["password"])
    with pytest.raises(ValidationError, match="Europe/Moscow"):
        EmployeeFactory.build(time_zone="Moscow").clean_fields(exclude=["password"])
    assert [offset(name, NOW) for name in ("Europe/Kaliningrad", "Europe/London", "Asia/Kolkata")] == [
        "UTC+2",
        "UTC+0",
        "UTC+5:30",
    ]
