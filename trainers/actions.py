"""Requests for leave: asked and withdrawn by the trainer, granted or refused by HR and the centre."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from centre.actions import action
from notifications.actions import PlannedMessage, plan_messages
from people.models import Employee
from trainers.errors import LeaveError
from trainers.models import Absence, LeaveRequest, Trainer

State = LeaveRequest.State


@action
def ask_for_leave(
    trainer: Trainer, starts_on: date, ends_on: date, *, kind: str, note: str = "", by: Employee | None
) -> LeaveRequest:
    """Ask for the days off. Asking for the same days again returns the request that waits.

    Raises:
        LeaveError: the days are over already.
    """
    if ends_on < timezone.localdate():
        raise LeaveError(_("These days are over. The centre records what is past."))
    Employee.objects.lock(trainer.employee_id)
    waiting = trainer.leave_requests.filter(state=State.ASKED, starts_on=starts_on, ends_on=ends_on)
    if found := waiting.first():
        return found
    return trainer.leave_requests.create(starts_on=starts_on, ends_on=ends_on, kind=kind, note=note.strip())


@action
def withdraw_leave(request: LeaveRequest, *, by: Employee | None) -> LeaveRequest:
    """Take back a request that nobody has decided.

    Raises:
        LeaveError: it was decided meanwhile.
    """
    row = locked(request)
    if row.state != State.WITHDRAWN:
        refuse_decided(row)
        row.state = State.WITHDRAWN
        row.save(update_fields=["state"])
    return row


@action
def grant_leave(request: LeaveRequest, *, by: Employee, reason: str = "") -> LeaveRequest:
    """Record the absence, whatever sessions stand in the way (rule 7), and tell the trainer.

    Raises:
        LeaveError: somebody decided meanwhile, or the trainer withdrew it.
    """
    row = locked(request)
    refuse_decided(row)
    row.absence = Absence.objects.create(
        trainer_id=row.trainer_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        reason=row.kind,
        note=row.note,
    )
    return decide(row, State.GRANTED, by, reason)


@action
def refuse_leave(request: LeaveRequest, reason: str, *, by: Employee) -> LeaveRequest:
    """Say no, with a reason that the trainer reads.

    Raises:
        LeaveError: there is no reason, or somebody decided meanwhile, or the trainer withdrew it.
    """
    if not reason.strip():
        raise LeaveError(_("Say why the leave is refused: the trainer will read it."))
    row = locked(request)
    refuse_decided(row)
    return decide(row, State.REFUSED, by, reason)


def decide(row: LeaveRequest, state: State, by: Employee, why: str) -> LeaveRequest:
    row.state, row.decided_by, row.decided_at, row.why = state, by, timezone.now(), why.strip()[:300]
    row.save()
    plan_messages([PlannedMessage("leave_decided", row.trainer.employee_id, f"leave:{row.pk}")])
    return row


def locked(request: LeaveRequest) -> LeaveRequest:
    rows = LeaveRequest.objects.select_related("trainer__employee")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=request.pk)


def refuse_decided(row: LeaveRequest) -> None:
    if row.state == State.WITHDRAWN:
        raise LeaveError(_("The trainer has withdrawn this request."))
    if row.state != State.ASKED:
        raise LeaveError(
            _("%(who)s has decided this request already: %(state)s.")
            % {
                "who": row.decided_by.short_name if row.decided_by else _("Somebody"),
                "state": row.get_state_display(),
            }
        )
