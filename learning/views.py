"""Studying alone: start a self-paced course, read its materials, finish it. Everybody sees only their own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.http import require_form
from courses.models import Course
from enrolment.actions import start_course
from enrolment.errors import EnrolmentError
from enrolment.models import Ending, Enrolment
from learning.actions import (
    acknowledge,
    mark_read,
    passing_score,
    sit_test,
    test_questions,
    wrongly_answered,
)
from learning.errors import LearningError, NoTestYet
from learning.forms import TestForm
from learning.models import Attempt
from learning.progress import Progress, materials_of
from learning.text import to_html
from people.requests import UserRequest


@login_required
@require_POST
def start(request: UserRequest, code: str) -> HttpResponse:
    course = get_object_or_404(
        Course.objects.offered().filter(delivery=Course.Delivery.SELF_PACED), code=code
    )
    try:
        start_course(request.user, course)
    except EnrolmentError as error:
        messages.error(request, str(error))
        return redirect(course)
    return redirect("learning:study", code)


@login_required
@require_safe
def study(request: UserRequest, code: str) -> HttpResponse:
    enrolment = own_enrolment(request, code)
    materials = list(materials_of(enrolment))
    progress = Progress.of(materials)
    attempt = enrolment.attempts.last() if enrolment.course.is_scored else None
    context = {
        "enrolment": enrolment,
        "course": enrolment.course,
        "materials": materials,
        "progress": progress,
        "next_material": next((material for material in materials if not material.is_read), None),
        "attempt": attempt,
        "completion": None if enrolment.is_live else own_completion(enrolment),
        **test_context(enrolment, attempt, is_read=progress.is_complete),
    }
    return render(request, "learning/study.html", context)


@login_required
@require_safe
def material(request: UserRequest, code: str, number: int) -> HttpResponse:
    enrolment = own_enrolment(request, code)
    materials = list(materials_of(enrolment))
    position = next((place for place, each in enumerate(materials) if each.number == number), None)
    if position is None:
        return redirect("learning:study", code)
    shown = materials[position]
    context = {
        "enrolment": enrolment,
        "course": enrolment.course,
        "material": shown,
        "html": to_html(shown.text),
        "position": position + 1,
        "total": len(materials),
        "read_count": sum(each.is_read for each in materials),
        "previous": materials[position - 1] if position else None,
        "next": materials[position + 1] if position + 1 < len(materials) else None,
    }
    return render(request, "learning/material.html", context)


@login_required
@require_POST
def read(request: UserRequest, code: str, number: int) -> HttpResponse:
    enrolment = own_enrolment(request, code)
    mark_read(enrolment, get_object_or_404(enrolment.course.materials, number=number))
    following = enrolment.course.materials.filter(number__gt=number).order_by("number").first()
    if following:
        return redirect("learning:material", code, following.number)
    return redirect("learning:study", code)


@login_required
@require_POST
def finish(request: UserRequest, code: str) -> HttpResponse:
    enrolment = own_enrolment(request, code)
    try:
        acknowledge(enrolment)
    except (LearningError, EnrolmentError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The course is finished. Well done!"))
    return redirect("learning:study", code)


@login_required
@require_form
def test(request: UserRequest, code: str) -> HttpResponse:
    enrolment = own_enrolment(request, code)
    if not enrolment.is_live:
        return redirect("learning:study", code)
    try:
        questions = test_questions(enrolment.course)
    except NoTestYet as error:
        messages.info(request, str(error))
        return redirect("learning:study", code)

    form = TestForm(questions, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            attempt = sit_test(enrolment, form.answers)
        except (LearningError, EnrolmentError) as error:
            messages.error(request, str(error))
        else:
            if attempt.score >= passing_score(enrolment.course):
                passed = _("The test is passed with %(score)s%%. Well done!")
                messages.success(request, passed % {"score": attempt.score})
        return redirect("learning:study", code)
    if not Progress.of(materials_of(enrolment)).is_complete:
        messages.info(request, _("The test opens when all the materials are read."))
        return redirect("learning:study", code)
    context = {"course": enrolment.course, "form": form, "count": len(questions)}
    return render(
        request, "learning/test.html", {**context, "passing_score": passing_score(enrolment.course)}
    )


# --- what the views share -------------------------------------------------------------------------


def own_enrolment(request: UserRequest, code: str) -> Enrolment:
    """The reader's enrolment in the self-paced course: the live one, otherwise the last one finished; or 404."""
    studied = Enrolment.objects.filter(
        trainee=request.user,
        course__code=code,
        session__isnull=True,
        ended_because__in=[Ending.LIVE, Ending.FINISHED],
    ).select_related("course")
    # The live one has no end, and there is at most one.
    return get_object_or_404(studied.order_by("-ended_at")[:1])


def own_completion(enrolment: Enrolment) -> object:
    return enrolment.trainee.completions.filter(course=enrolment.course).first()


def test_context(enrolment: Enrolment, attempt: Attempt | None, *, is_read: bool) -> dict[str, object]:
    """Whether the test can be taken now, and what to look at again after an attempt that did not pass."""
    course = enrolment.course
    if not (enrolment.is_live and course.is_scored):
        return {}
    try:
        questions = test_questions(course)
    except NoTestYet as error:
        return {"test_is_missing": str(error)}
    answers = {int(question): choice for question, choice in (attempt.answers if attempt else {}).items()}
    return {
        "test_is_open": is_read,
        "question_count": len(questions),
        "passing_score": passing_score(course),
        "to_repeat": wrongly_answered(questions, answers) if attempt else [],
    }
