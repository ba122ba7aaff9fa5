"""A trainer falls ill: reported from a phone in a few taps, recorded by HR, and only then people are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from enrolment.actions import enrol
from notifications.tasks import send_due_messages
from scheduling.hurt import without_trainer
from scheduling.models import TroubleReport
from tests.browser.conftest import Open
from tests.browser.small_centre import TODAY, empty_centre
from tests.browser.test_illness import COUNT_CLICKS, main_button
from tests.factories import CourseFactory
from trainers.models import Absence

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "Тренера заменить некем"


def letters_to(person):
    send_due_messages()
    return [letter.body for letter in mail.outbox if person.email in letter.to]


def test_expectation_22_an_illness_is_reported_by_phone_and_people_are_told_after_hr_has_acted(
    visit: Open, clock, transactional_db
):
    centre = empty_centre()
    session = centre.plan(CourseFactory(title="Трудный разговор"), TODAY + timedelta(hours=3))
    enrol(centre.employee, session)
    send_due_messages()
    mail.outbox.clear()

    phone = visit(width=360, employee=centre.trainer.employee)
    phone.page.add_init_script(COUNT_CLICKS)
    phone.open(reverse("enrolment:desk"))
    phone.follow("Report trouble")
    phone.page.get_by_label(phone.words("I am ill")).check()
    phone.press("Report")
    phone.sees_words("waits for an answer")
    report = TroubleReport.objects.get()
    taps = int(phone.page.evaluate("sessionStorage.clicks"))
    told_by_report = letters_to(centre.employee)

    hr_admin = visit(employee=centre.hr_admin)
    hr_admin.open("/")
    hr_admin.page.get_by_role("link", name=hr_admin.words("report of trouble wants an answer")).click()
    hr_admin.page.get_by_role("link", name=centre.trainer.employee.full_name).click()
    hr_admin.follow("Record the absence")
    for _page in ("the form", "what will happen"):
        main_button(hr_admin).click()
    hr_admin.sees_words("Find a replacement")
    told_by_absence = letters_to(centre.employee)
    flagged = [meeting.session for meeting in without_trainer()]

    hr_admin.open(reverse("scheduling:cancel", args=[session.pk]))
    hr_admin.fill("Reason", REASON)
    hr_admin.press("Cancel the session")
    hr_admin.sees_words("The session is cancelled.")
    hr_admin.open(reverse("scheduling:trouble_report", args=[report.pk]))
    hr_admin.fill("Answer", "Отменили, поправляйтесь")
    hr_admin.page.locator("[name=state][value=done]").click()
    hr_admin.sees_words("Answered, and the trainer is told.")
    phone.open(reverse("enrolment:desk"))
    phone.sees("Отменили, поправляйтесь")

    assert taps <= 4
    assert (report.kind, report.session) == ("illness", None)
    assert flagged == [session]
    assert Absence.objects.get().trainer == centre.trainer
    assert (told_by_report, told_by_absence) == ([], [])
    [told] = letters_to(centre.employee)
    assert REASON in told
