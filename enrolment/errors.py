"""Refusals of enrolment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from centre.errors import Refusal, explains

if TYPE_CHECKING:
    from enrolment.conditions import Unmet


class EnrolmentError(Refusal):
    """Something about an enrolment that cannot be done."""


class NotEligible(EnrolmentError):
    """The trainee does not meet the conditions; `unmet` says each in words, with the way out."""

    def __init__(self, unmet: "Sequence[Unmet]") -> None:
        self.unmet = list(unmet)
        super().__init__(" ".join(condition.message for condition in self.unmet))


class SessionFull(EnrolmentError):
    """No seat is free."""


class TooLate(EnrolmentError):
    """The session's clock forbids it."""


class ReasonMissing(EnrolmentError):
    """What is asked for needs a reason: a late cancellation, or staff going beyond a rule."""


class NotAllowed(EnrolmentError):
    """Who acts has no right to do so, or has it no more."""


class NeedsConsent(EnrolmentError):
    """The session lies on a day off of the trainee, who has not agreed to come (rule 16)."""


class TooManyAway(EnrolmentError):
    """More of the office would be away than may be, and nobody has allowed that (rule 16)."""


class TooEarly(EnrolmentError):
    """The sheet does not open, or may not be closed, before its time."""


class SheetClosed(EnrolmentError):
    """A closed sheet does not change (rule 21)."""


class NotMarked(EnrolmentError):
    """A sheet with somebody not marked cannot be closed."""


class InvalidMinutes(EnrolmentError):
    """Who came late or left early attended some minutes, but not all."""


class AlreadyEnrolled(EnrolmentError):
    """The trainee has another live enrolment in the course."""


@explains("enrolment_one_live_per_course")
def already_enrolled(detail: str) -> Exception:
    return AlreadyEnrolled(
        _("You are already enrolled in this course. Cancel that enrolment first if you want another date.")
    )
