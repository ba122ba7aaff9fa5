"""The timetable, and the people of a session."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from enrolment.attendance import close_sheet, mark_all_present
from tests.enrolment.sheets import session_with, text, url
from tests.factories import (
    EmployeeFactory,
    RoomFactory,
    SiteFactory,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]

# --- timetable --------------------------------------------------------------------------------------


def test_the_timetable_names_today_and_tomorrow(page, trainer):
    room = RoomFactory(name="Аудитория 204", site=SiteFactory(name="На Вавилова"))
    session_with(2, trainer, course__title="Сегодняшний курс", room=room)
    online = RoomFactory(site=SiteFactory(is_online=True))
    session_with(
        1,
        trainer,
        course__title="Завтрашний вебинар",
        starts_at=moscow(2026, 11, 25, 11),
        room=online,
        online_link="https://webinar.example/1",
    )

    content = text(page.get(reverse("enrolment:timetable")))

    for words in (
        "Сегодня, 24 ноября 2026",
        "10:00–13:00",
        "Аудитория 204, На Вавилова",
        "2 слушателя",
        "Завтра, 25 ноября 2026",
        "https://webinar.example/1",
    ):
        assert words in content


def test_the_week_stands_in_the_address(page, trainer):
    session_with(0, trainer, course__title="Следующий", starts_at=moscow(2026, 12, 1, 10))
    session_with(0, trainer, course__title="Сегодняшний")
    address = reverse("enrolment:timetable")

    this_week, next_week = text(page.get(address)), text(page.get(address, {"week": "2026-W49"}))

    assert "Сегодняшний" in this_week
    assert "Следующий" not in this_week
    assert "Следующий" in next_week
    assert "?week=2026-W49" in this_week


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "x", "2098-W53", "9999-W01", "0", "\0"])
def test_s15_an_odd_week_is_this_week(page, week):
    response = page.get(reverse("enrolment:timetable"), {"week": week, "trainer": "x"})

    assert response.status_code == 200
    assert "эта неделя" in text(response)


def test_an_empty_week_names_the_next_meeting(page, trainer):
    session_with(0, trainer, starts_at=moscow(2026, 12, 8, 10))

    content = text(page.get(reverse("enrolment:timetable")))

    assert "8 декабря 2026, 10:00" in content
    assert "?week=2026-W50" in content


def test_a_past_session_asks_for_its_sheet_until_it_is_closed(page, trainer):
    session = session_with(1, trainer, starts_at=moscow(2026, 10, 1, 10), course__title="Октябрьский")
    address = reverse("enrolment:timetable")

    before = text(page.get(address))
    mark_all_present(session.meetings.get(), by=trainer.employee)
    close_sheet(session, by=trainer.employee)
    after = text(page.get(address))

    assert "Октябрьский" in before
    assert "Октябрьский" not in after


def test_drafts_stand_in_the_planners_view_only(client, trainer):
    session_with(0, trainer, status="draft", course__title="Черновой курс")
    planner = EmployeeFactory()
    planner.groups.add(Group.objects.get(name="hr_admin"))
    seen = []

    for person in (trainer.employee, planner):
        client.force_login(person)
        content = text(client.get(reverse("enrolment:timetable"), {"trainer": trainer.pk}))
        seen.append("Черновой курс" in content)

    assert seen == [False, True]


def test_a_planner_who_does_not_teach_chooses_a_trainer(client, trainer):
    planner = EmployeeFactory()
    planner.groups.add(Group.objects.get(name="hr_admin"))
    client.force_login(planner)

    response = client.get(reverse("enrolment:timetable"))

    assert response.status_code == 200
    assert f'value="{trainer.pk}"' in text(response)


# --- people -----------------------------------------------------------------------------------------


def test_people_of_a_session_and_who_waits_in_order(page, trainer):
    session = session_with(1, trainer, seats=1, waiting=2, starts_at=moscow(2026, 12, 1, 10))
    first, second, third = session.enrolments.order_by("requested_at", "pk")

    content = text(page.get(url("people", session)))

    for enrolment in (first, second, third):
        employment = enrolment.trainee.main_employment
        assert enrolment.trainee.full_name in content
        assert employment.office.name in content
        assert employment.position.title in content
    assert content.index(first.trainee.full_name) < content.index(second.trainee.full_name)
    assert content.index(second.trainee.full_name) < content.index(third.trainee.full_name)
