"""The whole line of the house: from the staff list to a closed attendance sheet, in Russian and in English."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message as Mail

import pytest
import time_machine
from django.core import mail

from notifications.models import Message
from notifications.tasks import send_due_messages
from people.models import Employee
from scheduling.models import Booking, Session
from tests.browser.conftest import Open
from tests.browser.import_steps import import_staff
from tests.browser.planner_steps import plan_and_publish
from tests.browser.small_centre import NEWCOMERS, Centre, empty_centre
from tests.browser.visitor import Visitor
from tests.factories import PASSWORD, CourseFactory, PolicyFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STARTS_AT = moscow(2027, 3, 9, 10)  # a week after the clock of these tests
VALID_UNTIL = {"ru": "9 марта 2029", "en": "9 March 2029"}
PHONE = 360

REMINDERS = ("reminder_first", "reminder_second", "reminder_last")


@dataclass
class Line:
    """What the parts of the story share."""

    centre: Centre
    visit: Open
    clock: time_machine.Traveller
    language: str

    def somebody(self, name: str, *, width: int = PHONE) -> Visitor:
        """Signs in by the form; a session does not outlive the days between two parts of the story."""
        visitor = self.visit(width=width, language=self.language)
        visitor.sign_in(name, PASSWORD)
        return visitor


@pytest.mark.parametrize("language", ["ru", "en"])
def test_from_the_staff_list_to_a_closed_sheet(language, visit, clock, transactional_db):
    centre = empty_centre()
    PolicyFactory(idle_minutes=720)  # the clock of the test leaps over hours, in which nobody leaves the page
    course = CourseFactory(
        code="IP-777",
        title="Разговор с недовольным посетителем",
        repeat_months=24,
        is_mandatory=True,
        due_days=30,
    )
    line = Line(centre, visit, clock, language)

    hr = line.somebody(centre.hr_admin.username, width=1440)
    import_staff(hr, centre)
    anna, boris, vera = people_who_may_sign_in()
    session = plan_and_publish(hr, course, centre, STARTS_AT, limit=2)

    first = take_a_seat(line, anna, course.title)
    take_a_seat(line, boris, course.title)
    third = join_the_queue(line, vera, course.title)
    assert send_due_messages() == 4  # two seats, a place in the queue, and the trainer is asked
    give_the_seat_up(first)
    third.open(session.get_absolute_url())
    third.sees_words("A seat is offered to you")
    assert send_due_messages() == 2  # the offer, and the calendar of the seat's last holder
    third.open("/my-messages/")
    third.sees(Message.objects.get(kind="seat_offered").title)
    third.open(session.get_absolute_url())
    third.press("Accept the seat")
    third.sees_words("You have a seat")
    assert send_due_messages() == 1

    send_reminders(clock)
    trainer = mark_everybody(line, late=boris)
    close_the_sheet(line, trainer)
    for person in (boris, vera):
        sees_the_completion(line, person, course.title)

    # Days later too: who has closed the sheet is not reminded of it.
    for _again in range(3):
        send_due_messages()
        clock.shift(timedelta(days=1))
    each_message_was_sent_once(
        {
            anna: ["seat_taken", "seat_given_up"],
            boris: ["seat_taken", *REMINDERS, "completion_recorded"],
            vera: ["queued", "seat_offered", "seat_taken", *REMINDERS, "completion_recorded"],
            centre.trainer.employee: ["teaching_asked"],
        }
    )
    assert session_is_closed(session)


def people_who_may_sign_in() -> list[Employee]:
    """Those of the staff list, with passwords: an import makes accounts that wait for an invitation."""
    people = [Employee.objects.get(username=number) for number in NEWCOMERS]
    for person in people:
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return people


def find_the_course(line: Line, person: Employee, title: str) -> Visitor:
    visitor = line.somebody(person.email)
    visitor.press("Menu")
    visitor.follow("Catalogue")
    visitor.fill("What would you like to learn?", "недовольный посетитель")
    visitor.press("Find")
    visitor.waits_for_what_is_found()
    visitor.page.get_by_role("link", name=title).click()
    visitor.page.wait_for_url("**/catalogue/IP-777/")
    return visitor


def take_a_seat(line: Line, person: Employee, title: str) -> Visitor:
    visitor = find_the_course(line, person, title)
    visitor.press("Take a seat")
    visitor.sees_words("You have a seat")
    return visitor


def join_the_queue(line: Line, person: Employee, title: str) -> Visitor:
    visitor = find_the_course(line, person, title)
    visitor.press("Join the queue")
    visitor.sees_words("You are number %(place)s in the queue", place=1)
    return visitor


def give_the_seat_up(visitor: Visitor) -> None:
    visitor.follow("Cancel my enrolment")
    visitor.press("Give up the seat")
    visitor.sees_words(
        "Done: your enrolment in “%(course)s” is cancelled.", course="Разговор с недовольным посетителем"
    )


def send_reminders(clock: time_machine.Traveller) -> None:
    """Three days, one day and two hours before; the sweeper looks twice each time, and sends once."""
    for before in (timedelta(days=3), timedelta(days=1), timedelta(hours=2)):
        clock.move_to(STARTS_AT - before + timedelta(minutes=1))
        assert send_due_messages() == 2
        assert send_due_messages() == 0


def mark_everybody(line: Line, *, late: Employee) -> Visitor:
    """On a phone, during the meeting: all present by one tap, then the one who came late, with minutes."""
    line.clock.move_to(STARTS_AT + timedelta(minutes=30))
    trainer = line.somebody(line.centre.trainer.employee.username)
    trainer.press("Menu")
    trainer.follow("My timetable")
    trainer.follow("Sheet")
    trainer.button("Save").wait_for(state="hidden")  # the script is there, and saves each tap
    trainer.press("All present")
    trainer.sees_words("Everything is saved")
    minutes = trainer.mark(late.full_name, "late").get_by_label(trainer.words("Minutes attended"))
    minutes.fill("160")
    minutes.blur()
    trainer.sees_words("Everything is saved")
    return trainer


def close_the_sheet(line: Line, trainer: Visitor) -> None:
    line.clock.move_to(STARTS_AT + timedelta(hours=3, minutes=5))
    trainer.page.reload()
    trainer.follow("Close the sheet…")
    trainer.press("Close the sheet")
    trainer.sees_words("The sheet is closed, the results are recorded.")


def sees_the_completion(line: Line, person: Employee, title: str) -> None:
    visitor = line.somebody(person.username)
    visitor.press("Menu")
    visitor.follow("Completions")
    visitor.sees(title)
    visitor.sees_words("until %(until)s", until=VALID_UNTIL[line.language])


def each_message_was_sent_once(expected: dict[Employee, list[str]]) -> None:
    ledger = Message.objects.exclude(state=Message.State.WITHDRAWN)
    assert set(ledger.values_list("state", flat=True)) == {Message.State.SENT}
    told = {
        person: sorted(ledger.filter(recipient=person).values_list("kind", flat=True)) for person in expected
    }
    assert told == {person: sorted(kinds) for person, kinds in expected.items()}
    letters: list[Mail] = [letter.message() for letter in mail.outbox]
    assert Counter(letter["To"] for letter in letters) == Counter(
        {person.email: len(kinds) for person, kinds in expected.items()}
    )
    assert len({letter["Message-ID"] for letter in letters}) == len(letters)


def session_is_closed(session: Session) -> bool:
    session.refresh_from_db()
    attending = Booking.objects.filter(meeting__session=session).attending().count()
    return session.status == Session.Status.CLOSED and attending == 2
