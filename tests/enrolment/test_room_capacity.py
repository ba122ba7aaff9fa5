"""A room's capacity is seats: another one reaches the sessions in it (rules 10 and 13, promise R9)."""

import pytest
from django.urls import reverse

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from enrolment.models import Seat
from scheduling.actions import plan_session, publish_session
from scheduling.errors import SeatsTaken
from scheduling.plans import MeetingPlan
from scheduling.rooms import change_capacity
from tests.factories import CourseFactory, EmployeeFactory, RoomFactory, TrainerFactory, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return RoomFactory(capacity=2)


@pytest.fixture
def session(room):
    plan = MeetingPlan(in_days(14, 10), in_days(14, 13), room.pk, (TrainerFactory().pk,))
    return publish_session(plan_session(CourseFactory(title="Конфликты"), [plan], by=None), by=None)


def seats(session):
    session.refresh_from_db()
    return session.seats, [one.seat for one in session.enrolments.order_by("requested_at", "pk")]


def test_rule_13_a_larger_room_gives_its_new_seats_to_the_queue(room, session):
    planner = EmployeeFactory()
    for person in EmployeeFactory.create_batch(4):
        enrol(person, session)

    change_capacity(room, 3, by=planner)

    assert seats(session) == (3, [Seat.HELD, Seat.HELD, Seat.OFFERED, Seat.WAITING])
    step = session.steps.last()
    assert (step.kind, step.by, step.reason) == ("limited", planner, f"{room}: теперь мест 3.")
    assert booking_faults() == []


def test_r9_a_smaller_room_drops_nobody(room, session):
    for person in EmployeeFactory.create_batch(2):
        enrol(person, session)

    with pytest.raises(SeatsTaken, match="Конфликты"):
        change_capacity(room, 1, by=None)

    room.refresh_from_db()
    assert (room.capacity, seats(session)) == (2, (2, [Seat.HELD] * 2))


@pytest.mark.parametrize("later_room", ["the same", "another"])
def test_r9_a_room_is_not_smaller_than_a_running_session_that_comes_again(room, later_room, time_machine):
    other = room if later_room == "the same" else RoomFactory(capacity=2)
    plans = [
        MeetingPlan(in_days(14 + day, 10), in_days(14 + day, 13), where.pk, (TrainerFactory().pk,))
        for day, where in enumerate((room, other))
    ]
    session = publish_session(plan_session(CourseFactory(title="Конфликты"), plans, by=None), by=None)
    for person in EmployeeFactory.create_batch(2):
        enrol(person, session)
    time_machine.move_to(in_days(14, 15))

    change_capacity(RoomFactory(capacity=2), 1, by=None)
    if later_room == "the same":
        with pytest.raises(SeatsTaken, match="Конфликты"):
            change_capacity(room, 1, by=None)
    else:
        change_capacity(room, 1, by=None)

    assert seats(session) == (2, [Seat.HELD] * 2)


def test_rule_10_a_smaller_room_has_fewer_seats_to_give(room, session):
    change_capacity(room, 1, by=None)
    for person in EmployeeFactory.create_batch(2):
        enrol(person, session)

    assert seats(session) == (1, [Seat.HELD, Seat.WAITING])


def test_rule_10_the_sessions_own_limit_still_holds(room, session):
    session.limit, session.seats = 1, 1
    session.save()

    change_capacity(room, 30, by=None)

    assert (seats(session)[0], session.version) == (1, 2)


def test_a_session_that_has_begun_stays_as_it_was(room, session, time_machine):
    time_machine.move_to(session.starts_at)

    change_capacity(room, 1, by=None)

    assert seats(session)[0] == 2


@pytest.mark.parametrize(("capacity", "held"), [(3, 3), (1, 2)])
def test_the_administration_pages_change_the_capacity_by_the_action(client, room, session, capacity, held):
    for person in EmployeeFactory.create_batch(3):
        enrol(person, session)
    client.force_login(EmployeeFactory(is_staff=True, is_superuser=True))
    fields = {"code": room.code, "name": room.name, "is_step_free": "on", "is_active": "on"}

    page = client.post(
        reverse("admin:scheduling_room_change", args=[room.pk]), {**fields, "capacity": capacity}, follow=True
    )

    room.refresh_from_db()
    assert len(seats(session)[1]) - seats(session)[1].count(Seat.WAITING) == held
    assert (room.capacity, "Конфликты" in page.content.decode()) == (held, capacity < held)
