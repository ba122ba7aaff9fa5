"""The staff's pages of courses: list, a course, its archive."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from centre.http import require_form
from centre.listing import Listing
from centre.previews import SHOWN, facts_before, is_row_sent
from centre.undoing import Undo, say_done
from courses import signals
from courses.columns import COURSE_COLUMNS
from courses.forms import CourseFilters, CourseForm
from courses.models import Course
from people.requests import UserRequest


@login_required
@permission_required("courses.change_course", raise_exception=True)
@require_safe
def course_list(request: UserRequest) -> HttpResponseBase:
    filters = CourseFilters(request.GET)
    courses = Course.objects.defer("description", "search_russian", "search_simple")
    found = filters.apply(courses.prefetch_related("audience", "prerequisites"))
    listing = Listing(request, found, COURSE_COLUMNS, name=_("Courses"))
    context = {"filters": filters, "may_add": request.user.has_perm("courses.add_course")}
    return listing.respond("courses/course_list.html", context)


@login_required
@permission_required("courses.add_course", raise_exception=True)
@require_form
def course_new(request: UserRequest) -> HttpResponse:
    form = CourseForm(request.POST if request.method == "POST" else None)
    form.cancel_url = reverse("courses:course_list")
    if request.method == "POST" and form.is_valid():
        course = form.save()
        messages.success(request, _("The course “%(course)s” is in the catalogue.") % {"course": course})
        return redirect("courses:course_edit", course.code)
    return render(request, "courses/course_form.html", {"form": form, "course": None})


@login_required
@permission_required("courses.change_course", raise_exception=True)
@require_form
def course_edit(request: UserRequest, code: str) -> HttpResponse:
    course = get_object_or_404(Course, code=code)
    form = CourseForm(request.POST if request.method == "POST" else None, instance=course)
    form.cancel_url = reverse("courses:course_list")
    made = None
    if is_row_sent(request, form):
        shown, facts = request.POST.get(SHOWN, ""), facts_before(form)
        answers: list[tuple[Any, Any]] = signals.changing_course.send(
            sender=Course, change=form.save, shown=shown, facts=facts
        )
        [(_receiver, made)] = answers
    if made and made.is_done:
        messages.success(request, _("The course is saved."))
        return redirect("courses:course_edit", course.code)
    context = {
        "trial": made,
        "form": form,
        "course": course,
        "edits_materials": edits_materials(request),
        "required_for": course.required_for.all(),
        "programmes": course.programmes.all() if request.user.has_perm("courses.view_programme") else (),
    }
    return render(request, "courses/course_form.html", context)


@login_required
@permission_required("courses.change_course", raise_exception=True)
@require_POST
def course_archive(request: UserRequest, code: str) -> HttpResponse:
    """Take the course from the catalogue or bring it back; what was planned or completed stays."""
    course = get_object_or_404(Course, code=code)
    course.is_archived = "archive" in request.POST
    course.save(update_fields=["is_archived"])
    sentence = (
        _("The course “%(course)s” is in the archive.")
        if course.is_archived
        else _("The course “%(course)s” is in the catalogue.")
    )
    # The form of the same page with the other word.
    back = {} if course.is_archived else {"archive": ""}
    say_done(request, sentence % {"course": course}, Undo(request.path, back))
    return redirect("courses:course_edit", course.code)


def edits_materials(request: UserRequest) -> bool:
    """Materials are edited on the administration pages."""
    return request.user.is_staff and request.user.has_perm("courses.change_material")
