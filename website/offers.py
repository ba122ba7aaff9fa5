"""The dates of a course as one reader sees them: rooms, trainers, seats, and the reader's own state in each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from centre.models import Policy
from centre.prepared import Given, Prepared
from enrolment.annotations import meeting_facts
from enrolment.conditions import PlannedMeeting
from enrolment.panels import Panel
from enrolment.situations import planned_meeting
from people.models import Employee
from scheduling.models import Booking, BookingQuerySet, Meeting, Session


@dataclass(frozen=True)
class Place:
    """A room of a meeting, as people look for it."""

    room: str
    site: str
    address: str
    is_online: bool


@dataclass(frozen=True)
class ShownMeeting:
    """A meeting with its rooms and those who teach."""

    planned: PlannedMeeting
    places: tuple[Place, ...]
    trainers: tuple[Employee, ...]


@dataclass(frozen=True)
class Offer:
    """One date of a course and what the reader can do about it."""

    panel: Panel
    meetings: tuple[ShownMeeting, ...]

    @property
    def session(self) -> Session:
        return self.panel.session

    @property
    def places(self) -> list[Place]:
        """Where the session meets, each place once."""
        return list(dict.fromkeys(place for meeting in self.meetings for place in meeting.places))

    @property
    def trainers(self) -> list[Employee]:
        return list(dict.fromkeys(trainer for meeting in self.meetings for trainer in meeting.trainers))


def ask_meetings() -> Any:
    facts = meeting_facts() | {"rooms": rooms_of_meeting(), "people": people_of_meeting()}
    meetings = Meeting.objects.filter(session_id__any=Given("sessions")).order_by("starts_at")
    return meetings.annotate(**facts).values("pk", "session", "starts_at", "ends_at", *facts)


MEETINGS = Prepared(ask_meetings)


def shown_meetings(
    reader: Employee, sessions: Iterable[Session], policy: Policy
) -> dict[int, tuple[ShownMeeting, ...]]:
    """By the session's key its meetings with rooms, trainers and the reader's bookings around; one statement."""
    travel = timedelta(minutes=policy.travel_minutes)
    found: dict[int, tuple[ShownMeeting, ...]] = {}
    for row in MEETINGS(trainee=reader.pk, sessions=[session.pk for session in sessions], travel=travel):
        meeting = ShownMeeting(
            planned=planned_meeting(row),
            places=tuple(Place(**room) for room in row["rooms"]),
            trainers=tuple(Employee(**person) for person in row["people"]),
        )
        found[row["session"]] = (*found.get(row["session"], ()), meeting)
    return found


def rooms_of_meeting() -> ArraySubquery:
    """The rooms of a meeting, each as a `Place`'s fields."""
    room = JSONObject(
        room="room__name",
        site="room__site__name",
        address="room__site__address",
        is_online="room__site__is_online",
    )
    return ArraySubquery(bookings_of_meeting().of_rooms().values(json=room))


def people_of_meeting() -> ArraySubquery:
    """Those who teach at a meeting, each as the fields of their name."""
    person = JSONObject(
        id="person",
        last_name="person__last_name",
        first_name="person__first_name",
        middle_name="person__middle_name",
    )
    return ArraySubquery(bookings_of_meeting().teaching().values(json=person))


def bookings_of_meeting() -> BookingQuerySet:
    return Booking.objects.filter(meeting=OuterRef("pk")).order_by("pk")
