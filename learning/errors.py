"""Refusals of learning: sentences for the person who studies."""

from centre.errors import Refusal


class LearningError(Refusal):
    """A step of a self-paced course that cannot be taken now; the text says why and what to do."""


class NotRead(LearningError):
    """The course ends after every material is read."""


class NoTestYet(LearningError):
    """The course ends with a test, and the test has no questions yet."""


class NeedsTest(LearningError):
    """The course ends with a test; an acknowledgement is not enough."""
