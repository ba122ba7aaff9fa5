"""The trainer's own desk: what waits for an answer stands first, and every answer is one button."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from scheduling.actions import current_plans, publish_session, replan_session
from scheduling.models import Assignment, Session
from tests.costs import add_meetings, cost
from tests.factories import SessionFactory, TrainerFactory, in_days
from tests.rights import planner, sign_in

pytestmark = pytest.mark.django_db
DESK = reverse("enrolment:desk")


@pytest.fixture
def trainer():
    return TrainerFactory()


def published(trainer, **fields):
    return publish_session(SessionFactory(status=Session.Status.DRAFT, trainer=trainer, **fields), by=None)


def answer(client, row, **data):
    return client.post(reverse("scheduling:assignment_answer", args=[row.pk]), data, follow=True)


def test_18_a_trainer_accepts_declines_and_takes_back_by_one_button_each(client, trainer):
    published(trainer)
    row = Assignment.objects.get()
    sign_in(client, trainer.employee)
    states = []

    for data in ({"answer": "accept"}, {"answer": "take_back"}, {"answer": "decline", "why": "Уезжаю"}):
        page = answer(client, row, **data)
        row.refresh_from_db()
        states.append((row.state, len(page.context["waiting"]), len(page.context["answered"])))

    assert states == [("accepted", 0, 1), ("asked", 1, 0), ("declined", 0, 1)]


@pytest.mark.parametrize("said", [{"answer": "accept"}, {"answer": "decline", "why": "Уезжаю"}])
def test_18_an_answer_is_about_the_times_that_were_read_and_no_others(client, trainer, said):
    session = published(trainer)
    sign_in(client, trainer.employee)
    read = set(re.findall(r'name="question" value="(\w+)"', client.get(DESK).content.decode()))
    (plan,) = current_plans(session)
    moved = replace(plan, starts_at=in_days(20), ends_at=in_days(20, 13))
    replan_session(session, [moved], by=None, version=session.version)
    row = Assignment.objects.get()

    told = answer(client, row, question=read.pop(), **said)
    states = [Assignment.objects.get().state]
    answer(client, row, question=row.question, **said)
    states.append(Assignment.objects.get().state)

    assert "Посмотрите" in told.content.decode()
    assert states == ["asked", "accepted" if said["answer"] == "accept" else "declined"]


def test_18_nobody_answers_for_another_trainer(client, trainer):
    published(trainer)
    sign_in(client, TrainerFactory().employee)

    answer(client, Assignment.objects.get(), answer="accept")

    assert Assignment.objects.get().state == "asked"


def test_18_the_timetable_leads_to_the_desk_and_says_what_waits(client, trainer):
    published(trainer)
    sign_in(client, trainer.employee)

    page = client.get(reverse("enrolment:timetable"))

    assert (page.context["desk_url"], page.context["questions"]) == (DESK, 1)


def test_18_planners_see_the_answer_beside_the_trainers_name(client, trainer):
    session = published(trainer)
    sign_in(client, planner())
    page = reverse("scheduling:session", args=[session.pk])

    assert "Ждём ответа" in client.get(page).content.decode()
    Assignment.objects.update(state="declined", why="Уезжаю", answered_at=in_days(0))
    assert "Отказ" in client.get(page).content.decode()


@pytest.mark.rows_of("enrolment:desk")
def test_the_desk_costs_the_same_for_any_number(client, trainer):
    session = published(trainer, hours=1)
    sign_in(client, trainer.employee)
    costs = []
    for number, more in enumerate((1, 2, 297)):
        published(trainer, starts_at=in_days(20 + number), hours=1)
        add_meetings(session, more)
        trainer.unavailabilities.bulk_create(
            trainer.unavailabilities.model(
                trainer=trainer, weekday=6, begins_at="22:00", ends_at="23:00", starts_on=in_days(0).date()
            )
            for _ in range(more)
        )
        session.ends_at = session.meetings.latest("ends_at").ends_at + timedelta(0)
        session.save()
        costs.append(cost(client, DESK))

    assert costs == [costs[0]] * 3
