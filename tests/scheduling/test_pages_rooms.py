"""Sites, rooms and closures: the list, a room, its capacity under planned sessions (rule 7, rule 10, promise R9)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from enrolment.actions import enrol
from enrolment.models import Seat
from scheduling.errors import SeatsTaken
from scheduling.models import Room, RoomClosure
from scheduling.rooms import change_room
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    EquipmentFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    in_days,
)
from tests.previews import appearing, seen
from tests.rights import in_role, planner, sign_in

pytestmark = pytest.mark.django_db

LIST = reverse("scheduling:room_list")


@pytest.fixture
def centre_admin(client):
    return sign_in(client, in_role(Role.CENTRE_ADMIN))


def url(name, row):
    return reverse(f"scheduling:{name}", args=[row.pk])


def listed(client, **query):
    return [line.head.text for line in client.get(LIST, query).context["listing"].lines]


def moment(at):
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def test_rooms_are_filtered_by_the_address(centre_admin):
    projector = EquipmentFactory()
    large = RoomFactory(name="Ёлка", capacity=40)
    large.equipment.add(projector)
    RoomFactory(name="Берёза", capacity=8, is_step_free=False)
    RoomFactory(name="Склад", is_active=False)
    closed = RoomFactory(name="Ремонт", capacity=10)
    RoomClosure.objects.create(room=closed, starts_at=in_days(1), ends_at=in_days(2), reason="ремонт")

    assert set(listed(centre_admin)) == {"Берёза", "Ремонт", "Ёлка"}
    assert listed(centre_admin, q="елка") == listed(centre_admin, equipment=projector.pk) == ["Ёлка"]
    assert listed(centre_admin, site=large.site_id) == listed(centre_admin, seats=11) == ["Ёлка"]
    assert listed(centre_admin, use="out") == ["Склад"]
    assert listed(centre_admin, use="closed") == ["Ремонт"]
    assert set(listed(centre_admin, use="step_free")) == {"Ремонт", "Ёлка"}
    assert len(listed(centre_admin, use="all")) == 4
    assert len(listed(centre_admin, seats="много", site="x", use="?")) == 3


@pytest.mark.rows_of("scheduling:room_list")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_rooms(centre_admin, rows, django_assert_num_queries):
    RoomFactory.create_batch(rows, site=SiteFactory())
    centre_admin.get(LIST)

    # Session, user, parts; sites twice, equipment; count, page, its equipment, meetings, closures; own views.
    with django_assert_num_queries(12):
        response = centre_admin.get(LIST)

    assert len(response.context["listing"].lines) == min(rows, 50)


def test_rule_30_the_file_holds_what_is_shown(centre_admin):
    RoomFactory(name="Ёлка", capacity=40, site__name="Строгино")
    query = {"form": "csv", "columns": ["site", "capacity", "state"]}

    lines = b"".join(centre_admin.get(LIST, query).streaming_content).decode("utf-8-sig").splitlines()

    assert lines == ["Аудитория;Площадка;Мест;Состояние", "Ёлка;Строгино;40;используется"]


def test_rule_7_a_closure_is_recorded_even_when_meetings_stand_in_the_way(centre_admin):
    room = RoomFactory(name="Ёлка")
    session = SessionFactory(room=room, starts_at=in_days(3), course__title="Трудный разговор")
    SessionFactory(room=room, starts_at=in_days(9), course__title="Другой курс")
    form = {
        "starts_at": moment(in_days(3, hour=8)),
        "ends_at": moment(in_days(4, hour=8)),
        "reason": "прорвало трубу",
    }

    asked = centre_admin.post(url("closure_new", room), form)
    assert appearing(asked) == [("Трудный разговор", "room_closed")]
    assert not RoomClosure.objects.exists()
    answer = centre_admin.post(url("closure_new", room), seen(asked, form), follow=True)

    assert [one.session for one in answer.context["missing"]] == [session]
    page = centre_admin.get(url("room", room))
    assert [meeting.session for meeting in page.context["hurt"]] == [session]
    assert "Этим занятиям нужна другая аудитория" in page.content.decode()
    sign_in(centre_admin, planner())
    planned = centre_admin.get(reverse("scheduling:session_list"), {"lacks": "room"})
    assert [line.head.row.session for line in planned.context["listing"].lines] == [session]
    assert "Нужна аудитория" in planned.content.decode()
    assert (
        "Закрыта в это время"
        in centre_admin.get(reverse("scheduling:session", args=[session.pk])).content.decode()
    )


def test_a_closure_in_nobodys_way_is_recorded_at_once_and_ended(centre_admin):
    room = RoomFactory()
    form = {"starts_at": moment(in_days(-1)), "ends_at": moment(in_days(4)), "reason": "ремонт"}

    assert centre_admin.post(url("closure_new", room), form | {"ends_at": moment(in_days(-2))}).context[
        "form"
    ].errors == {"ends_at": ["Аудитория открывается позже, чем закрывается. Укажите более позднее время."]}
    centre_admin.post(url("closure_new", room), form)
    closure = room.closures.get()
    assert "Сейчас закрыта" in centre_admin.get(url("room", room)).content.decode()

    centre_admin.post(url("closure_removal", closure))
    closure.refresh_from_db()
    assert closure.ends_at <= timezone.now()
    planned = RoomClosure.objects.create(room=room, starts_at=in_days(1), ends_at=in_days(2), reason="x")
    centre_admin.post(url("closure_removal", planned))
    assert list(room.closures.all()) == [closure]
    centre_admin.post(url("closure_removal", closure))
    assert list(room.closures.all()) == [closure]


def test_R9_a_capacity_below_the_held_seats_is_refused_with_a_sentence(centre_admin):
    room = RoomFactory(capacity=10)
    session = SessionFactory(room=room, seats=10, course__title="Трудный разговор")
    for person in EmployeeFactory.create_batch(3):
        enrol(person, session)
    form = {"name": room.name, "capacity": 2, "is_step_free": "on", "is_active": "on", "note": ""}

    response = centre_admin.post(url("room_edit", room), form)

    [sentence] = response.context["form"].errors["capacity"]
    assert sentence.startswith("Больше 2 человек уже заняли места: Трудный разговор")
    room.refresh_from_db()
    session.refresh_from_db()
    assert (room.capacity, session.seats) == (10, 10)


def test_rule_13_a_larger_room_gives_its_seats_to_the_queue_and_a_smaller_one_takes_free_ones():
    room = RoomFactory(capacity=2)
    session = SessionFactory(room=room, seats=2)
    enrolments = [enrol(person, session) for person in EmployeeFactory.create_batch(3)]
    begun = SessionFactory(room=room, seats=2, starts_at=timezone.now() - timedelta(hours=1))
    by = EmployeeFactory()

    change_room(room, {"capacity": 12, "note": "стало просторно"}, by=by)

    enrolments[2].refresh_from_db()
    session.refresh_from_db()
    begun.refresh_from_db()
    assert (enrolments[2].seat, session.seats, session.version, begun.seats) == (Seat.OFFERED, 12, 2, 2)
    assert [(step.kind, step.by) for step in session.steps.all()] == [("limited", by)]
    assert Room.objects.get().note == "стало просторно"
    change_room(room, {"capacity": 3}, by=by)
    session.refresh_from_db()
    assert session.seats == 3
    with pytest.raises(SeatsTaken):
        change_room(room, {"capacity": 2, "note": "тесно"}, by=by)
    assert (Room.objects.get().capacity, Room.objects.get().note) == (3, "стало просторно")


def test_rule_6_what_planned_sessions_would_miss_is_asked_first(centre_admin):
    projector, board = EquipmentFactory(), EquipmentFactory()
    room = RoomFactory(capacity=10)
    room.equipment.add(projector, board)
    course = CourseFactory(title="С проектором")
    course.equipment.add(projector)
    SessionFactory(room=room, course=course)
    SessionFactory(room=room, course__title="Без ступеней", needs_step_free=True, starts_at=in_days(20))
    form = {"name": "Новое имя", "capacity": 10, "equipment": [board.pk], "note": ""}

    asked = centre_admin.post(url("room_edit", room), form)

    assert appearing(asked) == [
        ("С проектором", "room_out_of_use"),
        ("С проектором", "room_lacks_equipment"),
        ("Без ступеней", "room_out_of_use"),
        ("Без ступеней", "room_has_steps"),
    ]
    assert Room.objects.get(pk=room.pk).name != "Новое имя"
    centre_admin.post(url("room_edit", room), seen(asked, form))
    room.refresh_from_db()
    assert (room.name, room.is_active, room.is_step_free) == ("Новое имя", False, False)
    assert list(room.equipment.all()) == [board]


def test_a_room_is_added_and_a_site_keeps_its_hours(centre_admin):
    site = SiteFactory()
    form = {"site": site.pk, "code": "STR-1", "name": "Ёлка", "capacity": 12, "is_active": "on"}

    assert centre_admin.post(reverse("scheduling:room_new"), form | {"capacity": 0}).context["form"].errors
    centre_admin.post(reverse("scheduling:room_new"), form)
    room = Room.objects.get(code="STR-1")
    SessionFactory(room=room, starts_at=in_days(3, hour=9))
    hours = {"name": "Строгино", "address": "Москва", "opens_at": "10:00", "closes_at": "20:00"}

    refused = centre_admin.post(url("site", site), hours | {"closes_at": "09:00"})
    asked = centre_admin.post(url("site", site), hours)

    assert "closes_at" in refused.context["form"].errors
    assert [code for _title, code in appearing(asked)] == ["site_not_open"]
    site.refresh_from_db()
    assert site.name != "Строгино"
    answer = centre_admin.post(url("site", site), seen(asked, hours), follow=True)
    assert "новые проблемы" in answer.content.decode()
    site.refresh_from_db()
    assert site.name == "Строгино"


def test_hr_looks_at_rooms_and_changes_nothing(client):
    sign_in(client, planner())
    room = RoomFactory()
    closure = RoomClosure.objects.create(room=room, starts_at=in_days(1), ends_at=in_days(2), reason="x")

    assert client.get(url("room", room)).status_code == 200
    answers = [
        client.post(address).status_code
        for address in (
            reverse("scheduling:room_new"),
            url("room_edit", room),
            url("closure_new", room),
            url("closure", closure),
            url("closure_removal", closure),
            url("site", room.site),
        )
    ]
    assert answers == [403] * 6
