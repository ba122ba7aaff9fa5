"""The columns of the staff's list of courses."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from centre.functions import SortKey
from centre.listing import Column
from courses.models import Course


def group_size(course: Course) -> str:
    return f"{course.group_min}–{course.group_max}" if course.group_max else ""


COURSE_COLUMNS = (
    Column(
        "title",
        _("Course"),
        lambda course: course.title,
        order=(SortKey("title").asc(),),
        link=lambda course: reverse("courses:course_edit", args=[course.code]),
    ),
    Column("code", _("Code"), lambda course: course.code, order=("code",), keeps_line=True),
    Column("block", _("Block"), lambda course: str(course.get_block_display()), order=("block",)),
    Column(
        "topic", _("Topic"), lambda course: str(course.get_topic_display()), order=("topic",), is_extra=True
    ),
    Column(
        "format",
        _("Format"),
        lambda course: str(course.get_format_display()),
        order=("format",),
        is_extra=True,
    ),
    Column(
        "delivery",
        _("How it is taught"),
        lambda course: str(course.get_delivery_display()),
        order=("delivery",),
    ),
    Column(
        "hours", _("Hours"), lambda course: course.academic_hours, order=("academic_hours",), is_number=True
    ),
    Column(
        "meetings",
        _("Meetings"),
        lambda course: course.meetings,
        order=("meetings",),
        is_number=True,
        is_extra=True,
    ),
    Column("group", _("Group"), group_size, order=("group_max", "group_min"), is_number=True),
    Column(
        "repeat",
        _("Repeated after, months"),
        lambda course: course.repeat_months,
        order=("repeat_months",),
        is_number=True,
        is_extra=True,
    ),
    Column(
        "mandatory",
        _("Mandatory"),
        lambda course: course.is_mandatory,
        order=("is_mandatory",),
        template="courses/_mandatory_cell.html",
    ),
    Column(
        "archived",
        _("In the archive"),
        lambda course: course.is_archived,
        order=("is_archived",),
        is_extra=True,
    ),
)
