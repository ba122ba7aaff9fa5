"""Numbers of the policy in words: ``{% load policy_text %}``."""

from typing import Any

from django import template

from centre.policy import Number

register = template.Library()


@register.filter
def in_words(number: Number, value: Any) -> str:
    """The value with the number's unit."""
    return number.shown(value)
