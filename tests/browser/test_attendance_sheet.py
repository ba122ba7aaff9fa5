"""The attendance sheet with its script, on a phone: each tap is saved, and what is not saved is said in words."""

import re
from datetime import timedelta

import pytest

from enrolment.attendance import MarkWish, close_sheet, mark_all_present, mark_attendance
from enrolment.models import AttendanceMark, Enrolment, Mark, Seat
from scheduling.models import Session
from tests.browser.checks import axe_violations, wider_than_the_screen
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.browser.visitor import Visitor
from tests.factories import CourseFactory, EmployeeFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STARTS_AT = moscow(2027, 3, 9, 10)
SMALLEST_TARGET_PX = 44
# What Chromium writes into the console when a test takes the connection away, or the site refuses a tap.
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "status of 409")


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


@pytest.fixture
def session(centre: Centre, clock) -> Session:
    """Twenty-five people, ten minutes after the beginning."""
    session = centre.plan(CourseFactory(title="Разговор с посетителем"), STARTS_AT)
    for number in range(25):
        person = EmployeeFactory(last_name=f"Слушатель{number:02}")
        Enrolment.objects.create(trainee=person, session=session, course=session.course, seat=Seat.HELD)
    clock.move_to(STARTS_AT + timedelta(minutes=10))
    return session


@pytest.fixture
def phone(session: Session, centre: Centre, visit: Open) -> Visitor:
    phone = visit(width=360, employee=centre.trainer.employee)
    phone.open(f"/sessions/{session.pk}/sheet/")
    yield phone
    phone.problems[:] = [one for one in phone.problems if not any(words in one for words in EXPECTED)]


def person(session: Session, number: int) -> Enrolment:
    return session.enrolments.select_related("trainee").get(trainee__last_name=f"Слушатель{number:02}")


def mark_of(session: Session, number: int) -> tuple[str, int] | None:
    rows = AttendanceMark.objects.filter(enrolment=person(session, number))
    return rows.values_list("mark", "minutes").first()


def says(phone: Visitor, text: str) -> None:
    """Waits until the words about what is saved, which screen readers hear, are these."""
    from playwright.sync_api import expect

    expect(phone.page.locator("[data-state-words]")).to_contain_text(text)


def test_rule_20_twenty_five_people_in_a_few_taps(phone: Visitor, session: Session):
    phone.press("All present")
    says(phone, "Всё сохранено")
    phone.mark("Слушатель03", "absent")
    phone.mark("Слушатель07", "excused")
    late = phone.mark("Слушатель11", "late")
    late.get_by_label("минут").fill("150")
    late.get_by_label("минут").blur()
    says(phone, "Всё сохранено")

    marks = AttendanceMark.objects.order_by("enrolment__trainee__name_key").values_list("mark", "minutes")
    expected = [("present", 180)] * 25
    expected[3], expected[7], expected[11] = ("absent", 0), ("excused", 0), ("late", 150)
    assert list(marks) == expected
    assert "25 из 25" in phone.page.locator("[data-count]").inner_text()


def test_expectation_27_all_present_tells_its_number_before_and_after(phone: Visitor, session: Session):
    from playwright.sync_api import expect

    number = phone.page.locator("[data-unmarked]")
    expect(number).to_have_text("25")
    phone.mark("Слушатель03", "absent")
    expect(number).to_have_text("24")
    says(phone, "Всё сохранено")

    phone.press("All present")

    says(phone, "Всё сохранено. Отмечено присутствующими: 24.")
    expect(number).to_have_text("0")
    assert AttendanceMark.objects.filter(mark="present").count() == 24


def test_every_mark_is_big_enough_for_a_thumb(phone: Visitor):
    sizes = phone.page.locator(".sheet .mark, .sheet-bar button:visible").evaluate_all(
        "all => all.map((one) => [one.getBoundingClientRect().width, one.getBoundingClientRect().height])"
    )

    assert len(sizes) > 25
    assert min(min(size) for size in sizes) >= SMALLEST_TARGET_PX


def test_late_without_minutes_asks_for_them_and_saves_nothing(phone: Visitor, session: Session):
    row = phone.mark("Слушатель00", "late")

    says(phone, "от 1 до 179")
    assert "sheet__row--problem" not in row.get_attribute("class")  # nothing is wrong yet
    assert mark_of(session, 0) is None
    assert row.get_by_label("минут").evaluate("field => field === document.activeElement")

    row.get_by_label("минут").fill("100")
    row.get_by_label("минут").press("Enter")
    says(phone, "Всё сохранено")
    assert mark_of(session, 0) == ("late", 100)


def test_who_goes_on_without_the_minutes_is_told_at_the_row(phone: Visitor, session: Session):
    row = phone.mark("Слушатель00", "late")
    phone.mark("Слушатель01", "present")

    says(phone, "от 1 до 179")
    assert "sheet__row--problem" in row.get_attribute("class")
    assert (mark_of(session, 0), mark_of(session, 1)) == (None, ("present", 180))


def test_r17_who_was_slower_reads_the_other_mark_and_may_insist(phone: Visitor, session: Session):
    wish = MarkWish(person(session, 0).pk, Mark.ABSENT)
    mark_attendance(session.meetings.get(), [wish], by=EmployeeFactory(last_name="Петров"))

    row = phone.mark("Слушатель00", "present")

    says(phone, "Петров")
    assert mark_of(session, 0) == ("absent", 0)
    assert row.locator("input[type=radio]:checked").get_attribute("value") == "absent"

    phone.mark("Слушатель00", "present")
    says(phone, "Всё сохранено")
    assert mark_of(session, 0) == ("present", 180)


def test_a_tap_without_a_connection_is_kept_and_sent_later(phone: Visitor, session: Session):
    phone.context.set_offline(True)
    phone.mark("Слушатель00", "present")
    says(phone, "Нет связи")
    phone.mark("Слушатель01", "absent")
    assert not AttendanceMark.objects.exists()

    phone.context.set_offline(False)

    says(phone, "Всё сохранено")
    assert (mark_of(session, 0), mark_of(session, 1)) == (("present", 180), ("absent", 0))


def test_the_last_of_quick_taps_counts(phone: Visitor, session: Session):
    for mark in ("present", "absent", "excused", "absent", "present", "excused"):
        phone.mark("Слушатель00", mark)

    says(phone, "Всё сохранено")
    assert mark_of(session, 0) == ("excused", 0)


def test_a_signed_out_trainer_is_told(phone: Visitor, session: Session):
    phone.context.clear_cookies(name="sessionid")

    phone.mark("Слушатель00", "present")

    says(phone, "вы вышли")
    assert not AttendanceMark.objects.exists()
    phone.problems[:] = [one for one in phone.problems if "status of 403" not in one]


def test_rule_21_a_sheet_closed_meanwhile_refuses_the_tap(
    phone: Visitor, session: Session, centre: Centre, clock
):
    mark_all_present(session.meetings.get(), by=centre.trainer.employee)
    clock.move_to(session.ends_at - timedelta(minutes=75))
    phone.open(f"/sessions/{session.pk}/sheet/")  # still here: who does nothing for two hours is signed out
    clock.move_to(session.ends_at)
    close_sheet(session, by=centre.trainer.employee)

    phone.mark("Слушатель00", "absent")

    says(phone, "Ведомость закрыта")
    assert mark_of(session, 0) == ("present", 180)


def test_the_printed_sheet_of_twenty_five_is_one_page(phone: Visitor, session: Session):
    phone.open(f"/sessions/{session.pk}/sheet/print/")

    paper = phone.page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


@pytest.mark.parametrize("width", [360, 1440])
def test_a_sheet_with_mistakes_conflicts_and_people_found_is_accessible(
    phone: Visitor, session: Session, width: int
):
    EmployeeFactory(last_name="Пришедшая")
    phone.open(f"/sessions/{session.pk}/sheet/?find=пришедшая")
    phone.has_screen(width)
    wish = MarkWish(person(session, 0).pk, Mark.ABSENT)
    mark_attendance(session.meetings.get(), [wish], by=EmployeeFactory())

    phone.mark("Слушатель00", "present")
    says(phone, "Ваша не сохранена")
    phone.mark("Слушатель01", "late")
    says(phone, "от 1 до 179")

    assert axe_violations(phone.page) == []
    assert wider_than_the_screen(phone.page) == []
