"""Two meetings exchange their rooms by the form of one, in a browser: on a phone and a desktop, in both languages."""

from datetime import timedelta

import pytest

from scheduling.actions import current_plan, plan_session
from scheduling.models import Session
from scheduling.plans import MeetingPlan
from tests.browser.checks import axe_violations, small_targets, wider_than_the_screen
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.factories import CourseFactory, RoomFactory, TrainerFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TUESDAY = moscow(2027, 3, 9, 10)


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


def room_of(session: Session) -> int | None:
    return current_plan(session).meetings[0].room_id


@pytest.mark.parametrize(("language", "width"), [("ru", 360), ("en", 1440)])
def test_rule_6_two_rooms_are_exchanged_by_the_form_of_one_meeting(
    centre: Centre, visit: Open, language, width
):
    other_room = RoomFactory(name="Ягодный зал", site=centre.room.site)
    first = centre.plan(CourseFactory(title="Конфликты"), TUESDAY, publish=False)
    plan = MeetingPlan(TUESDAY, TUESDAY + timedelta(hours=3), other_room.pk, (TrainerFactory().pk,))
    second = plan_session(CourseFactory(title="Паспорта"), [plan], by=None, despite="Выезд")
    planner = visit(employee=centre.hr_admin, language=language, width=width)
    page = planner.page

    planner.open(f"/planning/board/{first.meetings.get().pk}/")
    page.locator("[name=room]").select_option(str(other_room.pk))
    planner.press("Save the changes")
    page.locator("#id_swap").wait_for()
    wrong = [*axe_violations(page), *small_targets(page), *wider_than_the_screen(page)]
    page.locator("#id_swap").check()
    planner.press("Save the changes")
    page.wait_for_url("**/board/?**")

    assert wrong == []
    assert (room_of(first), room_of(second)) == (other_room.pk, centre.room.pk)
