"""What staff may overlook and exceed, with a right and a reason, and how the story tells it (rules 10 and 11)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.templatetags.centre_text import when
from enrolment.conditions import NEVER_OVERLOOKED, OFFICE, Situation, unmet
from enrolment.errors import NotAllowed, ReasonMissing
from enrolment.models import SEATS_TAKEN, Approval, Enrolment
from people.models import Employee
from scheduling.models import Session

if TYPE_CHECKING:
    from enrolment.actions.enrolling import Terms

OVERRIDE = "enrolment.override_conditions"
EXCEED = "enrolment.exceed_seats"

NAMES = {
    "audience": gettext_lazy("the positions that the course is meant for"),
    "completed": gettext_lazy("the completion that is valid"),
    "prerequisites": gettext_lazy("the courses to be completed before"),
    "travel": gettext_lazy("the way between the sites"),
    "optional": gettext_lazy("the most optional courses ahead"),
    OFFICE: gettext_lazy("the most who may be away from the office"),
}


def overlooking(situation: Situation, codes: frozenset[str]) -> Situation:
    """The situation with those of the conditions overlooked that are not met and may be."""
    return replace(situation, overlooked=situation.overlooked | to_overlook(situation, codes))


def to_overlook(situation: Situation, codes: frozenset[str]) -> frozenset[str]:
    """Those of the conditions that are not met and may be overlooked."""
    found = {failed.code for failed in unmet(situation)} - NEVER_OVERLOOKED
    if situation.days_over:
        found.add(OFFICE)
    return codes & found


def refuse_without_right(by: Employee, terms: "Terms") -> None:
    """Asked anew, with the rights of this moment (promise S31).

    Raises:
        NotAllowed: who acts may not, or may not any more.
        ReasonMissing: no reason is given.
    """
    if terms.overlooks:
        refuse_without(by, OVERRIDE)
    if terms.exceeds:
        refuse_without(by, EXCEED)
    if not terms.despite.strip():
        raise ReasonMissing(_("Say why: the reason stays in the story of the enrolment."))


def overlooking_for(situation: Situation, codes: frozenset[str], by: Employee, reason: str) -> Situation:
    """The situation with what staff overlook of it: with the right of this moment and a reason, where it is needed.

    Raises:
        NotAllowed, ReasonMissing: as `refuse_without_right`.
    """
    needed = to_overlook(situation, codes)
    if not needed:
        return situation
    refuse_without(by, OVERRIDE)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the reason stays in the story of the enrolment."))
    return overlooking(situation, needed)


def as_taken_back(situation: Situation, row: Enrolment) -> Situation:
    """What a cancelled enrolment meets when it comes to life again, with what was overlooked for it before."""
    if situation.live_enrolment_id:  # another one in this very session too: one at a time
        situation = replace(situation, live_enrolment_elsewhere=True)
    return replace(situation, overlooked=row.overlooks)


def counts_as_optional(row: Enrolment, session: Session, now: datetime) -> bool:
    """Whether its seat in the session is one of the optional courses ahead that one may have so many of."""
    return row.seat in SEATS_TAKEN and session.starts_at > now and not row.course.is_mandatory


def asks_the_head(row: Enrolment) -> bool:
    """Taken back, it waits for a decision: nobody has made one about it."""
    return row.approval not in {Approval.NOT_NEEDED, Approval.GRANTED}


def refuse_without(by: Employee, permission: str) -> None:
    fresh = Employee.objects.employed().filter(pk=by.pk).first()
    if fresh is None or not fresh.has_perm(permission):
        raise NotAllowed(_("You have no right to do this. Ask the training centre."))


def overlooked_words(codes: Iterable[str], despite: str) -> str:
    """Which conditions were overlooked, and why, for the story."""
    return f"{names_of(codes)}: {despite.strip()}"


def names_of(codes: Iterable[str]) -> str:
    known = set(codes)
    return ", ".join(str(name) for code, name in NAMES.items() if code in known)


def kept_words(situation: Situation) -> str:
    """For the story of somebody whose first request counts."""
    if situation.kept_since is None:
        return ""
    return _("The centre had cancelled: the request of %(when)s counts.") % {
        "when": when(situation.kept_since)
    }
