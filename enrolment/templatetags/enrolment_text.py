"""Seats and places as people say them: ``{% load enrolment_text %}``."""

from django import template
from django.utils.translation import gettext as _

from enrolment.conditions import Unmet
from enrolment.models import EnrolmentEntry
from enrolment.panels import seats_words

register = template.Library()


register.simple_tag(seats_words, name="seats_left")


@register.filter
def unmet_title(unmet: Unmet) -> str:
    """The heading above what stands in the way."""
    match unmet.code:
        case "closed":
            return _("Enrolment is closed")
        case "completed":
            return _("Already completed")
        case "enrolled":
            return _("You have another date")
        case "audience":
            return _("A course for other positions")
        case "prerequisites":
            return _("Something comes before it")
        case "archived":
            return _("Not offered any more")
        case "clash" | "travel":
            return _("You are busy at that time")
        case _other:
            return _("You cannot enrol yet")


@register.filter
def kind_words(kind: str) -> str:
    """The line of an enrolment's story in words."""
    return str(EnrolmentEntry.Kind(kind).label)
