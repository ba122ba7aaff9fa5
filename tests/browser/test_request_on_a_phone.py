"""A request on phones: asked for, allowed from the letter and from the list, queued, offered, accepted, declined."""

import re

import pytest
from django.core import mail

from centre.templatetags.centre_text import short_name
from enrolment.approvals.tasks import tell_of_waiting_requests
from enrolment.invariants import booking_faults
from enrolment.models import Approval, Ending, Enrolment, Seat
from notifications.tasks import send_due_messages
from people.models import Employee
from tests.browser.checks import axe_violations, small_targets, wider_than_the_screen
from tests.browser.conftest import Open
from tests.browser.small_centre import empty_centre
from tests.browser.visitor import Visitor
from tests.factories import CourseFactory, moscow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Nine days after the clock of these tests: who is next in the queue is asked.
STARTS_AT = moscow(2027, 3, 11, 10)
PHONE = 360


def test_a_request_goes_from_the_phone_of_its_person_over_the_heads_to_a_seat(visit: Open, transactional_db):
    centre = empty_centre()
    session = centre.plan(CourseFactory(title="Разговор с недовольным посетителем"), STARTS_AT, limit=2)
    page = session.get_absolute_url()
    anna, boris, vera, galina = centre.colleagues[:4]

    phones = {anna: asks(visit, anna, page)}
    head_allows_from_the_letter(visit, centre.head, anna)
    sees(phones[anna], page, "You have a seat")

    for person in (boris, vera, galina):
        phones[person] = asks(visit, person, page)
    head_allows_from_the_list(visit, centre.head, [boris, vera, galina])
    sees(phones[boris], page, "You have a seat")
    sees(phones[vera], page, "You are number %(place)s in the queue", place=1)
    phones[vera].sees_words("You are the first in the queue.")
    sees(phones[galina], page, "You are number %(place)s in the queue", place=2)
    phones[galina].sees(phones[galina].words("Ahead of you: %(people)s.").partition("%")[0])
    assert standing(session) == [Seat.HELD, Seat.HELD, Seat.WAITING, Seat.WAITING]

    send_due_messages()
    mail.outbox.clear()
    hr_raises_the_limit(visit, centre.hr_admin, session.pk, limit=4)
    assert standing(session) == [Seat.HELD, Seat.HELD, Seat.OFFERED, Seat.OFFERED]
    send_due_messages()

    sees(phones[vera], page, "A seat is offered to you")
    phones[vera].press("Accept the seat")
    phones[vera].sees_words("You have a seat")
    fits(phones[vera])
    declines_from_the_letter(visit, galina)

    assert standing(session) == [Seat.HELD, Seat.HELD, Seat.HELD, Seat.GIVEN_UP]
    rows = Enrolment.objects.filter(session=session).order_by("requested_at")
    assert [one.approval for one in rows] == [Approval.GRANTED] * 4
    assert [one.entries.get(kind="granted").by for one in rows] == [centre.head] * 4
    assert rows[3].ended_because == Ending.DECLINED
    assert booking_faults() == []


def standing(session) -> list[str]:
    return list(session.enrolments.order_by("requested_at").values_list("seat", flat=True))


def fits(phone: Visitor) -> None:
    assert wider_than_the_screen(phone.page) == []


def sees(phone: Visitor, page: str, msgid: str, **values: object) -> None:
    phone.open(page)
    phone.sees_words(msgid, **values)
    fits(phone)


def asks(visit: Open, person: Employee, page: str) -> Visitor:
    phone = visit(width=PHONE, employee=person)
    phone.open(page)
    fits(phone)
    phone.press("Ask for a seat")
    phone.sees_words("Your request awaits a decision")
    fits(phone)
    return phone


def address_for(person: Employee, path: str) -> str:
    """The address of that kind in the one letter that the person has got since the last look."""
    letters = [one for one in mail.outbox if one.to == [person.email] and path in one.body]
    assert len(letters) == 1
    [address] = re.findall(rf"https?://\S+?({re.escape(path)}\S*)", letters[0].body)
    mail.outbox.clear()
    return address


def head_allows_from_the_letter(visit: Open, head: Employee, person: Employee) -> None:
    """On a phone on which nobody has signed in."""
    tell_of_waiting_requests()
    send_due_messages()
    phone = visit(width=PHONE)
    phone.open(address_for(head, "/decisions/letter/"))
    phone.sees(short_name(person))
    phone.sees_words(
        "On shift %(at_work)s, of them in training %(away)s, at most %(most)s may be.",
        at_work=17,
        away=0,
        most=3,
    )
    fits(phone)
    # No crawl comes to this page, for nobody but the letter knows its address.
    assert axe_violations(phone.page) == []
    assert small_targets(phone.page, by_thumb=True) == []
    assert person.enrolments.get().approval == Approval.ASKED
    phone.press("Allow")
    phone.sees(phone.words("You have allowed it: %(at)s.").partition("%")[0])
    fits(phone)


def head_allows_from_the_list(visit: Open, head: Employee, people: list[Employee]) -> None:
    phone = visit(width=PHONE, employee=head)
    phone.open("/decisions/")
    fits(phone)
    for person in people:
        phone.sees(person.full_name)
        phone.page.get_by_label(phone.words("Tick: %(person)s", person=short_name(person))).check()
    phone.press("Allow the ticked ones")
    phone.sees_words("Decided just now")
    fits(phone)


def hr_raises_the_limit(visit: Open, hr: Employee, session: int, *, limit: int) -> None:
    phone = visit(width=PHONE, employee=hr)
    phone.open(f"/planning/{session}/")
    fits(phone)
    phone.follow("Change the limit…")
    fits(phone)
    phone.page.locator("input[name=limit]").fill(str(limit))
    phone.page.locator("main form[method=post] button[type=submit]").first.click()
    phone.page.wait_for_url(f"**/planning/{session}/")


def declines_from_the_letter(visit: Open, person: Employee) -> None:
    phone = visit(width=PHONE)
    letters = [one for one in mail.outbox if one.to == [person.email]]
    [address] = re.findall(r"https?://\S+?(/offers/\S+/decline/)", "".join(one.body for one in letters))
    phone.open(address)
    phone.sees(short_name(person))
    fits(phone)
    phone.press("Decline the seat")
    phone.sees_words("You have declined the seat: it goes to the next in the queue.")
    fits(phone)
