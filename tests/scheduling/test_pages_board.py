"""The board's page and what its script asks: cards, moving with every answer, undoing, and what it all costs."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from scheduling.actions import current_plan, plan_session, publish_session, replan_session
from scheduling.board.loading import UNPLANNED_AT_MOST
from scheduling.models import Booking, Meeting, PreparedChange, Session, Waiver
from scheduling.plans import MeetingPlan
from tests.costs import cost
from tests.factories import (
    MOSCOW,
    CourseFactory,
    EmployeeFactory,
    PolicyFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
)
from tests.rights import in_role, planner, sign_in

pytestmark = pytest.mark.django_db

JSON = {"accept": "application/json"}


@pytest.fixture
def room():
    return RoomFactory(name="Аудитория 201")


@pytest.fixture
def draft(room):
    """A working day's draft, with its trainer and room."""
    starts_at = working_day()
    plan = MeetingPlan(starts_at, starts_at + timedelta(hours=3), room.pk, (TrainerFactory().pk,))
    return plan_session(CourseFactory(title="Конфликты"), [plan], by=None, despite="Выезд")


def working_day():
    day = in_days(14)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def fields_of(session, **changes):
    """What the card's form sends: the meeting as it stands, but for the changes."""
    (plan,) = current_plan(session).meetings
    local = plan.span.local(MOSCOW)
    known = {
        "version": session.version,
        "day": local.starts_at.date().isoformat(),
        "start": f"{local.starts_at:%H:%M}",
        "end": f"{local.ends_at:%H:%M}",
        "room": plan.room_id or "",
        "trainers": list(plan.trainer_ids),
    }
    return {**known, **changes}


def move(client, session, **changes):
    meeting = session.meetings.get()
    address = reverse("scheduling:board_meeting", args=[meeting.pk])
    return client.post(address, fields_of(session, **changes), headers=JSON).json()


def board(session, **asked):
    day = timezone.localdate(session.starts_at).isoformat()
    return f"{reverse('scheduling:board')}?{'&'.join(f'{k}={v}' for k, v in {'on': day, **asked}.items())}"


def test_the_page_lists_the_cards_for_whoever_has_no_script(hr, draft, room):
    page = hr.get(board(draft)).content.decode()

    assert "Конфликты" in page
    assert "10:00–13:00" in page
    assert room.name in page
    assert reverse("scheduling:board_meeting", args=[draft.meetings.get().pk]) in page
    assert page.count("data-line=") == 1


def test_of_many_drafts_the_next_ones_are_listed_and_the_rest_is_counted_and_found(hr, room):
    for number in range(UNPLANNED_AT_MOST + 3):
        session = SessionFactory(
            course__title=f"Черновик {number:02}", starts_at=in_days(14 + number), status="draft", room=room
        )
        session.meetings.get().bookings.filter(room__isnull=False).delete()
    later = f"Черновик {UNPLANNED_AT_MOST + 2:02}"

    page = hr.get(reverse("scheduling:board")).content.decode()
    rest = hr.get(reverse("scheduling:session_list"), {"status": "draft", "lacks": "room"}).content.decode()

    assert page.count("data-draft=") == UNPLANNED_AT_MOST
    assert "Ждут ещё 3 занятия позже." in page
    assert "?status=draft&amp;lacks=room" in page
    assert later not in page
    assert later in rest


@pytest.mark.parametrize("view", ["week", "month"])
def test_the_list_shows_the_day_that_is_looked_at_and_leads_to_the_others(hr, draft, view):
    """So that the page stays light, however many meetings a month has."""
    first = draft.starts_at.date() - timedelta(days=draft.starts_at.weekday())
    days = [first, first + timedelta(days=1)]
    for count, day in enumerate(days):
        SessionFactory(
            course__title=f"Курс дня {count}",
            starts_at=draft.starts_at + timedelta(days=(day - draft.starts_at.date()).days, hours=4),
        )

    pages = [hr.get(board(draft, view=view, on=day)).content.decode() for day in days]
    feed = hr.get(board(draft, view=view, on=days[1], lists=1).replace("board/", "board/feed/")).json()

    assert ["Курс дня 0" in page for page in pages] == [True, False]
    assert ["Курс дня 1" in page for page in pages] == [False, True]
    assert f"on={days[1].isoformat()}" in pages[0]
    assert "Курс дня 0" not in feed["listHtml"]
    assert {"Курс дня 0", "Курс дня 1"} <= {card["title"] for card in feed["cards"]}


@pytest.mark.parametrize(("only", "at_site", "count"), [("", False, 3), ("", True, 2), ("draft", False, 1)])
def test_a_day_is_named_with_as_many_meetings_as_its_list_shows(hr, draft, room, only, at_site, count):
    """Of one site too, where what has no room is shown, for it may come to any."""
    SessionFactory(starts_at=draft.starts_at + timedelta(hours=4))
    nowhere = SessionFactory(starts_at=draft.starts_at + timedelta(hours=8))
    nowhere.meetings.get().bookings.filter(room__isnull=False).delete()

    page = hr.get(board(draft, only=only, site=room.site_id if at_site else ""))

    counts = {day: meetings for _url, day, meetings in page.context["days"]}
    assert counts[timezone.localdate(draft.starts_at)] == len(page.context["cards"]) == count
    assert f" · {count}</span>" in page.content.decode()


def test_days_are_not_counted_on_a_board_of_problems(hr, draft):
    """What is wrong is known of the cards of the day that is looked at alone."""
    page = hr.get(board(draft, only="flagged"))

    assert " · 1</span>" not in page.content.decode()


def test_what_the_script_will_ask_for_is_on_its_way_before_the_script_is(hr, draft):
    """Under the very address, else it would be asked for twice."""
    page = hr.get(board(draft, rows="trainer")).content.decode()

    (early,) = re.findall(r'as="fetch"\s+href="([^"]+)"', page)
    (asked,) = re.findall(r'data-feed="([^"]+)"', page)
    assert early == asked


@pytest.mark.parametrize(("view", "is_by_edge"), [("day", True), ("week", False), ("month", False)])
def test_the_board_says_how_a_meeting_is_lengthened_on_it(hr, draft, view, is_by_edge):
    """A column of a week or a month is a whole day, and its cards have no edge of time."""
    page = hr.get(board(draft, view=view)).content.decode()

    assert ("или потяните за её правый край" in page) == is_by_edge
    assert ("длительность меняют с клавиатуры, в форме карточки" in page) != is_by_edge


@pytest.mark.parametrize("rows", ["room", "trainer", "site"])
@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_the_feed_has_each_card_in_a_row_that_is_there(hr, draft, view, rows):
    answer = hr.get(board(draft, view=view, rows=rows, lists=1).replace("board/", "board/feed/")).json()

    (card,) = answer["cards"]
    assert set(card["rows"]) <= {row["id"] for row in answer["rows"]}
    assert (card["seats"], card["canMove"], card["version"]) == ("0/100", True, 1)
    assert answer["rooms"][str(card["room"])]["name"] == "Аудитория 201"
    assert answer["trainers"].keys() == {"0", *map(str, card["trainers"])}
    assert answer["states"] == {"draft": "черновик"}
    assert "Конфликты" in answer["listHtml"]


def test_a_meeting_is_moved_and_the_answer_says_where_it_stands(hr, draft):
    another = RoomFactory(name="Зал", site=draft.meetings.get().bookings.get(room__isnull=False).room.site)

    answer = move(hr, draft, start="14:00", end="17:30", room=another.pk)

    draft.refresh_from_db()
    (plan,) = current_plan(draft).meetings
    local = plan.span.local(MOSCOW)
    assert answer["state"] == "saved"
    assert "14:00–17:30, Зал" in answer["sentences"][0]
    assert (f"{local.starts_at:%H:%M}", f"{local.ends_at:%H:%M}", plan.room_id) == (
        "14:00",
        "17:30",
        another.pk,
    )
    assert not booking_faults()


def test_rule_2_a_taken_room_refuses_with_the_other_booking_named(hr, draft):
    other = SessionFactory(starts_at=draft.starts_at)
    taken = other.meetings.get().bookings.get(room__isnull=False).room

    answer = move(hr, draft, room=taken.pk)

    assert answer["state"] == "refused"
    assert taken.name in answer["sentences"][0]
    assert other.course.title in answer["sentences"][0]
    assert current_plan(draft).meetings[0].room_id != taken.pk


def test_rule_9_who_saw_an_older_version_is_told_who_changed_it(hr, draft):
    replan_session(
        draft,
        current_plan(draft).meetings,
        by=EmployeeFactory(last_name="Быстрая"),
        version=1,
        despite="Выезд",
    )

    answer = move(hr, draft, version=1, start="09:00")

    assert answer["state"] == "refused"
    assert "Быстрая" in answer["sentences"][0]


def test_rule_6_what_people_know_of_is_shown_before_it_is_done(hr, draft):
    publish_session(draft, by=None)
    draft.refresh_from_db()
    enrol(EmployeeFactory(last_name="Слушателева"), draft)
    before = current_plan(draft)

    asked = move(hr, draft, start="09:00")
    unchanged = current_plan(draft)
    done = move(hr, draft, start="09:00", sure="1")

    assert (asked["state"], done["state"]) == ("asks", "saved")
    assert "Слушателева" in asked["html"]
    assert unchanged == before != current_plan(draft)


def test_rule_3_a_soft_limit_asks_why_and_keeps_the_answer(hr, draft):
    starts_at = in_days(14) + timedelta(days=(5 - in_days(14).weekday()) % 7)
    lazy = TrainerFactory(academic_hours_a_day=1)

    asked = move(hr, draft, day=starts_at.date().isoformat(), trainers=[lazy.pk])
    done = move(hr, draft, day=starts_at.date().isoformat(), trainers=[lazy.pk], despite="Экзамен")

    assert (asked["state"], done["state"]) == ("asks", "saved")
    assert 'name="despite"' in asked["html"]
    assert Waiver.objects.filter(reason="Экзамен").exists()


def test_a_draft_may_be_taken_off_its_room_and_waits_among_the_unplanned(hr, draft):
    answer = move(hr, draft, room="")
    feed = hr.get(board(draft).replace("board/", "board/feed/")).json()

    assert answer["state"] == "saved"
    assert [card["id"] for card in feed["unplanned"]] == [draft.meetings.get().pk]
    assert feed["cards"][0]["rows"] == ["room-0"]


def test_rule_4_a_room_out_of_use_is_named_when_its_meeting_is_moved(hr, draft, room):
    room.is_active = False
    room.save()

    answer = move(hr, draft, start="09:00")

    assert answer["state"] == "refused"
    assert room.name in answer["sentences"][0]


def test_a_published_meeting_keeps_a_room(hr, draft):
    publish_session(draft, by=None)
    draft.refresh_from_db()

    answer = move(hr, draft, room="", sure="1")

    assert answer["state"] == "refused"
    assert current_plan(draft).meetings[0].room_id


def test_a_site_gives_its_smallest_free_room_or_says_that_it_has_none(hr, draft):
    small = RoomFactory(capacity=100)
    RoomFactory(capacity=200, site=small.site)
    full = RoomFactory(is_active=False)

    there = move(hr, draft, site=small.site_id)
    draft.refresh_from_db()
    nowhere = move(hr, draft, site=full.site_id)

    assert (there["state"], nowhere["state"]) == ("saved", "refused")
    assert current_plan(draft).meetings[0].room_id == small.pk
    assert full.site.name in nowhere["sentences"][0]


def test_the_same_form_is_a_page_for_whoever_has_no_script(hr, draft):
    address = reverse("scheduling:board_meeting", args=[draft.meetings.get().pk])
    page = hr.get(address).content.decode()

    refused = hr.post(address, fields_of(draft, end="09:00"))
    done = hr.post(address, fields_of(draft, start="09:00"))

    assert 'name="trainers"' in page
    assert refused.status_code == 200
    assert "error-summary" in refused.content.decode()
    assert done.status_code == 302
    assert done["Location"].startswith(reverse("scheduling:board"))


def test_where_a_card_must_not_go_is_said_in_one_answer(hr, draft, room):
    SessionFactory(starts_at=draft.starts_at + timedelta(hours=5), room=room)
    meeting = draft.meetings.get()
    address = reverse("scheduling:board_allowed", args=[meeting.pk])

    found = hr.get(address + board(draft, view="day", rows="room").partition("board/")[2]).json()

    whys = " ".join(one["why"] for one in found[f"room-{room.pk}"])
    assert "Курс" in whys
    assert "20:00" in whys


def test_the_planner_s_last_change_is_taken_back(hr, draft):
    before = current_plan(draft)
    move(hr, draft, start="09:00")
    (step,) = draft.steps.filter(kind="moved")

    answer = hr.post(reverse("scheduling:board_undo"), {"step": step.pk}, headers=JSON).json()
    again = hr.post(reverse("scheduling:board_undo"), {"step": step.pk}, headers=JSON).json()

    assert (answer["state"], again["state"]) == ("saved", "refused")
    assert "10:00–13:00" in answer["sentences"][0]
    assert current_plan(draft) == before


def test_the_changes_before_it_are_taken_back_one_after_another(hr, draft):
    plans = [current_plan(draft)]
    for start in ("09:00", "09:30", "09:45"):
        draft.refresh_from_db()
        move(hr, draft, start=start)
        plans.append(current_plan(draft))

    found = []
    while (step := hr.get(board(draft)).context["last_done"]) is not None:
        found.append(current_plan(draft))
        hr.post(reverse("scheduling:board_undo"), {"step": step.pk})

    assert [*found, current_plan(draft)] == plans[::-1]


def test_what_was_published_since_is_not_taken_back(hr, draft):
    move(hr, draft, start="09:00")
    draft.refresh_from_db()
    (step,) = draft.steps.filter(kind="moved")
    publish_session(draft, by=None)

    answer = hr.post(reverse("scheduling:board_undo"), {"step": step.pk}, headers=JSON).json()

    assert answer["state"] == "refused"
    assert hr.get(board(draft)).context["last_done"] is None


def test_nobody_takes_back_what_another_did(hr, client, draft):
    move(hr, draft, start="09:00")
    (step,) = draft.steps.filter(kind="moved")
    sign_in(client, planner())

    answer = client.post(reverse("scheduling:board_undo"), {"step": step.pk}, headers=JSON)

    assert answer.status_code == 404
    assert "data-undo" in client.get(board(draft)).content.decode()
    assert f'value="{step.pk}"' not in client.get(board(draft)).content.decode()


@pytest.mark.parametrize("role", [Role.METHODIST, Role.SYSTEM_ADMIN])
def test_who_does_not_plan_moves_nothing(client, draft, role):
    sign_in(client, in_role(role))
    address = reverse("scheduling:board_meeting", args=[draft.meetings.get().pk])

    assert client.post(address, fields_of(draft, start="09:00"), headers=JSON).status_code == 403
    assert current_plan(draft).meetings[0].starts_at == draft.starts_at


def full_week(monday):
    """Four hundred sessions of one meeting: on five days twice in each of forty rooms, each with its own trainer."""
    site, course = SiteFactory(), CourseFactory(title="Разговор с недовольным посетителем")
    rooms = RoomFactory.create_batch(40, site=site)
    trainers = TrainerFactory.create_batch(40, home_site=site)
    sessions = Session.objects.bulk_create(
        Session(course=course, status="open", seats=20, starts_at=at, ends_at=at + timedelta(hours=3))
        for at in (monday + timedelta(days=day, hours=hours) for day in range(5) for hours in (0, 4))
        for _room in rooms
    )
    meetings = Meeting.objects.bulk_create(
        Meeting(session=one, starts_at=one.starts_at, ends_at=one.ends_at) for one in sessions
    )
    for number, meeting in enumerate(meetings):
        claim = {"meeting": meeting, "period": (meeting.starts_at, meeting.ends_at)}
        Booking.objects.create(**claim, room=rooms[number % 40])
        Booking.objects.create(**claim, person=trainers[number % 40].employee, role="teaches")


def test_four_hundred_meetings_make_neither_page_nor_answer_heavy(hr):
    """The page holds the cards of a day alone, and the script is sent what cards share once."""
    PolicyFactory()
    monday = in_days(14) + timedelta(days=7 - in_days(14).weekday())
    full_week(monday)
    asked = f"?on={monday:%Y-%m-%d}"

    page = hr.get(reverse("scheduling:board") + asked)
    feed = hr.get(reverse("scheduling:board_feed") + asked)

    text = page.content.decode()
    assert (text.count("data-line="), len(feed.json()["cards"])) == (80, 400)
    assert len(re.findall("<[a-z]", text)) <= 1500
    assert len(page.content) <= 100_000
    assert len(feed.content) <= 150_000


def prepared(session):
    """Something waits for the next publication of it."""
    plan = current_plan(session).with_meeting(0, room_id=RoomFactory().pk)
    PreparedChange.objects.create(
        session=session,
        kind="move",
        session_version=session.version,
        plan=plan.as_json(),
        starts_at=session.starts_at,
    )


@pytest.mark.rows_of(
    "scheduling:board", "scheduling:board_feed", "scheduling:board_allowed", "scheduling:board_meeting"
)
def test_the_board_costs_the_same_for_any_number_of_meetings(hr):
    PolicyFactory()
    costs = []
    for more in (1, 2, 37):
        for number in range(more):
            session = SessionFactory(starts_at=in_days(14, hour=8 + number % 8))
            lacking = SessionFactory(starts_at=in_days(14), status="draft")
            lacking.meetings.get().bookings.filter(room__isnull=False).delete()
            prepared(session)
        meeting = Meeting.objects.get(session=session)
        addresses = [
            board(session, rows="trainer"),
            board(session, lists=1).replace("board/", "board/feed/"),
            reverse("scheduling:board_allowed", args=[meeting.pk]) + "?on=" + f"{session.starts_at:%Y-%m-%d}",
            reverse("scheduling:board_meeting", args=[meeting.pk]),
        ]
        costs.append([cost(hr, address) for address in addresses])

    assert costs == [costs[0]] * 3
    assert costs[0][0] <= 30  # three of them for what is prepared
