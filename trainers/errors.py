"""Refusals about trainers."""

from centre.errors import Refusal


class LeaveError(Refusal):
    """A request for leave that cannot be made, or was decided or withdrawn meanwhile."""
