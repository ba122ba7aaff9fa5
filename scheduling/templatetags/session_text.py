"""How a session's state and dates look on every page: ``{% load session_text %}``."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from centre.templatetags.centre_text import status
from scheduling.models import Session

register = template.Library()

STATES = {
    "draft": (_("draft"), "neutral"),
    "open": (_("open for enrolment"), "info"),
    "confirmed": (_("confirmed"), "good"),
    "running": (_("running"), "wait"),
    "finished": (_("finished, sheet open"), "wait"),
    "closed": (_("sheet closed"), "neutral"),
    "cancelled": (_("cancelled"), "bad"),
}


@register.simple_tag
def session_state(session: Session) -> SafeString:
    """The state as the clock completes it, as a word with an icon."""
    word, tone = STATES[session.state]
    return status(str(word), tone)


def state_word(session: Session) -> str:
    """The state as a word alone, for files."""
    return str(STATES[session.state][0])
