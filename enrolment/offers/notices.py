"""Which messages offers plan; `enrolment.offers.letters` says what they become."""

from collections.abc import Iterable

from django.utils import timezone

from enrolment.models import Enrolment
from enrolment.notices import about, moment_part
from notifications.actions import PlannedMessage
from scheduling.models import Session

OFFERED, LAPSED = "seat_offered", "offer_lapsed"


def offer_messages(enrolment: Enrolment, session: Session) -> list[PlannedMessage]:
    """The news of an offer; each is other news. In the quiet hours it waits, as its hours do."""
    return [
        PlannedMessage(
            OFFERED,
            enrolment.trainee_id,
            about(enrolment.pk),
            version=session.version,
            part=moment_part(timezone.now()),
        )
    ]


def lapsed_messages(enrolments: Iterable[Enrolment], session: Session) -> list[PlannedMessage]:
    """The news that nobody answered in time, and that the seat has gone on."""
    return [
        PlannedMessage(
            LAPSED,
            one.trainee_id,
            about(one.pk),
            version=session.version,
            part=moment_part(one.ended_at or timezone.now()),
        )
        for one in enrolments
    ]
