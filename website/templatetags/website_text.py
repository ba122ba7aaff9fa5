"""Courses as the catalogue says them: ``{% load website_text %}``."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from centre.templatetags.centre_text import hours_in_short
from courses.models import Course, way_of_teaching

register = template.Library()


@register.simple_tag
def kind(block: str, form: str, delivery: str, academic_hours: int) -> SafeString:
    """ "Training, in person, 6 academic hours" over "Service orientation"."""
    way, length = way_of_teaching(form, delivery), hours_in_short(academic_hours)
    return format_html("{}, {}<br>{}", way, length, Course.Block(block).label)
