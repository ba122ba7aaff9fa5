"""The columns of the staff's lists of courses and programmes."""

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from centre.functions import SortKey
from centre.listing import Column
from courses.models import Course, Programme


def group_size(course: Course) -> str:
    return f"{course.group_min}–{course.group_max}" if course.group_max else ""


def audience_of(row: Course | Programme) -> str:
    """For whom; an empty audience is everybody."""
    return "; ".join(position.title for position in row.audience.all()) or gettext("everybody")


def for_whom(row: Course | Programme) -> str:
    count = len(row.audience.all())
    if not count:
        return gettext("everybody")
    return ngettext("%(count)s position", "%(count)s positions", count) % {"count": count}


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
    Column("audience", _("For whom"), audience_of, is_extra=True),
    Column(
        "prerequisites",
        _("To be completed before"),
        lambda course: "; ".join(before.title for before in course.prerequisites.all()),
        is_extra=True,
    ),
)

PROGRAMME_COLUMNS = (
    Column(
        "title",
        _("Programme"),
        lambda programme: programme.title,
        order=(SortKey("title").asc(),),
        link=lambda programme: reverse("courses:programme", args=[programme.code]),
    ),
    Column("code", _("Code"), lambda programme: programme.code, order=("code",), keeps_line=True),
    Column("for_whom", _("For whom"), for_whom),
    Column("audience", _("Positions"), audience_of, is_extra=True),
    Column(
        "begins",
        _("Begins"),
        lambda programme: str(programme.get_trigger_display()),
        order=("trigger",),
    ),
    Column(
        "deadline",
        _("Deadline, days"),
        lambda programme: programme.deadline_days,
        order=("deadline_days",),
        is_number=True,
    ),
    Column(
        "repeat",
        _("Repeated after, months"),
        lambda programme: programme.repeat_months,
        order=("repeat_months",),
        is_number=True,
        is_extra=True,
    ),
    Column("length", _("Courses"), lambda programme: len(programme.steps.all()), is_number=True),
    Column(
        "courses",
        _("Its courses in order"),
        lambda programme: "; ".join(step.course.title for step in programme.steps.all()),
        is_extra=True,
    ),
)
