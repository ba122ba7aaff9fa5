"""The verb of rooms: their capacity decides about the seats of the sessions in them (rule 10)."""

from collections import defaultdict

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from people.models import Employee
from scheduling import signals
from scheduling.actions import effective_seats, moment, record_step, refuse_fewer_seats, waiting_persons
from scheduling.errors import SchedulingError, SeatsTaken
from scheduling.headcounts import headcounts
from scheduling.models import Booking, Room, Session, SessionStep


@action
def change_capacity(room: Room, capacity: int, *, by: Employee | None) -> Room:
    """Give a room another capacity. The seats of the sessions that are yet to begin in it follow.

    New seats go to those who wait, in the same transaction.

    Raises:
        SeatsTaken: more people hold a seat in one of the sessions; the sentence names it (promise R9).
    """
    session_ids = sessions_ahead(room)
    sessions = Session.objects.with_course().lock_all(session_ids)
    Employee.objects.lock_all(waiting_persons(session_ids))
    booked = rooms_by_session(session_ids)
    rooms = Room.objects.lock_all({room.pk, *(pk for pks in booked.values() for pk in pks)})
    if sessions_ahead(room) != session_ids:  # it may not be locked any more, after people and rooms
        raise SchedulingError(
            _("A session was planned in this room at the same moment. Please save once more.")
        )
    room = rooms[room.pk]
    room.capacity = capacity
    room.save(update_fields=["capacity"])

    held = headcounts(session_ids)
    grown = []
    for session in sessions.values():
        seats = effective_seats(session.course, [rooms[pk] for pk in booked[session.pk]], session.limit)
        if seats == session.seats:
            continue
        try:
            refuse_fewer_seats(seats, held=held[session.pk].held if session.pk in held else 0)
        except SeatsTaken as refusal:
            raise SeatsTaken(f"{session.course}, {moment(session.starts_at)}: {refusal}") from refusal
        if seats > session.seats:
            grown.append(session)
        session.seats = seats
        session.version += 1
        session.save(update_fields=["seats", "version"])
        words = {"room": room, "seats": capacity}
        record_step(session, SessionStep.Kind.LIMITED, by, _("%(room)s: seats %(seats)s") % words)
    if grown:
        signals.seats_changed.send(sender=Session, sessions=grown, by=by)
    return room


def sessions_ahead(room: Room) -> list[int]:
    """Keys of the sessions that are yet to begin and meet in the room, in their order."""
    sessions = Session.objects.filter(
        starts_at__gt=timezone.now(), pk__in=Booking.objects.filter(room=room).values("meeting__session")
    )
    return list(sessions.order_by("pk").values_list("pk", flat=True))


def rooms_by_session(session_ids: list[int]) -> dict[int, set[int]]:
    rooms: dict[int, set[int]] = defaultdict(set)
    bookings = Booking.objects.of_rooms().filter(meeting__session__in=session_ids)
    for session, room in bookings.values_list("meeting__session", "room"):
        if room is not None:
            rooms[session].add(room)
    return rooms
