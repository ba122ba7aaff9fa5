"""What the audit forgets."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from audit.models import LOOKS_KEPT_YEARS, AccessRecord


@shared_task
def forget_old_looks() -> int:
    """Delete what was kept long enough of who looked at whom, and return how many rows; changes are kept for ever."""
    # A day more than the trigger asks for: leap years.
    oldest = timezone.now() - timedelta(days=LOOKS_KEPT_YEARS * 366)
    return AccessRecord.objects.filter(at__lt=oldest).delete()[0]
