"""Refusals of scheduling, and what its broken constraints tell people."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from centre.errors import Refusal, explains

if TYPE_CHECKING:
    from scheduling.checks import Finding
    from scheduling.models import Booking


class SchedulingError(Refusal):
    """A plan that cannot be carried out, because of the `findings` where there are any."""

    findings: "Sequence[Finding]" = ()


class RoomTaken(SchedulingError):
    """The room has another booking at that time."""


class PersonBusy(SchedulingError):
    """The trainer or trainee has another booking at that time."""


class StalePlan(SchedulingError):
    """Somebody else changed the session since the planner's page was made."""


class NotAsShown(SchedulingError):
    """The step would do something else than its preview said."""


class WrongState(SchedulingError):
    """The session's state does not allow the step."""


class SeatsTaken(SchedulingError):
    """Fewer seats than people who hold one."""


class NotPlannable(SchedulingError):
    """The plan breaks rules; each finding is a sentence."""

    def __init__(self, findings: "Sequence[Finding]") -> None:
        self.findings = list(findings)
        super().__init__(" ".join(finding.message for finding in self.findings))


class NeedsReason(SchedulingError):
    """The plan breaks soft limits, which a written reason allows; each finding is a sentence (rule 3)."""

    def __init__(self, findings: "Sequence[Finding]") -> None:
        self.findings = list(findings)
        sentences = " ".join(finding.message for finding in self.findings)
        super().__init__(
            _("%(findings)s Write why it has to be so, or plan it differently.") % {"findings": sentences}
        )


# PostgreSQL's words: … conflicts with existing key (…)=([5,6), ["2026-12-08 07:00:00+00","2026-12-08 10:00:00+00")).
EXISTING_KEY = re.compile(
    r'existing key .*=\(\[(?P<subject>\d+),\d+\), \["(?P<start>[^"]+)","(?P<end>[^"]+)"\)\)'
)


def other_booking(detail: str, subject: str) -> "Booking | None":
    """The booking that stood in the way, from the detail of a violated exclusion constraint."""
    from scheduling.models import Booking

    if not (found := EXISTING_KEY.search(detail)):
        return None
    period = (datetime.fromisoformat(found["start"]), datetime.fromisoformat(found["end"]))
    return (
        Booking.objects.filter(**{f"{subject}_id": int(found["subject"]), "period": period})
        .select_related("meeting__session__course", "room", "person")
        .first()
    )


def booked_words(booking: "Booking") -> dict[str, str]:
    """Day, times and course of a booking, for sentences."""
    starts_at, ends_at = (
        timezone.localtime(at) for at in (booking.meeting.starts_at, booking.meeting.ends_at)
    )
    return {
        "day": formats.date_format(starts_at, "j E" if get_language() == "ru" else "j F"),
        "start": formats.time_format(starts_at, "H:i"),
        "end": formats.time_format(ends_at, "H:i"),
        "course": booking.meeting.session.course.title,
    }


@explains("booking_one_room_at_a_time")
def room_taken(detail: str) -> Exception:
    if (booking := other_booking(detail, "room")) is None:
        return RoomTaken(_("The room has just been booked by somebody else. Choose another room or time."))
    return RoomTaken(
        _(
            "%(room)s is already booked on %(day)s from %(start)s to %(end)s: “%(course)s”. "
            "Choose another room or time."
        )
        % {"room": booking.room, **booked_words(booking)}
    )


@explains("booking_one_person_at_a_time")
def person_busy(detail: str) -> Exception:
    booking = other_booking(detail, "person")
    if booking is None or booking.person is None:
        return PersonBusy(_("Somebody of the group has just been booked elsewhere. Choose another time."))
    return PersonBusy(
        _(
            "%(person)s is already booked on %(day)s from %(start)s to %(end)s: “%(course)s”. "
            "Choose another time."
        )
        % {"person": booking.person.short_name, **booked_words(booking)}
    )


@explains("meeting_one_of_a_session_at_a_time")
def meetings_overlap(detail: str) -> Exception:
    return SchedulingError(_("Two meetings of the session overlap. Give each its own time."))


@explains("meeting_ends_after_start")
def meeting_backwards(detail: str) -> Exception:
    return SchedulingError(_("A meeting must end after it starts. Correct its times."))
