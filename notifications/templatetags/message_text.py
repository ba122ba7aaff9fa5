"""Words about messages: ``{% load message_text %}``."""

from django import template

from notifications.kinds import name_of
from notifications.models import Message

register = template.Library()


@register.filter
def kind_name(message: Message) -> str:
    """What staff call the message's kind."""
    return name_of(message.kind)
