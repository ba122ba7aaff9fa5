"""Refusals of approvals."""

from enrolment.errors import EnrolmentError


class NotYours(EnrolmentError):
    """Somebody else decides about the request, or nobody any more."""


class AlreadyDecided(EnrolmentError):
    """Somebody was faster, or the request was withdrawn."""


class NotAsRead(EnrolmentError):
    """The session was changed between the page that the decider read and the button."""


class CannotTakeBack(EnrolmentError):
    """The decision stands: its time is over, or something followed from it."""
