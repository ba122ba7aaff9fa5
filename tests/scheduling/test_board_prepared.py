"""Rule 9 on the board: a card says what the next publication makes of it, and leads to that publication."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from scheduling.actions import current_plan
from scheduling.board.prepared import PreparedChanges
from scheduling.models import PreparedChange, Session
from scheduling.plans import Details, MeetingPlan, SessionPlan
from scheduling.publication.actions import prepare_cancellation, prepare_move
from scheduling.publication.difference import stale_words
from scheduling.story import Names
from tests.factories import RoomFactory, SessionFactory, moscow

NAMES = Names({1: "Hall", 2: "Library"}, {7: "Ivanov"})


def meeting(day, room=1):
    starts_at = moscow(2026, 12, day, 10)
    return MeetingPlan(starts_at, starts_at + timedelta(hours=3), room, (7,))


def told(plan, *, number=0, of=1, version=2, limit=None, **change):
    """What the card of that meeting says, when this is prepared for its session."""
    session = Session(pk=3, version=version, starts_at=moscow(2026, 12, 14, 10))
    known = {"session_version": 2, "reason": "", **change}
    if "meetings" in known:
        after = SessionPlan(tuple(known.pop("meetings")), Details(limit=limit))
        known |= {"kind": "move", "plan": after.as_json()}
    changes = PreparedChanges({3: PreparedChange(**known)}, NAMES)
    with translation.override("en"):
        return changes.of_meeting(session, plan, number=number, of=of)


def test_rule_9_a_card_says_to_which_room_and_time_its_meeting_is_prepared_to_go():
    prepared = told(meeting(14), meetings=[meeting(16, room=2)])

    assert prepared.word == "change prepared"
    time, room = prepared.sentences
    assert [day in part for day, part in zip(("14", "16"), time.split("→"), strict=True)] == [True, True]
    assert room == "Room: Hall → Library"
    assert prepared.text.startswith("Change prepared. Time: ")
    assert (prepared.month.year, prepared.month.month) == (2026, 12)


def test_rule_9_a_card_says_that_and_why_its_session_is_prepared_to_be_cancelled():
    prepared = told(meeting(14), kind="cancel", reason="Nobody came.")

    assert prepared.text == "Cancellation prepared. Reason: Nobody came."


def test_rule_9_each_meeting_of_a_session_says_what_becomes_of_itself():
    before = [meeting(14), meeting(15), meeting(16)]
    after = [meeting(14), meeting(15, room=2), meeting(16), meeting(17)]

    first, second, last = (
        told(plan, number=number, of=3, meetings=after) for number, plan in enumerate(before)
    )

    assert first.sentences == ("This meeting stays as it is, another one of its session changes",)
    assert second.sentences == ("Room: Hall → Library",)
    (added,) = last.sentences
    assert added.startswith("Another meeting:")
    assert "17" in added


def test_rule_9_what_changes_for_the_whole_session_stands_on_each_of_its_cards():
    prepared = [
        told(meeting(14), number=number, of=2, meetings=[meeting(14)] * 2, limit=9) for number in (0, 1)
    ]

    assert {one.sentences for one in prepared} == {("Own limit of seats: none → 9",)}


def test_rule_9_what_was_prepared_before_the_session_was_changed_is_said_to_be_old():
    with translation.override("en"):
        old = stale_words()

    assert told(meeting(14), version=3, kind="cancel", reason="Repair").sentences == ("Reason: Repair", old)


def test_a_session_for_which_nothing_is_prepared_says_nothing():
    changes = PreparedChanges({}, NAMES)

    assert changes.of_meeting(Session(pk=3), meeting(14), number=0, of=1) is None


# --- on the page ----------------------------------------------------------------------------------


def board(session, address="scheduling:board", **asked):
    day = timezone.localdate(session.starts_at)
    return f"{reverse(address)}?{'&'.join(f'{k}={v}' for k, v in {'on': day, **asked}.items())}"


def to_publication(session):
    return f"{reverse('scheduling:publication')}?month={timezone.localdate(session.starts_at):%Y-%m}"


@pytest.mark.django_db
def test_rule_9_list_form_and_script_are_told_what_is_prepared_with_the_way_to_its_publication(hr):
    session = SessionFactory()
    plan = current_plan(session).with_meeting(0, room_id=RoomFactory(name="Новый зал").pk)
    prepare_move(session, plan.meetings, by=None, version=session.version, despite="Ремонт")
    form = reverse("scheduling:board_meeting", args=[session.meetings.get().pk])

    pages = [hr.get(address).content.decode() for address in (board(session), form)]
    (card,) = hr.get(board(session, "scheduling:board_feed")).json()["cards"]

    for page in pages:
        assert "Новый зал" in page.partition("Подготовлено изменение")[2]
        assert f'href="{to_publication(session)}"' in page
    assert card["prepared"]["word"] == "подготовлено изменение"
    assert "Новый зал" in card["prepared"]["text"]


@pytest.mark.django_db
def test_rule_9_a_prepared_change_is_no_problem_of_the_plan(hr):
    session = SessionFactory()
    flags = hr.get(board(session)).context["cards"][0].flags
    prepare_cancellation(session, "Нет группы", by=None, version=session.version)

    (card,) = hr.get(board(session)).context["cards"]

    assert (card.flags, card.tone) == (flags, "")
    assert card.prepared.word == "подготовлена отмена"
    assert hr.get(board(session, only="flagged")).context["cards"] == []


@pytest.mark.django_db
def test_what_was_prepared_for_a_session_that_is_over_is_not_told_any_more(hr):
    session = SessionFactory(starts_at=timezone.now() - timedelta(days=1, hours=6))
    PreparedChange.objects.create(session=session, kind="cancel", session_version=1, reason="Нет группы")

    (card,) = hr.get(board(session)).context["cards"]

    assert card.prepared is None
