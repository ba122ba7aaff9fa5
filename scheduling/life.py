"""The life of a session: its named steps, from where to where, and until when (rule 1).

Running and finished are no statuses: they follow from the clock. What is not in this table is refused, whoever asks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scheduling.errors import WrongState
from scheduling.models import Session, SessionStep

Status = Session.Status


@dataclass(frozen=True)
class Transition:
    """A step from one of `sources` to `target`; repeating one that was taken changes nothing."""

    step: SessionStep.Kind
    sources: frozenset[Session.Status]
    target: Session.Status
    # What a planner reads whose session is in none of the sources.
    refusal: str | Promise
    before_start: bool = True

    TOO_LATE: ClassVar = _("The session has begun and can no longer be changed.")

    def was_taken(self, session: Session) -> bool:
        return session.status == self.target

    def is_possible(self, session: Session) -> bool:
        is_late = session.has_begun if self.before_start else session.is_over
        return session.status in self.sources and not is_late

    def check(self, session: Session) -> None:
        """
        Raises:
            WrongState: the session's status, or the clock, does not allow the step; the sentence says which.
        """
        if session.status == Status.CANCELLED:
            raise WrongState(_("The session was cancelled and can no longer be changed."))
        if session.status not in self.sources:
            raise WrongState(self.refusal)
        if not self.is_possible(session):
            raise WrongState(self.TOO_LATE if self.before_start else self.refusal)


PUBLISH = Transition(
    SessionStep.Kind.PUBLISHED,
    frozenset({Status.DRAFT}),
    Status.OPEN,
    _("Only a draft can be published."),
)
CONFIRM = Transition(
    SessionStep.Kind.CONFIRMED,
    frozenset({Status.OPEN}),
    Status.CONFIRMED,
    _("Only a session that is open for enrolment can be confirmed. Publish it first."),
)
CANCEL = Transition(
    SessionStep.Kind.CANCELLED,
    frozenset({Status.DRAFT, Status.OPEN, Status.CONFIRMED}),
    Status.CANCELLED,
    _("The session is over and can no longer be cancelled."),
    before_start=False,
)
# Taken by the trainer's sheet, which asks first whether everybody is marked.
CLOSE = Transition(
    SessionStep.Kind.CLOSED,
    frozenset({Status.OPEN, Status.CONFIRMED}),
    Status.CLOSED,
    _("Only a session that took place has a sheet to close."),
    before_start=False,
)
TRANSITIONS = (PUBLISH, CONFIRM, CANCEL, CLOSE)


def possible_steps(session: Session) -> Iterator[Transition]:
    """What a planner may do with the session now, besides changing it; closing belongs to the trainer's sheet."""
    return (step for step in (PUBLISH, CONFIRM, CANCEL) if step.is_possible(session))
