"""The page at the door of a room: what anybody may see there, when it is free, and who gives it its address."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import BrowserSession
from accounts.roles import Role
from audit.models import Change
from centre.models import CalendarDay
from enrolment.actions import enrol
from scheduling.addresses.actions import give_address
from scheduling.doors import day_of
from scheduling.models import RoomDoor, Session
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    moscow,
)
from tests.rights import in_role, planner, sign_in

pytestmark = pytest.mark.django_db
NOW = moscow(2026, 11, 24, 10, 42)


@pytest.fixture(autouse=True)
def tuesday():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room():
    return RoomFactory(name="Аудитория 201", site=SiteFactory(name="Строгино"))


@pytest.fixture
def door(room):
    return give_address(RoomDoor, room, by=in_role(Role.CENTRE_ADMIN))


def at(hour, minute=0, day=24):
    return moscow(2026, 11, day, hour, minute)


def meeting(room, hour, **fields):
    return SessionFactory(room=room, starts_at=at(hour), **{"hours": 1} | fields)


def page_of(door, client=None, **headers):
    answer = (client or Client()).get(door.get_absolute_url(), headers=headers)
    assert answer.status_code == 200
    return answer


def test_the_door_tells_now_and_next_without_signing_in_and_no_names_of_trainees(room, door):
    trainer = TrainerFactory(employee=EmployeeFactory(last_name="Учителева"))
    session = meeting(room, 10, course=CourseFactory(title="Разговор с гостем"), trainer=trainer, seats=12)
    meeting(room, 13, course=CourseFactory(title="Делопроизводство"))
    trainee = EmployeeFactory(last_name="Слушателева")
    session.starts_at = at(14)
    with time_machine.travel(at(9)):
        enrol(trainee, session)

    text = page_of(door).content.decode()

    day = day_of(room)
    assert (day.state, day.current.course, day.next.course) == (
        "busy",
        "Разговор с гостем",
        "Делопроизводство",
    )
    for told in (
        "Аудитория 201",
        "Занято до 11:00",
        "Учителева М. О.",
        "Занято мест: 1 из 12",
        "13:00–14:00",
    ):
        assert told in text
    assert "Слушателева" not in text
    assert "/sign-in/" not in text


def test_drafts_what_was_cancelled_and_other_days_are_never_told(room, door):
    kinds = {
        "Черновик": {"status": Session.Status.DRAFT},
        "Отменённая": {"status": Session.Status.CANCELLED, "cancelled_because": "нет света"},
        "Завтрашняя": {"starts_at": at(13, day=25)},
        "Вчерашняя": {"starts_at": at(13, day=23)},
    }
    for number, (title, fields) in enumerate(kinds.items()):
        SessionFactory(
            room=room,
            course=CourseFactory(title=title),
            **{"starts_at": at(11 + number * 2), "hours": 1} | fields,
        )
    SessionFactory(starts_at=at(11), course=CourseFactory(title="Чужая"))

    text = page_of(door).content.decode()

    assert [title for title in (*kinds, "Чужая") if title in text] == []
    assert "Сегодня занятий здесь нет" in text


def test_the_door_says_until_when_the_room_is_free(room, tuesday):
    def said():
        day = day_of(room)
        return day.state, f"{day.free_until.astimezone(room.site.zone):%H:%M}"

    assert said() == ("free", "20:00")
    meeting(room, 15)
    assert said() == ("free", "15:00")
    closure = room.closures.create(starts_at=at(12), ends_at=at(13), reason="Ремонт потолка")
    assert said() == ("free", "12:00")
    tuesday.move_to(at(12))
    assert said()[0] == "closed"
    tuesday.move_to(at(15))
    assert said()[0] == "busy"
    tuesday.move_to(at(16))  # half-open: at its last minute the room is free
    assert said() == ("free", "20:00")
    tuesday.move_to(at(20))
    assert said()[0] == "over"
    tuesday.move_to(at(7, 59))
    assert said()[0] == "early"
    tuesday.move_to(at(10))
    closure.delete()
    CalendarDay.objects.create(on="2026-11-24", kind="centre", name="Учёт", status="decree", is_closed=True)
    assert said()[0] == "closed"


def test_why_a_room_is_closed_stays_inside(room, door):
    room.closures.create(starts_at=at(9), ends_at=at(18), reason="Ремонт потолка")

    today = page_of(door).content.decode()
    room.closures.update(ends_at=at(18, day=26))
    longer = page_of(door).content.decode()

    assert ["Закрыто до 18:00" in today, "Закрыто до 26 ноября, 18:00" in longer] == [True, True]
    assert "Ремонт" not in today + longer


def test_the_page_renews_itself_with_and_without_a_script(door):
    page, fragment = page_of(door).content.decode(), page_of(door, **{"HX-Request": "true"}).content.decode()

    assert re.search(rf'hx-get="{door.get_absolute_url()}"\s+hx-trigger="every 60s"', page)
    assert '<noscript>\n      <meta http-equiv="refresh" content="60">' in page
    assert ["По состоянию на 10:42" in text for text in (page, fragment)] == [True, True]
    assert ["<html" in page, "<html" in fragment] == [True, False]


def test_s13_the_address_is_a_key_that_goes_nowhere(door):
    answer = page_of(door)

    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert len(door.token) > 30  # so that logs cut it (audit.redaction)
    assert not answer.cookies


def test_a_new_address_kills_the_old_one_and_a_withdrawn_one_shows_nothing(client, room, door):
    sign_in(client, in_role(Role.CENTRE_ADMIN))
    sheet, old = reverse("scheduling:door_sheet", args=[room.pk]), door.get_absolute_url()
    assert old in client.get(sheet).content.decode()

    client.post(reverse("scheduling:door_address", args=[room.pk]))
    new = RoomDoor.objects.get().get_absolute_url()
    answers = [Client().get(address).status_code for address in (old, new)]
    client.post(reverse("scheduling:door_removal", args=[room.pk]))

    assert answers == [404, 200]
    assert Client().get(new).status_code == 404
    assert "Создать адрес" in client.get(sheet).content.decode()


def test_s1_only_the_administrator_of_the_centre_makes_addresses_and_webinars_have_no_door(
    client, room, door
):
    names = ("door_sheet", "door_address", "door_removal")
    routes = [reverse(f"scheduling:{name}", args=[room.pk]) for name in names]
    sign_in(client, planner())
    assert [client.post(route).status_code for route in routes] == [403] * 3
    assert "Экран у двери" not in client.get(reverse("scheduling:room", args=[room.pk])).content.decode()
    online = RoomFactory(site=SiteFactory(is_online=True))
    sign_in(client, in_role(Role.CENTRE_ADMIN))
    assert client.post(reverse("scheduling:door_address", args=[online.pk])).status_code == 404
    assert RoomDoor.objects.get() == door


def test_rule_29_the_record_tells_that_the_address_changed_and_not_which_it_is(room, door):
    old = door.token
    new = give_address(RoomDoor, room, by=door.made_by).token

    changes = Change.objects.filter(kind="scheduling.roomdoor").order_by("pk")

    assert [change.verb for change in changes] == ["created", "changed"]
    told = repr([(change.before, change.after) for change in changes])
    assert [old in told, new in told] == [False, False]


def test_s6_a_screen_that_renews_itself_keeps_nobody_signed_in(client, door, tuesday):
    sign_in(client, planner())
    before = BrowserSession.objects.values_list("expire_date", flat=True).get()
    tuesday.shift(timedelta(minutes=20))

    page_of(door, client)

    assert BrowserSession.objects.values_list("expire_date", flat=True).get() == before
    client.get("/")
    assert BrowserSession.objects.values_list("expire_date", flat=True).get() > before


def test_the_door_costs_the_same_for_any_number_of_meetings(room, door, django_assert_num_queries):
    page_of(door)
    for rows in (1, 3, 10):
        for hour in range(8, 8 + rows):
            if not room.bookings.filter(meeting__starts_at=at(hour)).exists():
                meeting(room, hour, hours=0.5)
        # The door; meetings, trainers, people; closures, the closed day.
        with django_assert_num_queries(6):
            page_of(door)
