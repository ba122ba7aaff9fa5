"""A session copied to another day: the same meetings, with what speaks against them."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from scheduling.actions import Draft, plan_sessions
from scheduling.models import Session
from scheduling.plans import Details, MeetingPlan, SessionPlan
from tests.factories import CourseFactory, RoomFactory, SessionFactory, TrainerFactory, moscow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(moscow(2026, 11, 24, 9), tick=False):
        yield


def copy_url(session):
    return reverse("scheduling:copy", args=[session.pk])


@pytest.fixture
def session():
    room, trainer = RoomFactory(), TrainerFactory()
    plan = SessionPlan(
        tuple(
            MeetingPlan(moscow(2026, 11, day, 10), moscow(2026, 11, day, 13), room.pk, (trainer.pk,))
            for day in (26, 27)
        ),
        Details(limit=12, needs_step_free=True, note="Паспорт"),
    )
    return plan_sessions([Draft(CourseFactory(meetings=2), plan)], by=None)[0]


def test_a_copy_has_the_same_details_and_its_meetings_as_far_apart(hr, session):
    response = hr.post(f"{copy_url(session)}?first=2026-12-10")

    copied = Session.objects.exclude(pk=session.pk).get()
    assert response.url == reverse("scheduling:session", args=[copied.pk])
    assert (copied.course, copied.limit, copied.needs_step_free, copied.note, copied.status) == (
        session.course,
        12,
        True,
        "Паспорт",
        Session.Status.DRAFT,
    )
    assert [meeting.starts_at for meeting in copied.meetings.all()] == [
        moscow(2026, 12, 10, 10),
        moscow(2026, 12, 11, 10),
    ]
    claims = [set(one.bookings.values_list("room", "person")) for one in session.meetings.all()]
    assert [set(one.bookings.values_list("room", "person")) for one in copied.meetings.all()] == claims


def test_rule_2_a_copy_shows_which_weeks_are_free_and_what_stands_in_the_way(hr, session):
    room = session.meetings.first().bookings.get(room__isnull=False).room
    SessionFactory(starts_at=moscow(2026, 12, 4, 9), room=room, course__title="Письмо")

    context = hr.get(copy_url(session)).context
    taken = hr.get(copy_url(session), {"first": "2026-12-03"})

    assert [len(week.hard) for week in context["weeks"]] == [1, *[0] * 7]
    assert context["copy"].first == date(2026, 12, 10)
    assert "занята 4 декабря, 09:00–12:00, «Письмо»." in taken.content.decode()
    hr.post(f"{copy_url(session)}?first=2026-12-03")
    assert Session.objects.count() == 2


def test_rule_2_the_last_day_of_a_copy_is_looked_at_though_it_ends_at_an_earlier_hour(hr):
    room, trainer = RoomFactory(), TrainerFactory()
    plan = SessionPlan(
        tuple(
            MeetingPlan(moscow(2026, 11, day, hour), moscow(2026, 11, day, hour + 3), room.pk, (trainer.pk,))
            for day, hour in ((26, 14), (27, 9))
        )
    )
    (session,) = plan_sessions([Draft(CourseFactory(meetings=2), plan)], by=None)
    SessionFactory(starts_at=moscow(2027, 2, 26, 9), room=room)

    shown = hr.get(copy_url(session), {"first": "2027-02-25"}).context["copy"]

    assert [finding.code for finding in shown.findings] == ["room_taken"]


def test_a_copy_is_saved_on_the_day_that_was_shown_or_not_at_all(hr, session):
    for address in (
        copy_url(session),
        f"{copy_url(session)}?first=31.31",
        f"{copy_url(session)}?first=2026-11-20",
    ):
        assert hr.post(address).status_code == 200

    assert Session.objects.count() == 1


def test_rule_3_a_copy_beyond_a_limit_wants_a_reason(hr, session):
    trainer = session.meetings.first().bookings.get(role="teaches").person.trainer
    trainer.academic_hours_a_day = 3
    trainer.save()
    address = f"{copy_url(session)}?first=2026-12-10"

    asked = hr.post(address)
    hr.post(address, {"despite": "Больше некому"})

    assert list(asked.context["form"].errors) == ["despite"]
    assert Session.objects.latest("pk").waivers.count() == 2
