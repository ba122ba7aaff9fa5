"""Somebody's enrolment cancelled by staff: for who called that they cannot come, or by the centre (rule 15)."""

from django.utils.translation import gettext as _

from centre.actions import action
from enrolment.actions.leaving import cancel_together
from enrolment.doors.actions import STAFF
from enrolment.doors.notices import CANCELLED_BY_STAFF, changed_message
from enrolment.doors.overlooking import refuse_without
from enrolment.errors import EnrolmentError, ReasonMissing
from enrolment.models import Enrolment
from notifications.actions import PlannedMessage
from people.models import Employee
from scheduling.models import Session


@action
def cancel_for_somebody(enrolment: Enrolment, *, by: Employee, reason: str, by_centre: bool) -> Enrolment:
    """Cancel the trainee's enrolment before the start; the freed seat goes to the queue, one message is planned.

    Who called that they cannot come has cancelled themselves, late when it is late, with the head's copy.
    `by_centre` takes the seat away: the time of their request is kept, as after a cancelled session. Doing it
    again changes nothing.

    Raises:
        NotAllowed: without the right to plan.
        ReasonMissing: there is no reason.
        TooLate: the session has begun; from then on it is absence.
        EnrolmentError: the course has no dates, so that it takes nobody's seat.
    """
    refuse_without(by, STAFF)
    if not reason.strip():
        raise ReasonMissing(_("Say why the enrolment is cancelled: the person reads it."))
    if enrolment.session_id is None:
        raise EnrolmentError(_("A course without dates takes nobody’s seat: only the person leaves it."))

    def told(row: Enrolment, session: Session) -> list[PlannedMessage]:
        return [changed_message(CANCELLED_BY_STAFF, row, session, {"reason": reason.strip()})]

    [row] = cancel_together([enrolment], by=by, reason=reason, by_centre=by_centre, news=told)
    return row
