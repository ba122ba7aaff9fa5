"""What runs tell: the result to whoever ordered it, and the end to people whose enrolment was taken back."""

from enrolment.bulk.models import BulkRun
from enrolment.models import Enrolment
from enrolment.notices import about
from notifications.actions import PlannedMessage
from people.models import Employee
from scheduling.models import Session

DONE, TAKEN_BACK = "bulk_done", "bulk_taken_back"


def about_run(run: BulkRun) -> str:
    return f"bulk:{run.pk}"


def done_messages(run: BulkRun, person: Employee) -> list[PlannedMessage]:
    """One letter for the application and one for the undoing."""
    return [PlannedMessage(DONE, person.pk, about_run(run), part=run.state)]


def undone_messages(enrolment: Enrolment, session: Session) -> list[PlannedMessage]:
    return [PlannedMessage(TAKEN_BACK, enrolment.trainee_id, about(enrolment.pk), version=session.version)]
