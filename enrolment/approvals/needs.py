"""Whether a request needs somebody's decision, and until when it is waited for (rule 12)."""

from datetime import datetime

from django.utils.translation import gettext as _

from centre.models import Policy
from centre.working_days import after_working_days
from enrolment.conditions import Situation
from enrolment.errors import EnrolmentError
from enrolment.models import Approval, Enrolment
from people.models import Employee

DECIDE = "enrolment.decide_requests"


def needs_approval(situation: Situation, trainee: Employee) -> bool:
    """Whether the trainee's own request waits for a decision.

    Mandatory courses and HR's own enrolments need none, unless too many of the office would be away (rule 16).
    """
    if situation.days_over:
        return True
    return not situation.session.course.is_mandatory and not trainee.has_perm(DECIDE)


def decision_until(asked_at: datetime, policy: Policy) -> datetime:
    """When silence becomes HR's question: so many working days after the request; one query."""
    return after_working_days(asked_at, policy.approval_days)


def refuse_undecided(enrolment: Enrolment | None) -> None:
    """A trainer's sheet takes nobody whose request still waits: the approval is not gone round.

    Raises:
        EnrolmentError: it waits.
    """
    if enrolment is not None and enrolment.is_live and enrolment.approval == Approval.ASKED:
        raise EnrolmentError(
            _("The request of %(person)s awaits a decision. Until then they cannot be added.")
            % {"person": enrolment.trainee.short_name}
        )
