"""Sessions as planners' pages show them: with their meetings, rooms, trainers and people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from centre.models import Policy
from people.models import Employee
from scheduling.headcounts import Headcount, headcounts
from scheduling.hurt import absent_trainers, closed_rooms
from scheduling.models import Booking, Meeting, Room, Session, SessionQuerySet


@dataclass
class MeetingRow:
    """A meeting with the rooms and trainers booked for it."""

    meeting: Meeting
    rooms: list[Room] = field(default_factory=list)
    trainers: list[Employee] = field(default_factory=list)
    # Of those: who is away on the day, and what is closed at the time (rule 7).
    absent: list[Employee] = field(default_factory=list)
    closed: list[Room] = field(default_factory=list)

    @property
    def is_to_come(self) -> bool:
        return self.meeting.ends_at > timezone.now()

    @property
    def needs_trainer(self) -> bool:
        """Whether nobody teaches, or somebody who is away."""
        return self.is_to_come and (not self.trainers or bool(self.absent))

    @property
    def needs_room(self) -> bool:
        """Whether there is no room, or a closed one."""
        return self.is_to_come and (not self.rooms or bool(self.closed))


@dataclass
class SessionRow:
    session: Session
    meetings: list[MeetingRow]
    people: Headcount

    @property
    def rooms(self) -> list[Room]:
        """The rooms of all meetings, each once."""
        return list(dict.fromkeys(room for row in self.meetings for room in row.rooms))

    @property
    def trainers(self) -> list[Employee]:
        """The trainers of all meetings, each once."""
        return list(dict.fromkeys(person for row in self.meetings for person in row.trainers))

    @property
    def can_move(self) -> bool:
        """Whether a meeting lies ahead that may be changed."""
        return self.session.can_move and any(not row.meeting.has_begun for row in self.meetings)

    @property
    def needs_trainer(self) -> bool:
        return not self.session.is_cancelled and any(row.needs_trainer for row in self.meetings)

    @property
    def needs_room(self) -> bool:
        return not self.session.is_cancelled and any(row.needs_room for row in self.meetings)

    @property
    def free_seats(self) -> int:
        return max(0, self.session.seats - self.people.held - self.people.reserved)

    @property
    def is_below_minimum(self) -> bool:
        """Whether fewer people hold a seat than the course's smallest group (rule 8)."""
        return self.people.held < (self.session.course.group_min or 0)


def below_minimum_soon(sessions: SessionQuerySet) -> list[int]:
    """Keys of those that begin soon and in which fewer people hold a seat than the course's smallest group (rule 8)."""
    soon = sessions.beginning_soon(timezone.now(), days=Policy.objects.current().too_few_first_days)
    least = dict(soon.order_by().values_list("pk", "course__group_min"))
    people = headcounts(least)
    return [pk for pk, minimum in least.items() if people.get(pk, Headcount()).held < (minimum or 0)]


def session_rows(sessions: Sequence[Session]) -> list[SessionRow]:
    """The rows of a page, in the given order: four queries, and one of whoever counts the people."""
    meetings = meeting_rows(session.pk for session in sessions)
    people = headcounts(session.pk for session in sessions)
    return [
        SessionRow(session, meetings[session.pk], people.get(session.pk, Headcount())) for session in sessions
    ]


def meeting_rows(session_ids: Iterable[int]) -> dict[int, list[MeetingRow]]:
    """Meetings by session, in the order of time; those who attend are not loaded."""
    by_session: dict[int, list[MeetingRow]] = defaultdict(list)
    by_meeting: dict[int, MeetingRow] = {}
    for meeting in Meeting.objects.filter(session__in=list(session_ids)).order_by("starts_at", "pk"):
        row = by_meeting[meeting.pk] = MeetingRow(meeting)
        by_session[meeting.session_id].append(row)
    claims = Booking.objects.filter(meeting__in=by_meeting).exclude(role=Booking.Role.ATTENDS)
    meetings = [row.meeting for row in by_meeting.values()]
    away, closed = absent_trainers(meetings), closed_rooms(meetings)
    for booking in claims.select_related("room__site", "person").order_by("room__name", "person__name_key"):
        row = by_meeting[booking.meeting_id]
        if booking.room is not None:
            row.rooms.append(booking.room)
            if booking.room_id in closed.get(booking.meeting_id, ()):
                row.closed.append(booking.room)
        elif booking.person is not None:
            row.trainers.append(booking.person)
            if booking.person_id in away.get(booking.meeting_id, ()):
                row.absent.append(booking.person)
    return by_session
