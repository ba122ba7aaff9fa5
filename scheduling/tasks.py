"""What time alone brings about for sessions."""

from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.roles import Role
from centre.models import Policy
from notifications.actions import plan_messages
from notifications.models import Message
from people.models import Employee
from scheduling.notices import TOO_FEW, too_few_messages
from scheduling.too_few import Card, too_few

# A card is remembered as told for as long as a session can be one, and some days more.
TOLD_DAYS = 90


@shared_task
def tell_of_too_few() -> int:
    """Tell HR admins of sessions with too few people, once a stage, all in one message a day; return how many are new.

    Safe to run at any time and as often as one likes: the ledger has one key for a person and a day, and what a message
    named is not told again. What comes later on a day is told on the next, so that a lost run costs nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        cards = [
            card
            for card in too_few(policy=Policy.objects.current(now), now=now).values()
            if not card.is_decided
        ]
        known = told_before(now - timedelta(days=TOLD_DAYS))
        fresh = [key_of(card) for card in cards if key_of(card) not in known]
        if fresh:
            admins = Employee.objects.filter(is_active=True, groups__name=Role.HR_ADMIN).order_by("pk")
            plan_messages(
                too_few_messages(fresh, admins.values_list("pk", flat=True), timezone.localdate(now))
            )
    return len(fresh)


def key_of(card: Card) -> tuple[int, str, str]:
    """A session, its stage, and the day it is about: moved to another day it is asked about anew."""
    return card.standing.session_id, card.stage.value, f"{timezone.localdate(card.standing.starts_at)}"


def told_before(since: datetime) -> set[tuple[int, str, str]]:
    contexts = Message.objects.filter(kind=TOO_FEW, send_after__gte=since).values_list("context", flat=True)
    return {(pk, stage, day) for context in contexts for pk, stage, day in context["cards"]}


@shared_task
def tell_of_silent_trainers() -> int:
    """Tell HR of trainers who have not answered in time, and return how many; safe to run at any time.

    Whether somebody is late follows from the clock and stands among the problems without this task.
    """
    from scheduling.assignments.actions import tell_of_silence

    return tell_of_silence()
