"""What the centre's own tables need from time to time."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from centre.heartbeats import WORKER, heard
from centre.models import Use

# Longer than any span within which something is counted.
USES_KEPT = timedelta(days=1)


@shared_task
def note_heartbeat() -> None:
    """Say that beat, broker and worker do their work; /readyz and the page of the state show when it was last said."""
    heard(WORKER)


@shared_task
def forget_uses() -> int:
    """Delete counts of spans that are over; return how many."""
    return Use.objects.filter(since__lt=timezone.now() - USES_KEPT).delete()[0]
