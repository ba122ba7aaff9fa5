"""Meetings as events of calendars: a person's own, and a room's. They name nobody.

What an event says follows from the session and its reader alone, so that letters, files and subscriptions say the same.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.calendars import Agenda, Event
from people.models import Employee
from scheduling.models import Assignment, Booking, Meeting, Room, Session
from scheduling.notices import about

# What was is worth keeping for a while: a subscription shows this much of it.
KEPT_FOR = timedelta(days=90)
TAKES_PLACE = (Session.Status.OPEN, Session.Status.CONFIRMED, Session.Status.CLOSED)


def meetings_booked(person: Employee) -> QuerySet[Meeting]:
    """The meetings that the person teaches or attends, of sessions that take place."""
    booked = Booking.objects.filter(person=person)
    return Meeting.objects.filter(pk__in=booked.values("meeting"), session__status__in=TAKES_PLACE)


def agenda_of(person: Employee, *sessions: int) -> Agenda:
    """What the person teaches or attends in the sessions."""
    return agenda(person, meetings_booked(person), *sessions)


def agenda(person: Employee, meetings: QuerySet[Meeting], *sessions: int) -> Agenda:
    """Those of the person's meetings that belong to the sessions; one query."""
    events = events_of(meetings.filter(session__in=sessions), person)
    return Agenda(tuple(map(about, sessions)), tuple(events))


def events_of(meetings: QuerySet[Meeting], person: Employee) -> list[Event]:
    """The person's meetings as events in the language that is active; one query.

    Tentative is what a trainer has not agreed to teach, and a seat whose time is booked otherwise.
    """
    own = Booking.objects.filter(person=person, meeting=OuterRef("pk"))
    not_agreed = Assignment.objects.filter(session=OuterRef("session"), trainer__employee=person).exclude(
        state=Assignment.State.ACCEPTED
    )
    rows = facts_of(
        meetings.annotate(
            teaches=Exists(own.teaching()),
            is_settled=Exists(own) & ~(Exists(own.teaching()) & Exists(not_agreed)),
        ),
        "teaches",
        "is_settled",
    )
    return [
        event_of(
            row,
            place=place_of(row, with_link=True),
            text=said([_("You teach.") if row["teaches"] else _("You have a seat."), row["session__note"]]),
            address=address_of(row),
            is_tentative=not row["is_settled"],
        )
        for row in rows
    ]


def events_of_room(room: Room, meetings: QuerySet[Meeting]) -> list[Event]:
    """What takes place in the room, in the language that is active: what everybody may know of it; one query."""
    own = Booking.objects.filter(room=room).values("meeting")
    rows = facts_of(meetings.filter(pk__in=own, session__status__in=TAKES_PLACE))
    return [event_of(row, place=place_of(row, with_link=False)) for row in rows]


# --- how ------------------------------------------------------------------------------------------

ROOM = "claim__room"
SITE = f"{ROOM}__site"
FACTS = (
    "pk",
    "starts_at",
    "ends_at",
    "session",
    "session__course__title",
    "session__version",
    "session__note",
    "session__online_link",
    f"{ROOM}__name",
    f"{SITE}__name",
    f"{SITE}__address",
    f"{SITE}__is_online",
    f"{SITE}__time_zone",
)


def facts_of(meetings: QuerySet[Meeting], *others: str) -> list[dict[str, Any]]:
    """The meetings in order, each with the room that is booked for it; one that has none has none."""
    with_room = meetings.annotate(claim=FilteredRelation("bookings", condition=Q(bookings__role="")))
    return list(with_room.order_by("starts_at", "pk").values(*FACTS, *others))


def event_of(
    row: dict[str, Any], *, place: str, text: str = "", address: str = "", is_tentative: bool = False
) -> Event:
    return Event(
        key=f"meeting:{row['pk']}",
        subject=about(row["session"]),
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        title=row["session__course__title"],
        zone=row[f"{SITE}__time_zone"] or settings.TIME_ZONE,
        place=place,
        text=said([text, address]),
        url=address,
        is_tentative=is_tentative,
        revision=row["session__version"],
    )


def place_of(row: dict[str, Any], *, with_link: bool) -> str:
    """Site, address and room; of a webinar the link, for those who come."""
    if row[f"{SITE}__is_online"]:
        return (with_link and row["session__online_link"]) or str(row[f"{SITE}__name"])
    return ", ".join(filter(None, [row[f"{SITE}__name"], row[f"{SITE}__address"], row[f"{ROOM}__name"]]))


def address_of(row: dict[str, Any]) -> str:
    """The page of the session; the host comes from the settings, never from a request."""
    return f"{settings.SITE_URL}{reverse('website:session', args=[row['session']])}"


def said(lines: list[str]) -> str:
    return "\n".join(filter(None, lines))
