"""The state page's sentences: ``{% load state_text %}``."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# What is typed or read as it stands: a command with its words, a path, the name of a table, of a program.
AS_IT_STANDS = re.compile(
    r"((?:systemctl status|manage\.py)(?: [a-z][\w-]+)+|[\w.-]*[/_][\w./-]*\w|Redis|PostgreSQL)", re.ASCII
)


@register.filter
def with_commands(sentence: object) -> SafeString:
    """The sentence with its commands, paths and names set apart, in no language."""
    parts = AS_IT_STANDS.split(str(sentence))
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<code translate="no">{}</code>', part) if place % 2 else part,)
            for place, part in enumerate(parts)
        ),
    )
