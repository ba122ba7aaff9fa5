"""The end of wishes, whatever brings it about."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef
from django.utils import timezone

from enrolment.interest.models import Interest, InterestQuerySet
from enrolment.interest.notices import about
from enrolment.models import Enrolment, Seat
from notifications.actions import withdraw_messages


def enrolled() -> Exists:
    """Of a wish: its person holds a seat in the course, waits, or asks. An offer is none yet."""
    live = Enrolment.objects.live().filter(trainee=OuterRef("trainee"), course=OuterRef("course"))
    return Exists(live.exclude(seat=Seat.OFFERED))


def end_fulfilled(people: Collection[int]) -> list[Interest]:
    """End the wishes of these people that an enrolment stands for by now; the caller holds their locks."""
    wishes = Interest.objects.live().filter(enrolled(), trainee__in=people)
    return end_wishes(wishes, Interest.Ending.ENROLLED)


def end_wishes(wishes: InterestQuerySet, ending: Interest.Ending) -> list[Interest]:
    """End these live wishes and withdraw what was still to be told about them; the caller holds the persons' locks."""
    rows = list(wishes)
    if not rows:
        return []
    now = timezone.now()
    for row in rows:
        row.end(ending, now)
    Interest.objects.bulk_update(rows, ["ended_because", "ended_at"], batch_size=500)
    withdraw_messages(about(row.pk) for row in rows)
    return rows
