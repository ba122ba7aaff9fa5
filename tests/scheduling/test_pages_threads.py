"""Two planners press Save at the same moment."""

from functools import partial

import pytest
from django.test import Client

from scheduling.actions import current_plan
from scheduling.models import Booking, Room, Session
from tests.factories import CourseFactory, RoomFactory, SessionFactory, TrainerFactory, in_days
from tests.rights import planner, sign_in
from tests.threads import at_once
from trainers.models import Trainer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.threads]


def save(client: Client, course: str, room: Room, trainer: Trainer):
    day = in_days(14).date().isoformat()
    return client.post(
        "/planning/new/",
        {
            "course": course,
            "day_1": day,
            "start_1": "10:00",
            "end_1": "13:00",
            "room": room.pk,
            "trainers": [trainer.pk],
        },
    )


def test_r10_of_planners_who_save_together_one_wins_and_each_other_reads_whom_the_room_went_to():
    room = RoomFactory(name="Аудитория 201")
    calls = [
        partial(save, sign_in(Client(), planner()), CourseFactory().code, room, TrainerFactory())
        for _number in range(4)
    ]

    answers = at_once(calls)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 302]
    winner = Session.objects.get()
    assert Booking.objects.count() == 2
    losers = [answer for answer in answers if answer.status_code == 200]
    sentences = [str(answer.context["form"].errors) for answer in losers]
    assert [("Аудитория 201" in words, winner.course.title in words) for words in sentences] == [
        (True, True)
    ] * 3


def replan(client: Client, session: Session, day: int):
    (plan,) = current_plan(session).meetings
    return client.post(
        f"/planning/{session.pk}/plan/",
        {
            "version": session.version,
            "day_1": in_days(day).date().isoformat(),
            "start_1": "10:00",
            "end_1": "13:00",
            "room": plan.room_id,
            "trainers": plan.trainer_ids,
            "reason": f"day {day}",
            "sure": 1,
        },
    )


def test_r10_of_planners_who_move_one_session_together_one_wins_and_nothing_of_the_others_is_lost():
    """Each other reads that somebody was quicker, and keeps on the page what they typed."""
    session = SessionFactory(status="draft")
    days = [21, 22, 23, 24]
    calls = [partial(replan, sign_in(Client(), planner()), session, day) for day in days]

    answers = at_once(calls)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 302]
    session.refresh_from_db()
    (step,) = session.steps.all()
    (winner,) = [day for day, answer in zip(days, answers, strict=True) if answer.status_code == 302]
    assert (session.version, session.starts_at, step.reason) == (2, in_days(winner), f"day {winner}")
    for day, answer in zip(days, answers, strict=True):
        if day != winner:
            page = answer.content.decode()  # the context is whatever any thread rendered
            assert (step.by.short_name in page, f"day {day}" in page) == (True, True)
