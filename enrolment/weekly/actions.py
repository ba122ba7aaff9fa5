"""Telling heads of their week, once."""

from datetime import datetime

from django.utils import timezone

from centre.actions import action
from centre.models import Policy
from centre.working_days import working_days
from enrolment.weekly.facts import weeks_of
from enrolment.weekly.notices import about, week_messages
from notifications.actions import plan_messages
from notifications.models import Message


@action
def tell_of_the_week(now: datetime) -> int:
    """Plan the week's letter to each who leads an office and has something to be told, and return to how many.

    On the week's first working day, to leave in the morning; after days without the beat on the day it comes back. Who
    stands in for a head at that moment gets it instead. Doing it again in the same week changes nothing.
    """
    today = timezone.localdate(now)
    if Message.objects.about(about(today)).exists() or not working_days(today, today):
        return 0
    people = weeks_of(now)
    zone = timezone.get_default_timezone()
    morning = datetime.combine(today, Policy.objects.current(now).quiet_until, tzinfo=zone)
    plan_messages(week_messages(people, today, max(now, morning)))
    return len(people)
