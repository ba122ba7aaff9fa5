"""Changing a room under the sessions that are planned in it."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from notifications.actions import noting
from people.models import Employee
from scheduling import signals
from scheduling.actions import booked_persons, effective_seats, waiting_persons
from scheduling.errors import SchedulingError, SeatsTaken
from scheduling.headcounts import headcounts
from scheduling.models import Booking, Room, Session, SessionStep

# Sessions named in a refusal; the others are counted.
NAMED_AT_MOST = 3


def planned_sessions(room: Room) -> list[Session]:
    """Sessions that will meet in the room, those that run already too."""
    booked = Booking.objects.filter(room=room, meeting__starts_at__gt=timezone.now()).values(
        "meeting__session"
    )
    found = Session.objects.filter(pk__in=booked).with_course().order_by("starts_at", "pk")
    return [session for session in found if session.can_move]


@action
def change_room(room: Room, details: dict[str, Any], *, by: Employee | None) -> Room:
    """Change what is given of the room. Another capacity gives the sessions planned in it the seats that follow from
    it, and new seats go to their queues.

    Raises:
        SeatsTaken: in a planned session more people hold a seat than would fit (promise R9). Nobody loses a seat
            silently: move that session or cancel enrolments first.
    """
    capacity = details.get("capacity")
    room = Room.objects.lock(room.pk) if capacity is None else change_capacity(room, capacity, by=by)
    equipment = details.get("equipment")
    plain = {name: value for name, value in details.items() if name not in ("capacity", "equipment")}
    for name, value in plain.items():
        setattr(room, name, value)
    room.save(update_fields=[*plain, "capacity"])
    if equipment is not None:
        room.equipment.set(equipment)
    return room


@action
def change_capacity(room: Room, capacity: int, *, by: Employee | None) -> Room:
    """Give a room another capacity; the seats of the sessions planned in it follow (rule 10).

    Raises:
        SeatsTaken: as in `change_room`.
        SchedulingError: a session was planned in the room at the same moment.
    """
    keys = [session.pk for session in planned_sessions(room)]
    Session.objects.lock_all(keys)
    attending, teaching = booked_persons(keys)
    Employee.objects.lock_all(attending | teaching | waiting_persons(keys))
    beside = Booking.objects.of_rooms().filter(meeting__session__in=keys).values_list("room", flat=True)
    room = Room.objects.lock_all({room.pk, *beside})[room.pk]
    room.capacity = capacity
    sessions = planned_sessions(room)
    if {session.pk for session in sessions} - set(
        keys
    ):  # they may not be locked any more, after people and rooms
        raise SchedulingError(
            _("A session was planned in this room at the same moment. Please save once more.")
        )
    gone = {pk: count.held + count.reserved for pk, count in headcounts(keys).items()}
    rooms = rooms_of(sessions, room)
    seats = {one.pk: effective_seats(one.course, rooms[one.pk], one.limit) for one in sessions}
    if crowded := [one for one in sessions if min(gone.get(one.pk, 0), one.seats) > seats[one.pk]]:
        raise SeatsTaken(crowded_sentence(crowded, capacity))
    room.save(update_fields=["capacity"])
    changed = [one for one in sessions if one.seats != seats[one.pk]]
    grown = [one for one in changed if one.seats < seats[one.pk]]
    for one in changed:
        one.seats = seats[one.pk]
        one.version += 1
    Session.objects.bulk_update(changed, ["seats", "version"])
    steps = SessionStep.objects.bulk_create(
        SessionStep(session=one, kind=SessionStep.Kind.LIMITED, by=by, reason=room_words(room))
        for one in changed
    )
    for step in steps:
        if step.session in grown:
            with noting(step.cause):
                signals.seats_changed.send(sender=Session, sessions=[step.session], by=by)
    return room


def rooms_of(sessions: Iterable[Session], changed: Room) -> dict[int, list[Room]]:
    """The rooms of the sessions, with the changed one as it will be; one query."""
    found: dict[int, dict[int, Room]] = {session.pk: {} for session in sessions}
    bookings = Booking.objects.filter(meeting__session__in=found, room__isnull=False)
    for booking in bookings.select_related("room", "meeting"):
        if booking.room is not None:
            own = changed if booking.room_id == changed.pk else booking.room
            found[booking.meeting.session_id][own.pk] = own
    return {pk: list(rooms.values()) for pk, rooms in found.items()}


def room_words(room: Room) -> str:
    return _("%(room)s now has %(capacity)s seats.") % {"room": room.name, "capacity": room.capacity}


def crowded_sentence(sessions: list[Session], capacity: int) -> str:
    return _(
        "More than %(capacity)s seats are held, or kept for offices, in: %(sessions)s. "
        "Move these sessions to a larger room, cancel enrolments or release kept seats first."
    ) % {"capacity": capacity, "sessions": named(sessions)}


def named(sessions: list[Session]) -> str:
    names = "; ".join(str(session) for session in sessions[:NAMED_AT_MOST])
    more = len(sessions) - NAMED_AT_MOST
    if more <= 0:
        return names
    return _("%(names)s and %(count)s more") % {"names": names, "count": more}
