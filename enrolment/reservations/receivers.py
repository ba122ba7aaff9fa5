"""What kept seats do with the news of scheduling, inside the transaction that makes it."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from enrolment.models import Reservation
from enrolment.reservations.notices import about, cancelled_messages
from notifications.actions import plan_messages, withdraw_messages
from scheduling import signals
from scheduling.models import Session


@receiver(signals.sessions_cancelled)
def end_reservations(sessions: list[Session], **kwargs: Any) -> None:
    """A cancelled session keeps no seats, and whoever leads the office learns it; so does one that was joined."""
    standing = list(Reservation.objects.standing().filter(session__in=sessions).select_related("office"))
    withdraw_messages(about(one.pk) for one in standing)
    Reservation.objects.filter(pk__in=[one.pk for one in standing]).update(ended_at=timezone.now())
    plan_messages(message for one in standing if one.seats for message in cancelled_messages(one))
