"""The frame of a page, for base.html: ``{% load frame %}``."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from website import frame

register = template.Library()


@register.simple_tag(takes_context=True)
def page_head(context: Context) -> SafeString:
    """Icon, styles and scripts of every page."""
    return frame.head(context["request"], context["theme"])


@register.simple_tag(takes_context=True)
def site_header(context: Context) -> SafeString:
    return frame.header(context["request"], context["csrf_token"])


@register.simple_tag(takes_context=True)
def session_note(context: Context) -> SafeString:
    """Nothing before signing in."""
    request = context["request"]
    return (
        frame.session_note(request, context["csrf_token"]) if request.user.is_authenticated else SafeString()
    )


@register.simple_tag(takes_context=True)
def site_footer(context: Context) -> SafeString:
    return frame.footer(context["request"], context["theme"], context["csrf_token"])
