"""The planners' list, the page of a session, and the steps of its life."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from enrolment.actions import enrol
from notifications.models import Message
from scheduling.actions import change_limit, current_plans, replan_session
from scheduling.models import Booking, Meeting, Session
from tests.factories import (
    CourseFactory,
    EmployeeFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
    moscow,
)
from tests.rights import sign_in

pytestmark = pytest.mark.django_db


def shown(response):
    return [line.head.row.session for line in response.context["listing"].lines]


@pytest.mark.parametrize("name", ["publish", "confirm", "cancel"])
def test_rule_9_a_step_is_taken_of_the_session_that_was_seen_and_of_no_other(hr, name):
    status = Session.Status.DRAFT if name == "publish" else Session.Status.OPEN
    session = SessionFactory(status=status)
    url = reverse(f"scheduling:{name}", args=[session.pk])
    seen = hr.get(url).context["form"]["version"].value()
    (plan,) = current_plans(session)
    moved = replace(plan, starts_at=in_days(20), ends_at=in_days(20, 13))
    replan_session(session, [moved], by=None, version=session.version)

    refused = hr.post(url, {"version": seen, "reason": "Нет группы"})
    told = list(Message.objects.planned().filter(kind__in=["teaching_asked", "teaching_cancelled"]))
    looked_again = hr.get(url).context["form"]["version"].value()
    twice = [hr.post(url, {"version": looked_again, "reason": "Нет группы"}) for _click in range(2)]

    assert (refused.status_code, told) == (200, [])
    assert "Откройте группу заново" in refused.content.decode()
    assert [answer.status_code for answer in twice] == [302, 302]
    assert session.steps.count() == 2


@pytest.mark.parametrize(
    "name", ["session_list", "plan", "session", "replan", "publish", "confirm", "limit", "cancel"]
)
def test_planners_pages_are_closed_to_employees_and_strangers(client, name):
    arguments = [] if name in {"session_list", "plan"} else [SessionFactory().pk]
    url = reverse(f"scheduling:{name}", args=arguments)

    assert client.get(url).status_code == 302
    sign_in(client, EmployeeFactory())
    assert client.get(url).status_code == 403
    assert client.post(url).status_code == 403


def test_the_list_shows_what_lies_ahead_with_its_people(hr):
    session = SessionFactory(
        course__title="Конфликты", seats=1, room=RoomFactory(name="Аудитория 201"), trainer=TrainerFactory()
    )
    SessionFactory(starts_at=in_days(-3))
    for trainee in EmployeeFactory.create_batch(3):
        enrol(trainee, session)

    response = hr.get(reverse("scheduling:session_list"))

    assert shown(response) == [session]
    text = response.content.decode()
    assert [word in text for word in ("Конфликты", "Аудитория 201", "1 из 1")] == [True] * 3
    assert response.context["listing"].lines[0].head.row.people.waiting == 2


@time_machine.travel(moscow(2026, 11, 20, 12))
def test_expectation_26_the_filters_stand_in_the_address(hr):
    site, trainer = SiteFactory(), TrainerFactory()
    autumn = SessionFactory(
        starts_at=moscow(2026, 11, 30, 10), room=RoomFactory(site=site), course__title="Речь и письмо"
    )
    winter = SessionFactory(starts_at=moscow(2026, 12, 1, 10), trainer=trainer, status=Session.Status.DRAFT)
    past = SessionFactory(starts_at=moscow(2026, 11, 2, 10))
    url = reverse("scheduling:session_list")

    def found(**query):
        return shown(hr.get(url, query))

    assert found() == [autumn, winter]
    assert found(month="2026-11") == [past, autumn]
    assert found(status="draft") == [winter]
    assert found(site=site.pk) == [autumn]
    assert found(trainer=trainer.pk) == [winter]
    assert found(q="письма") == [autumn]
    assert found(month="nonsense", site="x", trainer="-1", page="many") == [autumn, winter]


def test_rule_30_the_files_hold_what_is_shown(hr):
    session = SessionFactory(
        course__title="=Конфликты", seats=12, room=RoomFactory(name="Аудитория 201"), starts_at=in_days(2)
    )
    SessionFactory(status=Session.Status.DRAFT)
    url = reverse("scheduling:session_list")
    query = {"status": "open", "columns": ["starts", "room", "taken"], "sort": "course"}

    csv = b"".join(hr.get(url, query | {"form": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    file = BytesIO(b"".join(hr.get(url, query | {"form": "xlsx"}).streaming_content))
    sheet = list(load_workbook(file).active.values)

    room = session.meetings.get().bookings.of_rooms().get().room
    starts_at = timezone.localtime(session.starts_at)
    place = f"Аудитория 201, {room.site}"
    assert csv == [
        "Курс;Когда;Аудитория;Занято мест",
        f"'=Конфликты;{starts_at:%d.%m.%Y %H:%M};{place};0 из 12",
    ]
    assert sheet == [
        ("Курс", "Когда", "Аудитория", "Занято мест"),
        ("=Конфликты", starts_at.replace(tzinfo=None), place, "0 из 12"),
    ]


@pytest.mark.rows_of("scheduling:session_list")
@pytest.mark.parametrize("rows", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_sessions(hr, rows, django_assert_num_queries):
    site, course = SiteFactory(), CourseFactory()
    sessions = Session.objects.bulk_create(
        Session(
            course=course,
            seats=10,
            status=Session.Status.OPEN,
            starts_at=in_days(number + 1),
            ends_at=in_days(number + 1) + timedelta(hours=3),
        )
        for number in range(rows)
    )
    meetings = Meeting.objects.bulk_create(
        Meeting(session=one, starts_at=one.starts_at, ends_at=one.ends_at) for one in sessions
    )
    room, trainer = RoomFactory(site=site), TrainerFactory()
    Booking.objects.bulk_create(
        booking
        for one in meetings
        for booking in (
            Booking(meeting=one, room=room, period=(one.starts_at, one.ends_at)),
            Booking(
                meeting=one, person=trainer.employee, role="teaches", period=(one.starts_at, one.ends_at)
            ),
        )
    )
    hr.get(reverse("scheduling:session_list"))

    # Session, user, parts; count, page, meetings, absences, closures, bookings, people, sites, own views.
    with django_assert_num_queries(13):
        response = hr.get(reverse("scheduling:session_list"))

    assert len(response.context["listing"].lines) == min(rows, 50)


def test_a_sessions_page_tells_its_places_people_and_story(hr):
    session = SessionFactory(room=RoomFactory(name="Аудитория 201"), seats=5)
    enrol(EmployeeFactory(), session)
    hr.post(reverse("scheduling:limit", args=[session.pk]), {"limit": 4, "reason": "мало стульев"})

    text = hr.get(reverse("scheduling:session", args=[session.pk])).content.decode()

    words = ("Аудитория 201", "1 из 4", "мало стульев", "Закрыть набор")
    assert [word in text for word in words] == [True, True, True, False]


def test_publishing_shows_what_happens_and_then_does_it(hr):
    session = SessionFactory(status=Session.Status.DRAFT, seats=12, course__group_min=15)
    url = reverse("scheduling:publish", args=[session.pk])

    text = hr.get(url).content.decode()
    assert ["В ней 12 мест." in text, "группа курса — 15." in text] == [True, True]
    session.refresh_from_db()
    assert session.status == Session.Status.DRAFT
    hr.post(url)
    session.refresh_from_db()
    assert session.status == Session.Status.OPEN
    assert [step.kind for step in session.steps.all()] == ["published"]


def test_publishing_a_session_that_begun_is_refused_in_a_sentence(hr):
    session = SessionFactory(status=Session.Status.DRAFT, starts_at=timezone.now() - timedelta(hours=1))

    response = hr.post(reverse("scheduling:publish", args=[session.pk]))

    assert response.context["form"].non_field_errors() == ["Группа уже началась, изменить её нельзя."]


def test_confirming_tells_of_a_group_below_the_minimum(hr):
    session = SessionFactory(course__group_min=8)
    url = reverse("scheduling:confirm", args=[session.pk])

    assert "Занято мест: 0, а группа собирается от 8." in hr.get(url).content.decode()
    hr.post(url)
    session.refresh_from_db()
    assert session.status == Session.Status.CONFIRMED


def test_r9_a_limit_below_the_people_wants_a_reason(hr):
    session = SessionFactory(seats=5)
    for trainee in EmployeeFactory.create_batch(2):
        enrol(trainee, session)

    response = hr.post(reverse("scheduling:limit", args=[session.pk]), {"limit": 1})

    session.refresh_from_db()
    assert session.seats == 5
    assert response.context["form"]["limit"].value() == "1"
    [sentence] = response.context["form"].errors["reason"]
    assert "2 человека" in sentence


def test_rule_9_the_second_of_two_planners_is_told_of_the_other_limit(hr):
    session = SessionFactory(seats=5, limit=5)
    url = reverse("scheduling:limit", args=[session.pk])
    seen = hr.get(url).context["form"]["version"].value()
    change_limit(session, 8, by=EmployeeFactory(last_name="Волкова"))

    refused = hr.post(url, {"limit": 6, "version": seen})
    same = hr.post(url, {"limit": 8, "version": seen})

    session.refresh_from_db()
    [sentence] = refused.context["form"].non_field_errors()
    assert ("Волкова" in sentence, session.limit, same.status_code) == (True, 8, 302)


def test_raising_the_limit_gives_the_seats_to_the_queue(hr):
    session = SessionFactory(seats=1, limit=1)
    for trainee in EmployeeFactory.create_batch(3):
        enrol(trainee, session)
    url = reverse("scheduling:limit", args=[session.pk])

    assert "2 человека ждут" in hr.get(url).content.decode()
    hr.post(url, {"limit": 2})

    [line] = hr.get(reverse("scheduling:session_list")).context["listing"].lines
    row = line.head.row
    assert (row.people.held, row.people.waiting, row.session.seats) == (2, 1, 2)


def test_cancelling_shows_whom_it_touches_and_needs_a_reason(hr):
    session = SessionFactory(seats=1, room=RoomFactory(name="Аудитория 201"))
    for trainee in EmployeeFactory.create_batch(3):
        enrol(trainee, session)
    url = reverse("scheduling:cancel", args=[session.pk])

    text = hr.get(url).content.decode()
    assert ["3 человека получат" in text, "Аудитория 201" in text] == [True, True]
    assert hr.post(url, {"reason": " "}).context["form"].errors["reason"]
    assert Session.objects.get().status == Session.Status.OPEN
    hr.post(url, {"reason": "тренер заболел"})

    session.refresh_from_db()
    assert (session.status, session.cancelled_because) == ("cancelled", "тренер заболел")
    assert not Booking.objects.exists()


def test_s5_nothing_changes_by_get(hr):
    session = SessionFactory(status=Session.Status.DRAFT)
    for name in ("publish", "confirm", "limit", "cancel", "replan"):
        hr.get(reverse(f"scheduling:{name}", args=[session.pk]), {"limit": 1, "reason": "x"})

    session.refresh_from_db()
    assert (session.status, session.version) == (Session.Status.DRAFT, 1)


def test_an_unknown_session_is_not_found(hr):
    assert hr.get(reverse("scheduling:session", args=[10**12])).status_code == 404
