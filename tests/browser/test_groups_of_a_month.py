"""Expectation 27: the number of ticked groups follows the ticks, and the click shows that it is being worked on."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from scheduling.models import Session
from tests.browser.conftest import Open
from tests.browser.small_centre import Centre, empty_centre
from tests.factories import CourseFactory, TrainerQualificationFactory
from tests.rights import planner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def centre(clock, transactional_db) -> Centre:
    return empty_centre()


def test_expectation_27_the_number_follows_the_ticks_and_the_click_shows_that_it_works(
    centre: Centre, visit: Open
):
    from playwright.sync_api import expect

    course = CourseFactory(title="Медиация")
    course.qualifications.add(TrainerQualificationFactory(trainer=centre.trainer).qualification)
    asked = {"course": course.code, "groups": 3, "month": "2027-03", "people": 10, "begins_from": "10:00"}
    visitor = visit(width=1440, employee=planner())
    visitor.open(f"{reverse('scheduling:groups')}?{urlencode(asked)}")
    number = visitor.page.locator("#ticked-below")
    expect(number).to_have_text("Отмечено и будет сохранено черновиками: 3.")

    visitor.page.get_by_label("Группа 2", exact=True).uncheck()

    expect(number).to_have_text("Отмечено и будет сохранено черновиками: 2.")
    form = visitor.page.locator("form[data-busy]")
    form.evaluate(
        """form => form.addEventListener("submit", () => setTimeout(() => {
            sessionStorage.busy = form.querySelector("[data-busy-words]").textContent;
            sessionStorage.off = document.querySelectorAll("form[data-busy] button[aria-disabled]").length;
        }))"""
    )
    form.get_by_role("button", name="Сохранить отмеченные группы черновиками").last.click()
    visitor.sees("Сохранено 2 черновика.")
    told = visitor.page.evaluate("[sessionStorage.busy.split('.')[0], sessionStorage.off]")
    assert told == ["Выполняется", "1"]
    assert Session.objects.filter(course=course).count() == 2
