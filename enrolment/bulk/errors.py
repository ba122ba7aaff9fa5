"""Refusals of lists of people."""

from django.utils.translation import gettext as _

from enrolment.errors import EnrolmentError


class BulkError(EnrolmentError):
    """Something about a list of people that cannot be done."""


class NobodyNamed(BulkError):
    """The list names nobody."""

    def __init__(self) -> None:
        super().__init__(_("The list names nobody. Give at least one person."))


class TooManyNamed(BulkError):
    """More people than one run takes."""


class NotReady(BulkError):
    """The list is under work, or was carried out."""

    def __init__(self) -> None:
        super().__init__(_("This list is under work or was carried out already. Look at it again."))


class CannotUndo(BulkError):
    """What the run did stands."""
