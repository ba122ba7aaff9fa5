"""Courses as the catalogue says them: ``{% load website_text %}``."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from centre.templatetags.centre_text import hours_in_short
from courses.models import Course

register = template.Library()


@register.filter
def kind(course: Course) -> SafeString:
    """ "Training, in person, 6 academic hours" over "Service orientation"; in one call, a list says it thirty times."""
    return format_html(
        "{}, {}<br>{}", course.way, hours_in_short(course.academic_hours), Course.Block(course.block).label
    )
