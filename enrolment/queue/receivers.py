"""When the terms of obligations are counted anew: after the commit of what moves them, and once a night."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from accounts.signals import staff_changed
from courses.models import Course
from enrolment.queue.actions import refresh_due_days
from people.models import Employment
from records.models import Completion


@receiver(staff_changed)
def count_after_the_staff_list(
    hired: list[int], changed: list[int], returned: list[int], **kwargs: Any
) -> None:
    people = {*hired, *changed, *returned}
    if people:
        after_commit(people=people)


@receiver([post_save, post_delete], sender=Employment)
@receiver([post_save, post_delete], sender=Completion)
def count_for_the_person(instance: Employment | Completion, **kwargs: Any) -> None:
    """One row by hand. Lists are written many at a time and tell it themselves."""
    if not kwargs.get("raw"):
        person = instance.employee_id if isinstance(instance, Employment) else instance.trainee_id
        after_commit(people={person})


@receiver(post_save, sender=Course)
def count_for_the_course(instance: Course, created: bool, raw: bool, **kwargs: Any) -> None:
    if not created and not raw:
        after_commit(course=instance.pk)


@receiver(m2m_changed, sender=Course.audience.through)
def count_for_the_audience(instance: Any, action: str, **kwargs: Any) -> None:
    if action.startswith("post_") and isinstance(instance, Course):
        after_commit(course=instance.pk)


def after_commit(**whose: Any) -> None:
    """In a transaction of its own, so that nothing waits for it; what fails here, the night mends."""
    transaction.on_commit(partial(refresh_due_days, **whose), robust=True)
