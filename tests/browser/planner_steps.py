"""What a planner does by the pages."""

import re
from datetime import datetime, timedelta

from courses.models import Course
from scheduling.models import Session
from tests.browser.small_centre import Centre
from tests.browser.visitor import Visitor
from tests.factories import MOSCOW


def plan_and_publish(
    planner: Visitor, course: Course, centre: Centre, starts_at: datetime, *, limit: int, hours: int = 3
) -> Session:
    """Course, times, room and trainer, each on its page; then the draft is published."""
    starts_at = starts_at.astimezone(MOSCOW)
    planner.follow("Sessions")
    planner.follow("Plan a session")
    planner.fill("Title or code of the course", course.code)
    planner.press("Find")
    planner.page.get_by_role("link", name=course.title).click()
    planner.fill("Day", f"{starts_at:%Y-%m-%d}")
    planner.fill("Begins at", f"{starts_at:%H:%M}")
    planner.fill("Ends at", f"{starts_at + timedelta(hours=hours):%H:%M}")
    planner.fill("Own limit of seats", str(limit))
    planner.press("Show free rooms and trainers")
    planner.page.get_by_label(re.compile(re.escape(centre.room.name))).check()
    planner.page.get_by_label(re.compile(centre.trainer.employee.last_name)).check()
    planner.press("Save the draft")
    planner.sees_words("The draft is saved. Only planners see it until it is published.")
    planner.follow("Publish…")
    planner.press("Publish")
    planner.sees_words("The session is open for enrolment.")
    return Session.objects.get(course=course, starts_at=starts_at)
