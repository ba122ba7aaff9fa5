"""Refusals when heads act for their people."""

from enrolment.errors import EnrolmentError


class NotYourPeople(EnrolmentError):
    """Somebody else decides about this person; about themselves, nobody does."""


class AlreadyThere(EnrolmentError):
    """The person has a seat in the session, or waits for one."""


class NotAllowed(EnrolmentError):
    """The person does not meet the conditions, in words about them."""


class CannotReplace(EnrolmentError):
    """There is no seat to pass on: it has ended, or the session has begun."""
