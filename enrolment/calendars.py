"""The calendar of one person: what they attend and teach, and the seats that a move brought into a clash."""

from datetime import datetime

from django.db.models import QuerySet

from enrolment.models import Enrolment, Seat
from notifications.calendars import Agenda, Event
from people.models import Employee
from scheduling.events import KEPT_FOR, TAKES_PLACE, agenda, events_of, meetings_booked
from scheduling.models import Meeting


def own_meetings(person: Employee) -> QuerySet[Meeting]:
    """The person's meetings; a seat without bookings counts too, for it is kept until they choose.

    An offered seat does not: until it is accepted nothing is agreed.
    """
    clashing = Enrolment.objects.live().holding().filter(trainee=person, clash_since__isnull=False)
    kept = Meeting.objects.filter(session__in=clashing.values("session"), session__status__in=TAKES_PLACE)
    offered = Enrolment.objects.live().filter(trainee=person, seat=Seat.OFFERED)
    return (meetings_booked(person) | kept).exclude(session__in=offered.values("session"))


def own_agenda(person: Employee, *sessions: int) -> Agenda:
    """What the person has in the sessions, for a letter; one query."""
    return agenda(person, own_meetings(person), *sessions)


def own_events(person: Employee, now: datetime) -> list[Event]:
    """What the person's calendar shows: what is ahead, and the last weeks; one query."""
    return events_of(own_meetings(person).filter(ends_at__gt=now - KEPT_FOR), person)
