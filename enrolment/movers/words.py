"""Training ahead in words, for the comparison of a staff list."""

from django.utils.translation import gettext as _

from enrolment.models import Enrolment, Seat


def what_ends(enrolment: Enrolment) -> str:
    """What the person has, and would have no more."""
    if enrolment.session is None:
        return _("course at their own pace")
    if enrolment.seat == Seat.HELD:
        return _("seat")
    if enrolment.seat == Seat.OFFERED:
        return _("offered seat")
    if enrolment.seat == Seat.WAITING:
        return _("place in the queue")
    return _("request that awaits a decision")
