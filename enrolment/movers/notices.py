"""Which messages moves of people bring about; `enrolment.movers.letters` says what they become."""

from collections.abc import Collection, Iterable
from datetime import datetime

from enrolment.models import Enrolment
from enrolment.notices import about, moment_part
from notifications.actions import PlannedMessage
from people.models import Employee, Office

GIVEN_UP, OTHER_POSITION, FOR_HR, ARRIVALS = (
    "seat_given_up_for_leave",
    "audience_left",
    "movers_for_hr",
    "arrivals_with_training",
)


def given_up_message(enrolment: Enrolment) -> PlannedMessage:
    version = enrolment.session.version if enrolment.session else 1
    part = moment_part(enrolment.ended_at) if enrolment.ended_at else ""
    return PlannedMessage(GIVEN_UP, enrolment.trainee_id, about(enrolment.pk), version=version, part=part)


def other_position_messages(enrolments: Iterable[Enrolment], at: datetime) -> list[PlannedMessage]:
    return [
        PlannedMessage(OTHER_POSITION, one.trainee_id, about(one.pk), part=f"{at:%Y%m%dT%H%M%S}")
        for one in enrolments
    ]


def hr_messages(
    admins: Iterable[Employee],
    *,
    given_up: Collection[int],
    outside: Collection[int],
    at: datetime,
) -> list[PlannedMessage]:
    """One message a list of staff to each; the collections are keys of enrolments."""
    return [
        PlannedMessage(
            FOR_HR,
            admin.pk,
            "movers",
            part=f"{at:%Y%m%dT%H%M%S%f}",
            context={"given_up": sorted(given_up), "outside": sorted(outside)},
        )
        for admin in admins
    ]


def arrival_message(head: int, office: Office, people: Collection[int], at: datetime) -> PlannedMessage:
    return PlannedMessage(
        ARRIVALS,
        head,
        f"office:{office.pk}",
        part=f"{at:%Y%m%dT%H%M%S%f}",
        context={"people": sorted(people)},
    )
