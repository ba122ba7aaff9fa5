"""Rule 1: each step keeps which messages it caused, and planners read it in the session's story."""

from collections import Counter
from dataclasses import replace

import pytest
from django.urls import reverse

from enrolment.actions import enrol
from enrolment.attendance import close_sheet, mark_all_present
from enrolment.inviting import invite
from enrolment.merging import merge_sessions
from notifications.actions import noting, plan_messages
from notifications.models import Message
from scheduling.actions import cancel_session, change_limit, publish_session, replan_sessions, undo
from scheduling.actions.planning import Change
from scheduling.actions.shared import current_plan
from scheduling.models import SessionStep
from scheduling.notices import teaching_messages
from scheduling.rehearsal import rehearse
from scheduling.rooms import change_capacity
from scheduling.story import told_steps
from tests.enrolment.test_inviting import employed
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    PositionFactory,
    RoomFactory,
    SessionFactory,
    in_days,
)
from tests.rights import planner, sign_in, with_right
from tests.scheduling.test_rehearsal import move_by_a_day

pytestmark = pytest.mark.django_db


def caused(step):
    """Of which kind how many messages."""
    return Counter(Message.objects.caused_by(step.cause).values_list("kind", flat=True))


@pytest.fixture
def session():
    """One holds the only seat, one waits."""
    session = SessionFactory(seats=1, limit=1)
    enrol(EmployeeFactory(last_name="Занятый"), session)
    enrol(EmployeeFactory(last_name="Ждущий"), session)
    return session


def test_rule_1_a_step_keeps_the_messages_of_every_app_that_it_caused(session):
    move_by_a_day(session)

    step = session.steps.get(kind="moved")
    assert caused(step) == {
        "teaching_changed": 1,
        "sheet_due_first": 1,
        "sheet_due_second": 1,
        "session_moved": 2,
        "reminder_first": 1,
        "reminder_second": 1,
        "reminder_last": 1,
    }


def test_rule_1_a_step_caused_what_its_preview_showed(session):
    preview = rehearse(lambda: move_by_a_day(session), [session])

    move_by_a_day(session)

    step = session.steps.get(kind="moved")
    assert caused(step) == {news.kind: news.count for news in preview.news}


def test_rule_1_a_step_that_was_only_shown_caused_nothing(session):
    rehearse(lambda: cancel_session(session, "Нет света", by=None), [session])

    assert not Message.objects.exclude(cause="").exists()


def test_rule_1_taking_a_seat_is_no_step(session):
    assert Message.objects.filter(subject__startswith="enrolment:").exists()
    assert not Message.objects.exclude(cause="").exists()


def test_rule_1_of_several_sessions_each_step_keeps_its_own(session):
    other = SessionFactory(starts_at=in_days(20))
    enrol(EmployeeFactory(), other)
    room = RoomFactory()

    replan_sessions([in_another_room(one, room) for one in (session, other)], by=None)

    first, second = SessionStep.objects.order_by("pk")
    assert first.operation == second.operation
    assert (caused(first)["session_moved"], caused(second)["session_moved"]) == (2, 1)


def in_another_room(session, room):
    plan = current_plan(session)
    meetings = tuple(replace(meeting, room_id=room.pk) for meeting in plan.meetings)
    return Change(session, session.version, replace(plan, meetings=meetings))


def test_rule_1_publishing_keeps_the_question_to_the_trainer():
    draft = SessionFactory(status="draft")

    publish_session(draft, by=None)

    assert caused(draft.steps.get()) == {"teaching_asked": 1, "sheet_due_first": 1, "sheet_due_second": 1}


def test_rule_1_more_seats_keep_who_was_given_one(session):
    change_limit(session, 2, by=None)

    assert caused(session.steps.get())["seat_offered"] == 1


def test_rule_1_a_larger_room_keeps_by_session_who_was_given_a_seat():
    room = RoomFactory(capacity=1)
    sessions = [SessionFactory(room=room, seats=1, starts_at=in_days(day)) for day in (14, 15, 16)]
    for session in sessions[:2]:
        enrol(EmployeeFactory(), session)
        enrol(EmployeeFactory(), session)

    change_capacity(room, 2, by=None)

    steps = [session.steps.get() for session in sessions]
    assert [caused(step)["seat_offered"] for step in steps] == [1, 1, 0]


def test_rule_1_joining_keeps_the_news_of_those_who_come_over():
    target = SessionFactory()
    source = SessionFactory(course=target.course, starts_at=in_days(15))
    enrol(EmployeeFactory(), source)

    merge_sessions(source, target, by=None)

    assert caused(target.steps.get(kind="joined"))["merged"] == 1
    assert caused(source.steps.get(kind="cancelled")) == {"teaching_cancelled": 1}


def test_rule_1_an_invitation_is_kept_with_its_step():
    course = CourseFactory(is_mandatory=True, due_days=30)
    course.audience.add(PositionFactory())
    session = SessionFactory(course=course)
    for _number in range(2):
        employed(course)

    invite(session, 2, by=None)

    assert caused(session.steps.get()) == {"course_needed": 2}


def test_rule_1_a_closed_sheet_keeps_the_news_of_completions(time_machine):
    session = SessionFactory()
    trainer, (meeting,) = EmployeeFactory(), session.meetings.all()
    enrol(EmployeeFactory(), session)
    time_machine.move_to(session.starts_at, tick=False)
    mark_all_present(meeting, by=trainer)
    time_machine.move_to(session.ends_at, tick=False)

    close_sheet(session, by=trainer)

    assert caused(session.steps.get(kind="closed")) == {"completion_recorded": 1}


def test_rule_1_messages_of_a_step_inside_a_step_are_its_own_and_seen_by_who_watches(session):
    trainer = EmployeeFactory()
    with noting("step:1") as outer:
        with noting("step:2"):
            plan_messages(teaching_messages(session, [trainer.pk], kind="inner"))
        with noting():
            plan_messages(teaching_messages(session, [trainer.pk], kind="outer"))

    assert len(outer.keys) == 2
    assert set(Message.objects.exclude(cause="").values_list("kind", "cause")) == {
        ("inner", "step:2"),
        ("outer", "step:1"),
    }


# --- the pages ------------------------------------------------------------------------------------


def test_rule_1_the_story_tells_how_many_were_told_what(client, session):
    move_by_a_day(session)
    step = session.steps.get(kind="moved")

    page = sign_in(client, planner()).get(reverse("scheduling:session", args=[session.pk])).content.decode()

    (told,) = told_steps(session, [step])
    assert {news.kind: news.people for news in told.told}["session_moved"] == 2
    assert "2 человека" in " ".join(page.split())


def test_rule_1_the_story_tells_what_was_withdrawn_since(session):
    move_by_a_day(session)
    step = session.steps.get(kind="moved")
    undo(step, by=None)

    (told,) = told_steps(session, [step])

    assert told.told == []
    assert told.withdrawn == sum(caused(step).values())


def test_rule_1_the_ledger_shows_the_messages_of_one_step(client, session):
    move_by_a_day(session)
    step = session.steps.get(kind="moved")
    hr = sign_in(client, planner())
    address = f"{reverse('notifications:message_list')}?tab=all&cause={step.cause}"

    assert (
        address.replace("&", "&amp;")
        in hr.get(reverse("scheduling:session", args=[session.pk])).content.decode()
    )
    listing = hr.get(address).context["listing"]
    assert listing.count == sum(caused(step).values())


def test_rule_1_who_may_not_read_the_ledger_gets_no_link_to_it(client, session):
    move_by_a_day(session)

    reader = sign_in(client, with_right("scheduling.plan_session"))
    page = reader.get(reverse("scheduling:session", args=[session.pk])).content.decode()

    assert "cause=step" not in page
    assert "2 человека" in page
