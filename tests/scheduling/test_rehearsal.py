"""Rules 1 and 6: what a step will do is shown before it is done, by doing it and taking it back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Change
from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from enrolment.models import Enrolment
from notifications.models import Message
from scheduling.actions import cancel_session, change_limit, current_plan, current_plans, replan_session, undo
from scheduling.errors import SeatsTaken
from scheduling.models import Booking, Session, SessionStep
from scheduling.rehearsal import rehearse
from scheduling.story import told_steps, undo_of_last_change
from tests.factories import EmployeeFactory, RoomFactory, SessionFactory, TrainerFactory, in_days

pytestmark = pytest.mark.django_db


def everything():
    """Whatever a planner's step may write."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Session, SessionStep, Booking, Enrolment, Message, Change)
    ]


def move_by_a_day(session, limit=1):
    (plan,) = current_plans(session)
    day = timedelta(days=1)
    later = replace(plan, starts_at=plan.starts_at + day, ends_at=plan.ends_at + day)
    return replan_session(session, [later], by=None, version=session.version, limit=limit)


@pytest.fixture
def session():
    """Somebody holds the only seat, somebody waits, and who holds it is elsewhere a day later."""
    session = SessionFactory(seats=1, limit=1)
    holder, waiting = EmployeeFactory(last_name="Занятый"), EmployeeFactory(last_name="Ждущий")
    enrol(holder, session)
    enrol(waiting, session)
    enrol(holder, SessionFactory(starts_at=in_days(15)))
    return session


def test_rule_6_the_preview_changes_nothing_and_leaves_no_trace(session):
    before = everything()

    rehearse(lambda: cancel_session(session, "Нет света", by=None), [session])
    rehearse(lambda: move_by_a_day(session), [session])

    assert everything() == before


def test_rule_6_the_preview_names_whom_it_hurts_and_every_message(session):
    holder, waiting = (one.trainee.short_name for one in session.enrolments.order_by("requested_at"))
    trainer = session.meetings.get().bookings.get(role="teaches").person.short_name

    rehearsal = rehearse(lambda: move_by_a_day(session, limit=2), [session])

    assert [(effect.person, effect.is_hurt) for effect in rehearsal.effects] == [
        (waiting, False),  # moved
        (waiting, False),  # and offered a seat
        (holder, True),
    ]
    assert {news.kind: news.recipients for news in rehearsal.news if news.is_due} == {
        "teaching_changed": (trainer,),
        "clash_after_move": (holder,),
        "session_moved": (waiting,),
        "seat_offered": (waiting,),
    }


def test_rule_6_the_preview_is_what_then_happens(session):
    before = set(Message.objects.values_list("pk", flat=True))
    rehearsal = rehearse(lambda: move_by_a_day(session), [session])

    move_by_a_day(session)

    written = Message.objects.exclude(pk__in=before).planned()
    assert rehearsal.messages == len({(one.kind, one.recipient_id) for one in written})


def test_expectation_24_the_preview_shows_the_letter_that_will_leave(session):
    rehearsal = rehearse(lambda: cancel_session(session, "Потоп в зале", by=None), [session])

    (news,) = (news for news in rehearsal.news if news.kind == "session_cancelled")
    assert any("Потоп в зале" in paragraph for paragraph in news.letter.paragraphs)
    assert news.count == 2


def test_a_step_that_will_be_refused_says_so_before(session):
    enrol(EmployeeFactory(), SessionFactory(seats=5))
    crowded = change_limit(session, 2, by=None)

    rehearsal = rehearse(lambda: change_limit(crowded, 1, by=None), [crowded])

    assert isinstance(rehearsal.refusal, SeatsTaken)


# --- taking back ----------------------------------------------------------------------------------


def news(session, kind):
    planned = Message.objects.planned().filter(kind=kind)
    return sorted(planned.values_list("recipient__last_name", flat=True))


def test_rule_9_a_change_that_nobody_heard_of_is_taken_back_in_silence(session):
    move_by_a_day(session)

    undo(session.steps.last(), by=None)

    assert [news(session, kind) for kind in ("session_moved", "clash_after_move", "teaching_changed")] == [
        []
    ] * 3
    assert not Enrolment.objects.filter(clash_since__isnull=False).exists()
    assert booking_faults() == []


def test_rule_9_who_heard_of_the_change_hears_of_its_end(session):
    move_by_a_day(session)
    Message.objects.filter(kind="session_moved").update(state=Message.State.SENT, body="…")

    undo(session.steps.last(), by=None)

    assert news(session, "session_moved") == ["Ждущий"]


def test_rule_9_news_of_an_earlier_change_is_not_lost_with_a_later_one_that_is_taken_back(session):
    move_by_a_day(move_by_a_day(session))

    undo(session.steps.last(), by=None)

    assert news(session, "session_moved") + news(session, "clash_after_move") == ["Ждущий", "Занятый"]


# --- the pages ------------------------------------------------------------------------------------


def test_rule_6_of_a_published_session_the_first_click_shows_and_the_second_saves(hr, session):
    url = reverse("scheduling:replan", args=[session.pk])
    room, trainer = RoomFactory(name="Зал 9"), TrainerFactory()
    start = timezone.localtime(session.starts_at)
    sent = {
        "version": session.version,
        "day_1": start.date().isoformat(),
        "start_1": "10:00",
        "end_1": "13:00",
        "limit": 1,
        "room": room.pk,
        "trainers": [trainer.pk],
    }

    shown = hr.post(url, sent)
    assert "Занятый" in shown.content.decode()
    assert current_plans(session)[0].room_id != room.pk
    saved = hr.post(url, {**sent, "sure": 1})

    assert saved.status_code == 302
    assert current_plans(session)[0].room_id == room.pk


def test_rule_1_the_limit_is_shown_before_it_is_changed(hr, session):
    url = reverse("scheduling:limit", args=[session.pk])

    shown = hr.post(url, {"limit": 2, "rehearse": 1}).content.decode()
    session.refresh_from_db()

    assert "Ждущий" in shown
    assert session.limit == 1


def test_rule_9_the_last_change_is_taken_back_on_the_sessions_page(hr, session):
    before = current_plan(session)
    move_by_a_day(session)
    session.refresh_from_db()
    (told,) = (told for told in told_steps(session, session.steps.all()) if told.can_be_undone)

    hr.post(reverse("scheduling:undo", args=[session.pk, told.step.pk]))

    assert current_plan(session) == before
    assert "→" in hr.get(reverse("scheduling:session", args=[session.pk])).content.decode()


def test_16_the_news_of_a_changed_plan_brings_what_takes_it_back(hr, session):
    before = current_plan(session)
    move_by_a_day(session)
    session.refresh_from_db()
    undo = undo_of_last_change(session)

    hr.post(undo.path, dict(undo.pairs))

    assert current_plan(session) == before
    session.refresh_from_db()
    change_limit(session, 3, by=None)
    assert undo_of_last_change(session) is None


def test_rule_9_a_change_that_others_followed_cannot_be_taken_back(hr, session):
    move_by_a_day(session)
    step = session.steps.last()
    change_limit(session, 3, by=None)
    plan = current_plan(session)

    answer = hr.post(reverse("scheduling:undo", args=[session.pk, step.pk]), follow=True)

    assert current_plan(session) == plan
    assert "изменил" in answer.content.decode()
