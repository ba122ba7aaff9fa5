"""Keeping a programme with its steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from centre.actions import action
from centre.errors import Refusal
from courses.models import Course, Programme, ProgrammeStep


class WrongSteps(Refusal):
    """Steps in an order that nobody could follow."""


@dataclass(frozen=True)
class PlannedStep:
    course: Course
    is_required: bool


@action
def keep_steps(programme: Programme, steps: Sequence[PlannedStep]) -> Programme:
    """Give the programme these steps, in this order, instead of those it had.

    Raises:
        WrongSteps: a course stands twice, or before another that must be completed first.
    """
    programme = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    refuse_wrong_order([step.course for step in steps])
    programme.steps.all().delete()
    ProgrammeStep.objects.bulk_create(
        ProgrammeStep(programme=programme, number=number, course=step.course, is_required=step.is_required)
        for number, step in enumerate(steps, start=1)
    )
    return programme


def refuse_wrong_order(courses: Sequence[Course]) -> None:
    place: dict[int, int] = {}
    for number, course in enumerate(courses):
        if course.pk in place:
            raise WrongSteps(_("The course “%(course)s” stands twice. Leave it once.") % {"course": course})
        place[course.pk] = number
    titles = {course.pk: course.title for course in courses}
    before = Course.prerequisites.through.objects.filter(from_course__in=place, to_course__in=place)
    for later, earlier in before.order_by("pk").values_list("from_course", "to_course"):
        if place[later] < place[earlier]:
            raise WrongSteps(
                _("“%(earlier)s” must be completed before “%(later)s”: put it first.")
                % {"earlier": titles[earlier], "later": titles[later]}
            )
