"""What the centre's own tables need from time to time."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from centre.models import Heartbeat, Use

# Longer than any span within which something is counted.
USES_KEPT = timedelta(days=1)


@shared_task
def note_heartbeat() -> None:
    """Say that beat, broker and worker do their work; /readyz shows when it was last said."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@shared_task
def forget_uses() -> int:
    """Delete counts of spans that are over; return how many."""
    return Use.objects.filter(since__lt=timezone.now() - USES_KEPT).delete()[0]
