"""An office with people and a head, and requests that wait: what tests of approvals have in common."""

from datetime import date

from accounts.actions.access import give_role
from accounts.roles import Role
from enrolment.approvals.actions import ask_for_seat
from people.models import Employment, Office
from tests.factories import EmployeeFactory, OfficeFactory, SessionFactory, ShiftFactory


def led_office(*, deputy=False):
    """An office with a head, and a deputy when asked for."""
    office = OfficeFactory()
    office.head = ShiftFactory(office=office).employee
    office.deputy = ShiftFactory(office=office).employee if deputy else None
    office.save()
    return office


def member(office):
    """Somebody who works on the day of an ordinary session: nothing is asked about days off."""
    return ShiftFactory(office=office).employee


def asking(office=None, session=None):
    """The request of somebody of the office for an optional course."""
    return ask_for_seat(member(office or led_office()), session or SessionFactory(), consents=True)


def hr_admin():
    person = EmployeeFactory()
    give_role(person, Role.HR_ADMIN, by=None, reason="Приказ № 1")
    return type(person).objects.get(pk=person.pk)


def goes_on_leave(person):
    Employment.objects.filter(employee=person).update(leave=Employment.Leave.VACATION)


def kinds_of(enrolment):
    """The story of the enrolment, as kinds of its entries."""
    return [entry.kind for entry in enrolment.entries.order_by("pk")]


def leads_no_more(office):
    Office.objects.filter(pk=office.pk).update(head=EmployeeFactory())


NEW_YEAR = date(2026, 12, 31)
