"""What heads are told about the seats that are kept for their office."""

from enrolment.models import Reservation
from notifications.actions import PlannedMessage
from people.models import Employee
from scheduling.models import Session

ENDING, CANCELLED = "kept_seats_end", "kept_seats_cancelled"


def about(reservation_id: int) -> str:
    return f"reservation:{reservation_id}"


def ending_messages(reservation: Reservation, session: Session) -> list[PlannedMessage]:
    """The news that the seats are released tomorrow; another date of the session is other news."""
    return [
        PlannedMessage(ENDING, person, about(reservation.pk), version=session.version)
        for person in concerned(reservation)
    ]


def cancelled_messages(reservation: Reservation) -> list[PlannedMessage]:
    return [PlannedMessage(CANCELLED, person, about(reservation.pk)) for person in concerned(reservation)]


def concerned(reservation: Reservation) -> list[int]:
    """Who leads the office at this moment; of an okrug, and of an office without a head, who asked for the seats."""
    office = reservation.office
    leaders = {office.head_id, office.deputy_id} - {None} if office else set()
    people = leaders or {reservation.made_by_id}
    return sorted(Employee.objects.employed().filter(pk__in=people - {None}).values_list("pk", flat=True))
