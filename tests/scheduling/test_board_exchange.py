"""Two meetings exchange their rooms by the form of one: offered with the refusal, shown, done and undone as one."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from scheduling.actions import current_plan, plan_session, publish_session, replan_session
from scheduling.models import Room
from scheduling.plans import MeetingPlan
from tests.factories import (
    MOSCOW,
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    TrainerFactory,
)
from tests.scheduling.test_pages_board import move, working_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return planned("Конфликты", RoomFactory(name="Аудитория 201"))


@pytest.fixture
def neighbour(draft):
    """Another draft at the same time in another room of the site."""
    return planned("Паспорта", RoomFactory(name="Зал", site=Room.objects.get(pk=room_of(draft)).site))


def planned(course, room):
    starts_at = working_day()
    plan = MeetingPlan(starts_at, starts_at + timedelta(hours=3), room.pk, (TrainerFactory().pk,))
    return plan_session(CourseFactory(title=course), [plan], by=None, despite="Выезд")


def room_of(session):
    return current_plan(session).meetings[0].room_id


def offered_exchange(answer):
    found = re.search(r'name="swap"\s+id="id_swap"\s+value="([\d-]+)"', answer["html"])
    return found[1] if found else ""


def test_rule_6_two_meetings_exchange_their_rooms_by_one_tick_and_it_is_taken_back_whole(
    hr, draft, neighbour
):
    rooms = room_of(draft), room_of(neighbour)

    refused = move(hr, draft, room=rooms[1])
    saved = move(hr, draft, room=rooms[1], swap=offered_exchange(refused))
    swapped = room_of(draft), room_of(neighbour)
    hr.post(reverse("scheduling:board_undo"), {"step": draft.steps.latest("pk").pk})

    assert (refused["state"], saved["state"]) == ("refused", "saved")
    assert "обменять аудитории" in refused["sentences"][1]
    assert "Паспорта" in saved["sentences"][0]
    assert swapped == rooms[::-1]
    assert (room_of(draft), room_of(neighbour)) == rooms
    assert booking_faults() == []


def test_rule_6_an_exchange_shows_the_people_of_both_sessions_first(hr, draft, neighbour):
    publish_session(neighbour, by=None)
    neighbour.refresh_from_db()
    enrol(EmployeeFactory(last_name="Слушателева"), neighbour)
    rooms = room_of(draft), room_of(neighbour)
    swap = offered_exchange(move(hr, draft, room=rooms[1]))

    asked = move(hr, draft, room=rooms[1], swap=swap)
    before = room_of(draft), room_of(neighbour)
    move(hr, draft, room=rooms[1], swap=offered_exchange(asked), sure="1")

    assert asked["state"] == "asks"
    assert before == rooms
    assert (room_of(draft), room_of(neighbour)) == rooms[::-1]


def test_rule_9_an_exchange_with_a_session_that_somebody_changed_is_not_made(hr, draft, neighbour):
    rooms = room_of(draft), room_of(neighbour)
    swap = offered_exchange(move(hr, draft, room=rooms[1]))
    replan_session(neighbour, current_plan(neighbour).meetings, by=None, version=1, limit=5, despite="Выезд")

    answer = move(hr, draft, room=rooms[1], swap=swap)

    assert answer["state"] == "refused"
    assert (room_of(draft), room_of(neighbour)) == rooms


def test_a_room_that_two_meetings_share_then_is_offered_for_no_exchange(hr, draft, neighbour):
    (plan,) = current_plan(draft).meetings
    later = plan.ends_at + timedelta(minutes=30)
    SessionFactory(starts_at=later, room=Room.objects.get(pk=room_of(neighbour)))
    end = f"{later.astimezone(MOSCOW) + timedelta(minutes=30):%H:%M}"

    refused = move(hr, draft, room=room_of(neighbour), end=end)

    assert refused["state"] == "refused"
    assert len(refused["sentences"]) == 1
    assert offered_exchange(refused) == ""
