"""A seat that changes, on phones: another date by its person and by staff, a slip taken back, somebody else instead."""

import pytest

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from enrolment.models import Enrolment, Seat
from tests.browser.checks import wider_than_the_screen
from tests.browser.conftest import Open
from tests.browser.small_centre import empty_centre
from tests.browser.visitor import Visitor
from tests.factories import CourseFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = 360


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_seat_changes_its_date_is_given_up_taken_back_and_passed_on(
    visit: Open, transactional_db, language: str
):
    centre = empty_centre()
    course = CourseFactory(title="Круглый стол «Новое за квартал»", is_mandatory=True, due_days=30)
    first, second = (centre.plan(course, moscow(2027, 3, day, 10), limit=2) for day in (11, 16))
    anna, boris = centre.colleagues[:2]
    seat = enrol(anna, first, by=anna)
    page = seat.get_absolute_url()

    phone = visit(width=PHONE, language=language, employee=anna)
    phone.open(page)
    phone.follow("Another date")
    fits(phone)
    phone.press("Change to this date")
    phone.sees(phone.words("Done: the enrolment is for %(date)s now.").partition("%")[0])
    fits(phone)
    assert standing(seat) == (second.pk, Seat.HELD)

    phone.follow("Cancel my enrolment")
    phone.press("Give up the seat")
    quoted = "«Круглый стол „Новое за квартал“»" if language == "ru" else "“Круглый стол «Новое за квартал»”"
    phone.sees(quoted)
    fits(phone)
    phone.press("Take it back")
    phone.sees_words("Taken back: the seat is there again.")
    fits(phone)
    assert standing(seat) == (second.pk, Seat.HELD)

    desk = visit(width=PHONE, language=language, employee=centre.hr_admin)
    desk.open(page)
    desk.follow("Another date")
    fits(desk)
    desk.press("Change to this date")
    desk.sees(
        desk.words("Done: the enrolment is for %(date)s now. We write to the person.").rpartition("%(date)s")[
            2
        ]
    )
    fits(desk)
    assert standing(seat) == (first.pk, Seat.HELD)

    head = visit(width=PHONE, language=language, employee=centre.head)
    head.open(f"{page}replacement/")
    head.press("Replace")
    head.sees_words("Say who comes instead.")
    fits(head)
    head.page.get_by_label(head.words("Who comes instead")).select_option(label=boris.full_name)
    head.press("Replace")
    head.page.wait_for_url(f"**/sessions/{first.pk}/office/")
    head.sees(boris.full_name)
    fits(head)

    assert standing(seat) == (first.pk, Seat.GIVEN_UP)
    assert first.enrolments.live().get().trainee == boris
    assert booking_faults() == []


def fits(phone: Visitor) -> None:
    assert wider_than_the_screen(phone.page) == []


def standing(seat: Enrolment) -> tuple[int | None, str]:
    seat.refresh_from_db()
    return seat.session_id, seat.seat


def test_who_presses_in_a_panel_that_is_exchanged_goes_on_from_there(visit: Open, transactional_db):
    """The pressed button is gone; a keyboard or a screen reader would begin anew at the top of the page."""
    from playwright.sync_api import expect

    centre = empty_centre()
    session = centre.plan(CourseFactory(is_mandatory=True, due_days=30), moscow(2027, 3, 11, 10), limit=2)
    visitor = visit(employee=centre.colleagues[0])
    visitor.open(session.get_absolute_url())

    visitor.button("Take a seat").press("Enter")

    visitor.sees_words("You have a seat")
    expect(visitor.page.locator("#enrol-panel")).to_be_focused()
