"""The end of wishes, whatever brings it about."""

from django.utils import timezone

from enrolment.interest.models import Interest, InterestQuerySet
from enrolment.interest.notices import about
from notifications.actions import withdraw_messages


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
