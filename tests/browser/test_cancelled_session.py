"""The centre cancels a session: everybody is told once, and everybody's time is free again."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail

from enrolment.actions import enrol
from enrolment.models import Ending, Seat
from notifications.models import Message
from notifications.tasks import send_due_messages
from scheduling.models import Booking, Session
from tests.browser.conftest import Open
from tests.browser.small_centre import empty_centre
from tests.factories import CourseFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STARTS_AT = moscow(2027, 3, 9, 10)
REASON = "Заболел тренер"


def test_a_cancelled_session_tells_everybody_once_and_frees_their_time(visit: Open, clock, transactional_db):
    centre = empty_centre()
    session = centre.plan(CourseFactory(title="Командная работа"), STARTS_AT, limit=2)
    people = centre.colleagues[:3]  # the third waits
    for person in people:
        enrol(person, session)
    send_due_messages()
    mail.outbox.clear()
    planner = visit(employee=centre.hr_admin)

    planner.open(f"/planning/{session.pk}/")
    planner.follow("Cancel the session…")
    planner.fill("Reason", REASON)
    planner.press("Cancel the session")
    planner.sees_words("The session is cancelled.")
    # The sweeper comes again and again, also when the reminders would have been due.
    for days in range(8):
        clock.move_to(STARTS_AT - timedelta(days=7 - days))
        send_due_messages()

    assert Counter(address for letter in mail.outbox for address in letter.to) == {
        person.email: 1 for person in [*people, centre.trainer.employee]
    }
    assert all(REASON in letter.body for letter in mail.outbox)
    assert not Message.objects.planned().exists()
    assert not Booking.objects.filter(meeting__session=session).exists()
    assert [(one.seat, one.ended_because) for one in session.enrolments.all()] == [
        (Seat.GIVEN_UP, Ending.BY_CENTRE)
    ] * 3
    phone = visit(width=360, employee=people[0])
    phone.open(session.get_absolute_url())
    phone.sees(REASON)
    phone.open("/my-messages/")
    phone.sees(Message.objects.get(kind="session_cancelled", recipient=people[0]).title)
    assert Session.objects.get(pk=session.pk).status == Session.Status.CANCELLED


def test_after_a_cancellation_room_trainer_and_people_are_free_for_another_session(
    visit: Open, clock, transactional_db
):
    centre = empty_centre()
    session = centre.plan(CourseFactory(title="Командная работа"), STARTS_AT)
    enrol(centre.employee, session)
    planner = visit(employee=centre.hr_admin)

    planner.open(f"/planning/{session.pk}/cancellation/")
    planner.fill("Reason", REASON)
    planner.press("Cancel the session")
    planner.sees_words("The session is cancelled.")

    mandatory = CourseFactory(title="Работа с возражениями", is_mandatory=True, due_days=30)
    instead = centre.plan(mandatory, STARTS_AT)
    phone = visit(width=360, employee=centre.employee)
    phone.open(instead.get_absolute_url())
    phone.press("Take a seat")
    phone.sees_words("You have a seat")
    assert Booking.objects.count() == 3
