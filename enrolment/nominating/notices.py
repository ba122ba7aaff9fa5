"""What is told of a head's decision about who comes."""

from django.utils import timezone

from enrolment.models import Enrolment
from enrolment.notices import about, moment_part
from notifications.actions import PlannedMessage
from notifications.models import Message

NOMINATED, REPLACED = "nominated", "replaced"
# What the seat operation tells by itself: of a person who was sent, the one letter says it all.
SAID_OTHERWISE = ("seat_taken", "seat_given", "queued")


def nominated_message(enrolment: Enrolment, version: int, *, by: int, instead_of: str = "") -> PlannedMessage:
    """The news that somebody sends the trainee; in place of the ordinary news of the seat or the queue."""
    Message.objects.planned().about(about(enrolment.pk)).filter(kind__in=SAID_OTHERWISE).delete()
    return PlannedMessage(
        NOMINATED,
        enrolment.trainee_id,
        about(enrolment.pk),
        version=version,
        context={"by": by, "instead_of": instead_of},
        part=moment_part(timezone.now()),  # who was sent to the queue may come for somebody later
    )


def replaced_message(enrolment: Enrolment, version: int, *, substitute: str) -> PlannedMessage:
    """The news that somebody else comes instead."""
    return PlannedMessage(
        REPLACED,
        enrolment.trainee_id,
        about(enrolment.pk),
        version=version,
        context={"substitute": substitute},
    )
