"""Refusals about seats without a name."""

from enrolment.errors import EnrolmentError


class CannotReserve(EnrolmentError):
    """The seats cannot be kept: too few are free, people wait for them, or it is too late."""


class NotYourOffice(EnrolmentError):
    """Somebody else keeps seats for this office or okrug."""
