"""What scheduling answers when courses ask."""

from collections.abc import Callable
from typing import Any

from django.dispatch import receiver
from django.utils.translation import ngettext

from courses.models import Course
from courses.signals import changing_course, changing_delivery
from scheduling.consequences import Trial, change_facts
from scheduling.models import Session

STILL_AHEAD = (Session.Status.DRAFT, Session.Status.OPEN, Session.Status.CONFIRMED)


@receiver(changing_course)
def weigh_course(change: Callable[[], Any], shown: str, facts: object, **kwargs: Any) -> Trial:
    return change_facts(change, shown=shown, facts=facts)


@receiver(changing_delivery)
def sessions_stand_in_the_way(course: Course, **kwargs: Any) -> str:
    count = Session.objects.filter(course=course, status__in=STILL_AHEAD).count()
    if not count:
        return ""
    return ngettext(
        "%(count)s session is planned in the present way. Cancel it or close its sheet first, "
        "or make a new course.",
        "%(count)s sessions are planned in the present way. Cancel them or close their sheets first, "
        "or make a new course.",
        count,
    ) % {"count": count}
