"""A trainer reports trouble; HR and the centre record what follows from it, and answer."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.roles import Role
from centre.actions import action
from notifications.actions import PlannedMessage, plan_messages, withdraw_messages
from people.models import Employee
from scheduling.errors import SchedulingError
from scheduling.hurt import taught_by
from scheduling.models import Session
from scheduling.trouble.models import TroubleReport
from trainers.models import Absence, Trainer

Kind, State = TroubleReport.Kind, TroubleReport.State
REPORTED, ANSWERED = "trouble_reported", "trouble_answered"
# Who is told, and who answers: see accounts.roles.
TOLD = (Role.HR_ADMIN, Role.CENTRE_ADMIN)


@action
def report_trouble(
    trainer: Trainer,
    kind: str,
    *,
    starts_on: date,
    ends_on: date,
    session: Session | None = None,
    words: str = "",
    by: Employee | None,
) -> TroubleReport:
    """Tell HR and the centre, and nobody else. The same report again is the one that waits for its answer.

    Raises:
        SchedulingError: the days are over, the trainer does not teach the session then, or there are no words.
    """
    words = words.strip()[:300]
    Employee.objects.lock(trainer.employee_id)
    same = {"kind": kind, "session": session, "starts_on": starts_on, "ends_on": ends_on, "words": words}
    if found := trainer.trouble_reports.waiting().filter(**same).first():
        return found
    if ends_on < timezone.localdate():
        raise SchedulingError(_("These days are over. The centre records what is past."))
    if session and not taught_by(trainer, starts_on, ends_on).filter(session=session).exists():
        raise SchedulingError(_("You do not teach this session any more: choose another one."))
    if not words and kind != Kind.ILLNESS:
        raise SchedulingError(_("Say in a few words what is wrong."))
    report = trainer.trouble_reports.create(**same)
    told = Employee.objects.filter(is_active=True, groups__name__in=TOLD).distinct().order_by("pk")
    plan_messages(PlannedMessage(REPORTED, person.pk, about(report)) for person in told)
    return report


@action
def record_illness(
    report: TroubleReport, starts_on: date, ends_on: date, *, note: str = "", by: Employee
) -> Absence:
    """Record the absence that follows from the report, whatever sessions stand in the way (rule 7).

    The report still waits for its answer. The same days again are the absence that stands there.
    """
    trainer = locked(report).trainer
    same = {"starts_on": starts_on, "ends_on": ends_on, "reason": Absence.Reason.ILLNESS}
    known = trainer.absences.filter(**same).first()
    return known or trainer.absences.create(**same, note=note)


@action
def answer_trouble(report: TroubleReport, state: str, answer: str = "", *, by: Employee) -> TroubleReport:
    """Done, or nothing to do: the trainer is told. The same answer from the same person again changes nothing.

    Raises:
        SchedulingError: somebody else has answered, or nothing is done and no reason is given.
    """
    row = locked(report)
    if not row.is_open:
        if (row.state, row.answered_by_id) == (state, by.pk):
            return row
        raise SchedulingError(
            _("%(who)s has answered this report already: %(state)s.")
            % {
                "who": row.answered_by.short_name if row.answered_by else _("Somebody"),
                "state": row.get_state_display(),
            }
        )
    if state == State.NOTHING and not answer.strip():
        raise SchedulingError(_("Say why there is nothing to do: the trainer will read it."))
    row.state, row.answer = state, answer.strip()[:300]
    row.answered_by, row.answered_at = by, timezone.now()
    row.save()
    withdraw_messages([about(row)], [REPORTED])
    plan_messages([PlannedMessage(ANSWERED, row.trainer.employee_id, about(row))])
    return row


def about(report: TroubleReport) -> str:
    return f"trouble:{report.pk}"


def locked(report: TroubleReport) -> TroubleReport:
    rows = TroubleReport.objects.select_related("trainer__employee", "answered_by")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=report.pk)
