"""Refusals of offers."""

from enrolment.errors import EnrolmentError


class OfferOver(EnrolmentError):
    """The offer does not stand any more; says what has become of it."""


class CannotGive(EnrolmentError):
    """The person does not wait for a seat of the session any more, or must not get one."""
