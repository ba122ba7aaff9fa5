"""Courses as the catalogue says them: ``{% load website_text %}``."""

from django import template

from centre.templatetags.centre_text import hours
from courses.models import Course

register = template.Library()


@register.filter
def kind(course: Course) -> str:
    """ "Training, 6 academic hours. In person. Service orientation": in one call, for a list says it thirty times."""
    words = (Course.Format(course.format), Course.Delivery(course.delivery), Course.Block(course.block))
    form, delivery, block = (word.label for word in words)
    return f"{form}, {hours(course.academic_hours)}. {delivery}. {block}"
