"""What pages cost: their queries counted, and many rows made in a few statements."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scheduling.models import Booking, Meeting, Session


def cost(client: Client, address: str) -> int:
    """How many queries the page takes when everything that is kept between requests has been fetched."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def add_meetings(session: Session, number: int, *, minutes: int = 5) -> None:
    """So many more meetings, one after another, with whoever and whatever is booked for the session's last."""
    last = session.meetings.latest("starts_at")
    length = timedelta(minutes=minutes)
    starts = [last.ends_at + timedelta(minutes=15) + index * length for index in range(number)]
    meetings = Meeting.objects.bulk_create(
        Meeting(session=session, starts_at=at, ends_at=at + length) for at in starts
    )
    Booking.objects.bulk_create(
        Booking(
            meeting=meeting,
            room_id=booking.room_id,
            person_id=booking.person_id,
            role=booking.role,
            period=(meeting.starts_at, meeting.ends_at),
        )
        for meeting in meetings
        for booking in last.bookings.all()
    )
