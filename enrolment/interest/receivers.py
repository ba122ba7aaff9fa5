"""What wishes do with the news of the plan and of the staff, inside the transaction that makes it."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from accounts.signals import staff_changed
from enrolment.interest.ending import end_wishes
from enrolment.interest.models import Interest
from enrolment.interest.offering import offer_dates, unserved
from scheduling import signals
from scheduling.models import Session, SessionStep


@receiver(signals.collecting_persons)
def name_who_wants_the_drafts(opening: Collection[int], **kwargs: Any) -> set[int]:
    """Who is going to be told of these dates, or offered their seats.

    A wish that comes a moment later is locked by `offer_dates`, out of the order: the retry of `@action` ends that.
    """
    if not opening:
        return set()
    courses = Session.objects.filter(pk__in=opening).order_by().values("course")
    return set(unserved(courses).values_list("trainee", flat=True))


@receiver(signals.sessions_published)
def offer_the_new_dates(sessions: list[Session], steps: dict[int, SessionStep], **kwargs: Any) -> None:
    """Planners read before they publish whom it tells: hence here, and not after the commit."""
    offer_dates(sessions, causes={session: step.cause for session, step in steps.items()})


@receiver(staff_changed)
def end_the_wishes_of_leavers(left: list[int], **kwargs: Any) -> None:
    """At once: the list holds the locks of its people, and wishes need no other."""
    if left:
        end_wishes(Interest.objects.live().filter(trainee__in=left).order_by("pk"), Interest.Ending.LEFT)
