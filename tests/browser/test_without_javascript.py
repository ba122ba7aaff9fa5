"""The main pages of each role with JavaScript switched off: slower, but everything works."""

import re
from datetime import timedelta

import pytest

from courses.models import Course
from enrolment.actions import enrol
from enrolment.models import Mark, Seat
from notifications.models import Message
from records.models import Completion
from scheduling.models import Session
from tests.browser.conftest import Open
from tests.browser.import_steps import import_staff
from tests.browser.planner_steps import plan_and_publish
from tests.browser.small_centre import Centre, empty_centre, self_paced_course
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD, CourseFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STARTS_AT = moscow(2027, 3, 9, 10)
TITLE = "Разговор с недовольным посетителем"


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


def test_an_employee_signs_in_takes_a_seat_and_cancels(centre: Centre, visit: Open):
    course = CourseFactory(title=TITLE, is_mandatory=True, due_days=30)
    session = centre.plan(course, STARTS_AT)
    phone = visit(width=360, javascript=False)

    phone.sign_in(centre.employee.email, PASSWORD)
    open_from_menu(phone, "Catalogue")
    phone.fill("What would you like to learn?", "разговоры")
    phone.press("Find")
    phone.page.get_by_role("link", name=TITLE).click()
    phone.press("Take a seat")
    phone.sees_words("You have a seat")
    taken = session.enrolments.get().seat
    phone.follow("Cancel my enrolment")
    phone.press("Give up the seat")
    phone.sees_words("Done: your enrolment in “%(course)s” is cancelled.", course=TITLE)

    assert (taken, session.enrolments.get().seat) == (Seat.HELD, Seat.GIVEN_UP)


def test_an_employee_studies(centre: Centre, visit: Open):
    course = self_paced_course("Вводный инструктаж")
    phone = visit(width=360, javascript=False, employee=centre.employee)

    phone.open(course.get_absolute_url())
    phone.press("Start the course")
    phone.page.locator("main a.button").first.click()
    phone.press("Read, next")
    phone.press("I have read it")
    phone.press("I have read and understood it")

    phone.sees_words("The course is finished")
    assert Completion.objects.get().course == course


def test_a_trainer_marks_and_closes_the_sheet(centre: Centre, visit: Open, clock):
    session = centre.plan(CourseFactory(title=TITLE), STARTS_AT)
    present, absent = centre.colleagues[:2]
    enrol(present, session)
    enrol(absent, session)
    clock.move_to(STARTS_AT + timedelta(hours=3, minutes=1))
    phone = visit(width=360, javascript=False, employee=centre.trainer.employee)

    phone.open("/")
    open_from_menu(phone, "My timetable")
    phone.follow("Sheet")
    phone.mark(absent.full_name, "absent")
    phone.press("Save")
    phone.press("All present")
    phone.follow("Close the sheet…")
    phone.press("Close the sheet")

    phone.sees_words("The sheet is closed, the results are recorded.")
    marks = session.meetings.get().marks.values_list("enrolment__trainee", "mark")
    assert dict(marks) == {present.pk: Mark.PRESENT, absent.pk: Mark.ABSENT}
    assert [completion.trainee for completion in Completion.objects.all()] == [present]


def test_an_hr_admin_imports_staff_and_plans_a_session(centre: Centre, visit: Open):
    course = CourseFactory(title=TITLE, group_max=12)
    hr = visit(javascript=False, employee=centre.hr_admin)

    hr.open("/")
    import_staff(hr, centre)
    session = plan_and_publish(hr, course, centre, STARTS_AT, limit=2)

    assert (session.status, session.seats) == (Session.Status.OPEN, 2)


def test_a_planner_moves_and_cancels_a_session(centre: Centre, visit: Open):
    session = centre.plan(CourseFactory(title=TITLE, group_max=12), STARTS_AT)
    planner = visit(javascript=False, employee=centre.centre_admin)

    planner.open(f"/planning/{session.pk}/")
    planner.follow("Move or edit…")
    planner.fill("Day", "2027-03-10")
    planner.press("Show free rooms and trainers")
    planner.page.get_by_label(re.compile(centre.trainer.employee.last_name)).check()
    planner.press("Show what will happen")
    planner.press("Save the changes")
    planner.sees_words("The session is changed.")
    session.refresh_from_db()
    moved_to = session.starts_at
    planner.follow("Cancel the session…")
    planner.fill("Reason", "Заболел тренер")
    planner.press("Cancel the session")

    planner.sees_words("The session is cancelled.")
    session.refresh_from_db()
    assert (moved_to, session.status) == (STARTS_AT + timedelta(days=1), Session.Status.CANCELLED)


def test_a_methodist_writes_a_course_into_the_catalogue_and_archives_it(centre: Centre, visit: Open):
    methodist = visit(javascript=False, employee=centre.methodist)

    methodist.open("/")
    open_from_menu(methodist, "Centre")
    methodist.page.get_by_role("link", name=methodist.words("Courses"), exact=True).click()
    methodist.follow("New course")
    page = methodist.page
    for name, value in {
        "code": "IP-555",
        "title": TITLE,
        "description": "Как говорить спокойно.",
        "academic_hours": "4",
        "meetings": "1",
        "group_min": "6",
        "group_max": "12",
    }.items():
        page.locator(f"#id_{name}").fill(value)
    for name, choice in {
        "block": Course.Block.SERVICE_ORIENTATION,
        "topic": Course.Topic.SERVICE,
        "format": Course.Format.TRAINING,
        "delivery": Course.Delivery.IN_PERSON,
    }.items():
        page.locator(f"#id_{name}").select_option(choice.value)
    methodist.press("Save")
    methodist.sees_words("The course “%(course)s” is in the catalogue.", course=TITLE)
    offered = Course.objects.offered().filter(code="IP-555").exists()
    methodist.press("Move to the archive")

    methodist.sees_words("In the archive")
    assert offered
    assert not Course.objects.offered().exists()


def test_a_system_administrator_stops_a_message(centre: Centre, visit: Open):
    enrol(centre.employee, centre.plan(CourseFactory(title=TITLE), STARTS_AT))
    administrator = visit(javascript=False, employee=centre.system_admin)

    administrator.open("/")
    open_from_menu(administrator, "Messages")
    administrator.page.get_by_role("link", name=administrator.words("Waiting to be sent")).click()
    administrator.fill("Recipient: name or personnel number", centre.employee.last_name)
    administrator.press("Find")
    administrator.page.locator("main tbody a").first.click()
    administrator.press("Do not send")

    administrator.sees_words("The message is stopped: it will not be sent.")
    assert Message.objects.filter(state=Message.State.WITHDRAWN).count() == 1


def open_from_menu(visitor: Visitor, msgid: str) -> None:
    """Without a script the menu of a phone is a popover still; where it is not, its links are in sight."""
    menu = visitor.button("Menu")
    if menu.is_visible():
        menu.click()
    visitor.page.get_by_role("navigation", name=visitor.words("Main menu")).get_by_role(
        "link", name=visitor.words(msgid), exact=True
    ).click()
