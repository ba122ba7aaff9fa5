"""Words about messages: ``{% load message_text %}``."""

from django import template
from django.template.defaultfilters import linebreaksbr, urlize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from notifications.kinds import name_of
from notifications.models import Message

register = template.Library()


@register.filter
def kind_name(message: Message) -> str:
    """What staff call the message's kind."""
    return name_of(message.kind)


@register.filter
def as_block(paragraph: str) -> SafeString:
    """A paragraph of a letter in HTML: a line that ends in a colon is a heading, several lines under it are a list."""
    heading, *lines = paragraph.split("\n")
    if not heading.endswith(":") or len(lines) == 1:
        return format_html("<p>{}</p>", linebreaksbr(urlize(paragraph)))
    items = format_html_join("", "<li>{}</li>", ((urlize(line),) for line in lines))
    return format_html(
        "<p><strong>{}</strong></p>{}", heading, format_html("<ul>{}</ul>", items) if items else ""
    )
