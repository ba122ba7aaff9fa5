"""Taking a seat, joining the queue, cancelling: by the pages."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from enrolment.actions import enrol, start_course
from enrolment.models import Ending, Enrolment, Seat
from tests.factories import (
    EmployeeFactory,
    MandatorySessionFactory,
    MaterialFactory,
    PositionFactory,
    ShiftFactory,
    TrainerFactory,
    in_days,
)

ENGLISH = {"accept-language": "en"}
HTMX = {**ENGLISH, "hx-request": "true"}


@pytest.fixture
def trainee(client, db):
    trainee = ShiftFactory().employee
    client.force_login(trainee)
    return trainee


def door(session):
    return reverse("enrolment:enrol_in_session", args=[session.pk])


def cancelling(enrolment):
    return reverse("enrolment:cancel", args=[enrolment.pk])


def test_expectation_5_a_seat_is_taken_by_one_press_and_confirmed(client, trainee):
    session = MandatorySessionFactory()

    response = client.post(door(session), follow=True, headers=ENGLISH)

    shown = response.content.decode()
    assert response.redirect_chain == [(session.get_absolute_url(), 302)]
    assert "The seat is yours." in shown
    assert "You have a seat" in shown
    assert trainee.enrolments.get().seat == Seat.HELD


def test_htmx_receives_the_panel_alone(client, trainee):
    session = MandatorySessionFactory()

    response = client.post(door(session), headers=HTMX)

    shown = response.content.decode()
    assert "<html" not in shown
    assert 'id="enrol-panel"' in shown
    assert "The seat is yours." in shown


def test_r6_pressing_twice_is_one_enrolment_with_the_same_answer(client, trainee):
    session = MandatorySessionFactory(seats=1)
    enrol(EmployeeFactory(), session)

    answers = [client.post(door(session), headers=HTMX).content.decode() for _time in range(2)]

    assert trainee.enrolments.count() == 1
    assert all("Your place in the queue is 1" in answer for answer in answers)


def test_expectation_3_a_full_session_confirms_the_place_in_the_queue(client, trainee):
    # A term so far away ranks nobody before those who asked earlier (rule 13).
    session = MandatorySessionFactory(seats=1, course__due_days=30_000)
    for other in EmployeeFactory.create_batch(3):
        enrol(other, session)

    response = client.post(door(session), follow=True, headers=ENGLISH)

    assert "You are number 3 in the queue" in response.content.decode()


def test_rule_11_a_refusal_is_explained(client, trainee):
    session = MandatorySessionFactory()
    session.course.audience.add(PositionFactory())

    response = client.post(door(session), follow=True, headers=ENGLISH)

    assert "The course is meant for other positions than yours" in response.content.decode()
    assert not trainee.enrolments.exists()


@pytest.mark.parametrize("status", ["draft"])
def test_a_draft_has_no_door(client, trainee, status):
    assert client.post(door(MandatorySessionFactory(status=status))).status_code == 404


def test_rule_1_a_refusal_does_not_name_the_draft_that_one_is_to_teach(client, trainee):
    trainer = TrainerFactory(employee=trainee)
    MandatorySessionFactory(status="draft", trainer=trainer, course__title="Тайный курс")
    session = MandatorySessionFactory()

    pages = [
        client.get(session.get_absolute_url(), headers=ENGLISH),
        client.get(session.course.get_absolute_url(), headers=ENGLISH),
        client.post(door(session), follow=True, headers=ENGLISH),
    ]

    shown = [page.content.decode() for page in pages]
    assert ["a session that is still being planned" in page for page in shown] == [True] * 3
    assert ["Тайный курс" in page for page in shown] == [False] * 3


def test_s5_nothing_changes_by_get(client, trainee):
    session = MandatorySessionFactory()
    enrolment = enrol(trainee, session)

    assert client.get(door(session)).status_code == 405
    assert client.get(cancelling(enrolment)).status_code == 200
    assert trainee.enrolments.get().is_live


# --- cancelling -----------------------------------------------------------------------------------


def test_r7_cancelling_gives_the_seat_to_the_first_who_waits(client, trainee):
    session = MandatorySessionFactory(seats=1)
    enrolment = enrol(trainee, session)
    waiting = enrol(EmployeeFactory(), session)

    response = client.post(cancelling(enrolment), follow=True, headers=ENGLISH)

    enrolment.refresh_from_db()
    waiting.refresh_from_db()
    assert (enrolment.ended_because, waiting.seat) == (Ending.CANCELLED, Seat.OFFERED)
    assert f"Done: your enrolment in “{session.course}” is cancelled." in response.content.decode()


def test_rule_15_a_late_cancellation_asks_for_a_reason(client, trainee):
    session = MandatorySessionFactory(starts_at=timezone.now() + timedelta(hours=5))
    enrolment = enrol(trainee, session)

    without = client.post(cancelling(enrolment), {"reason": ""}, headers=ENGLISH)
    client.post(cancelling(enrolment), {"reason": "Заболела"})

    assert "Less than 24 hours are left before the start" in without.content.decode()
    assert 'class="error-summary"' in without.content.decode()
    enrolment.refresh_from_db()
    assert enrolment.ended_because == Ending.CANCELLED_LATE
    assert enrolment.entries.last().reason == "Заболела"


def test_an_early_cancellation_asks_nothing(client, trainee):
    enrolment = enrol(trainee, MandatorySessionFactory())

    assert "reason" not in client.get(cancelling(enrolment)).context["form"].fields


def test_the_queue_is_left_without_a_reason_however_late(client, trainee):
    session = MandatorySessionFactory(seats=1, starts_at=timezone.now() + timedelta(hours=5))
    enrol(EmployeeFactory(), session)
    enrolment = enrol(trainee, session)

    client.post(cancelling(enrolment))

    assert Enrolment.objects.get(pk=enrolment.pk).ended_because == Ending.CANCELLED


def test_after_the_start_it_is_too_late_to_cancel(client, trainee):
    enrolment = enrol(trainee, MandatorySessionFactory(starts_at=timezone.now() + timedelta(hours=1)))

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        client.force_login(trainee)  # the session of before has ended, too
        response = client.post(cancelling(enrolment), {"reason": "Забыла"}, follow=True, headers=ENGLISH)

    assert "The session has begun" in response.content.decode()
    assert Enrolment.objects.get(pk=enrolment.pk).is_live


def test_a_queue_that_led_nowhere_is_left_for_another_date(client, trainee):
    session = MandatorySessionFactory(seats=1, starts_at=timezone.now() + timedelta(hours=1))
    other = MandatorySessionFactory(course=session.course, starts_at=in_days(10))
    enrol(EmployeeFactory(), session)
    enrolment = enrol(trainee, session)

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        client.force_login(trainee)  # the session of before has ended, too
        before = client.get(session.get_absolute_url(), headers=ENGLISH)
        client.post(cancelling(enrolment))
        client.post(door(other))

    assert "No seat became free" in before.content.decode()
    assert trainee.enrolments.get(session=other).seat == Seat.HELD


def test_r6_cancelling_twice_says_that_it_has_ended(client, trainee):
    enrolment = enrol(trainee, MandatorySessionFactory())

    client.post(cancelling(enrolment))
    response = client.post(cancelling(enrolment), follow=True, headers=ENGLISH)

    assert "This enrolment has already ended." in response.content.decode()


def test_a_self_paced_course_is_left(client, trainee):
    enrolment = start_course(trainee, MaterialFactory().course)

    client.post(cancelling(enrolment))

    assert Enrolment.objects.get(pk=enrolment.pk).ended_because == Ending.CANCELLED


# --- one enrolment --------------------------------------------------------------------------------


def test_an_enrolment_tells_its_story(client, trainee):
    session = MandatorySessionFactory(seats=1)
    holder = enrol(EmployeeFactory(), session)
    enrolment = enrol(trainee, session)
    client.logout()
    client.force_login(holder.trainee)
    client.post(cancelling(holder))
    client.force_login(trainee)

    response = client.get(enrolment.get_absolute_url(), headers=ENGLISH)

    assert [entry.kind for entry in response.context["entries"]] == ["queued", "offered"]
    assert "Joined the queue" in response.content.decode()


@pytest.mark.parametrize("name", ["enrolment:enrolment", "enrolment:cancel"])
def test_s1_anothers_enrolment_is_not_found(client, trainee, name):
    other = enrol(EmployeeFactory(), MandatorySessionFactory())

    assert client.get(reverse(name, args=[other.pk])).status_code == 404


def test_s1_nobody_cancels_for_another(client, trainee):
    trainee.groups.add(Group.objects.get(name="hr_admin"))
    other = enrol(EmployeeFactory(), MandatorySessionFactory())

    assert client.post(cancelling(other)).status_code == 404
    assert Enrolment.objects.get(pk=other.pk).is_live


def test_s1_staff_see_an_enrolment_without_its_buttons(client, trainee):
    trainee.groups.add(Group.objects.get(name="hr_admin"))
    other = enrol(EmployeeFactory(last_name="Чужая"), MandatorySessionFactory())

    response = client.get(other.get_absolute_url())

    assert "Чужая" in response.content.decode()
    assert cancelling(other) not in response.content.decode()


@pytest.mark.rows_of("enrolment:enrolment")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_a_story_costs_the_same_for_any_number_of_rows(client, trainee, rows, django_assert_num_queries):
    enrolment = enrol(trainee, MandatorySessionFactory(starts_at=in_days(5)))
    for _row in range(rows):
        enrolment.entries.create(kind="moved", by=EmployeeFactory() if rows < 10 else trainee)

    # Session and user; enrolment, entries; whether there is another date; the menu's trainer; since a move whose day
    # off it is: the policy, the session's days, the office.
    with django_assert_num_queries(2 + 4 + 3):
        client.get(enrolment.get_absolute_url())
