"""A trainer answers, takes the answer back; the centre is told of a refusal, and of silence."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from centre.actions import action
from notifications.actions import PlannedMessage, plan_messages, withdraw_messages
from people.models import Employee
from scheduling.assignments.models import Assignment
from scheduling.errors import SchedulingError, WrongState
from scheduling.models import Session

State = Assignment.State
DECLINED, UNANSWERED = "assignment_declined", "assignment_unanswered"


@action
def accept_assignment(assignment: Assignment, *, by: Employee, question: str = "") -> Assignment:
    """Say yes. Saying it again changes nothing; a refusal that nobody acted on yet becomes a yes.

    `question` is the assignment's as the trainer read it.

    Raises:
        WrongState: the trainer does not teach the session any more, or it has begun or was cancelled, or the trainer
            is asked for something else by now.
    """
    row = locked(assignment, question)
    if not row.is_accepted:
        withdraw_messages([about(row)])
        write(row, State.ACCEPTED)
    return row


@action
def decline_assignment(assignment: Assignment, why: str, *, by: Employee, question: str = "") -> Assignment:
    """Say no, with a reason: HR is told at once, and the booking stands until a planner finds somebody else.

    Raises:
        SchedulingError: no reason was given.
        WrongState: as in `accept_assignment`.
    """
    if not why.strip():
        raise SchedulingError(_("Say why you cannot teach: the planners will read it."))
    row = locked(assignment, question)
    if not row.is_declined:
        write(row, State.DECLINED, why.strip()[:300])
        tell_hr([row], DECLINED)
    return row


@action
def take_back_answer(assignment: Assignment, *, by: Employee) -> Assignment:
    """The trainer is asked again, as if they had not answered.

    Raises:
        WrongState: as in `accept_assignment`.
    """
    row = locked(assignment)
    if not row.is_asked:
        withdraw_messages([about(row)])
        write(row, State.ASKED)
    return row


@action
def tell_of_silence() -> int:
    """Tell HR once of each trainer who has not answered in time, and return how many these are."""
    silent = list(
        Assignment.objects.unanswered()
        .ahead()
        .filter(overdue_told_at=None)
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("pk")
    )
    tell_hr(silent, UNANSWERED)
    Assignment.objects.filter(pk__in=[row.pk for row in silent]).update(overdue_told_at=timezone.now())
    return len(silent)


# --- how ------------------------------------------------------------------------------------------


def locked(assignment: Assignment, question: str = "") -> Assignment:
    """The fresh row of a session that may still be answered for, with its session locked."""
    session = Session.objects.lock(assignment.session_id)
    row = session.assignments.filter(pk=assignment.pk).first()
    if row is None or session.is_cancelled:
        raise WrongState(_("You do not teach this session any more: there is nothing to answer."))
    if not session.can_move or not session.meetings.filter(starts_at__gt=timezone.now()).exists():
        raise WrongState(_("The session has begun. Call the centre if you cannot teach it."))
    if question and question != row.question:
        raise WrongState(
            _("The session was changed after you had opened the page. Look at its times and answer again.")
        )
    return row


def write(row: Assignment, state: State, why: str = "") -> None:
    row.state, row.why = state, why
    row.answered_at = None if state == State.ASKED else timezone.now()
    row.accepted_for = row.asked_for if state == State.ACCEPTED else None
    row.save()


def about(row: Assignment) -> str:
    return f"assignment:{row.pk}"


def tell_hr(rows: Iterable[Assignment], kind: str) -> None:
    """One message to each HR admin, about each row; what was asked at another time is other news."""
    rows = list(rows)
    if not rows:
        return
    admins = list(Employee.objects.filter(is_active=True, groups__name=Role.HR_ADMIN).order_by("pk"))
    plan_messages(
        PlannedMessage(kind, admin.pk, about(row), part=(row.answered_at or row.asked_at).isoformat())
        for row in rows
        for admin in admins
    )
