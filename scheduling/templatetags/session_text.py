"""How a session's state and dates look on every page: ``{% load session_text %}``."""

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from centre.templatetags.centre_text import status
from people.models import Employee
from scheduling.models import Assignment, Session

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

ANSWERS = {
    Assignment.State.ASKED: (_("answer awaited"), "wait"),
    Assignment.State.ACCEPTED: (_("accepted"), "good"),
    Assignment.State.DECLINED: (_("declined"), "bad"),
}


@register.simple_tag
def session_state(session: Session) -> SafeString:
    """The state as the clock completes it, as a word with an icon."""
    word, tone = STATES[session.state]
    return status(str(word), tone)


def state_word(session: Session) -> str:
    """The state as a word alone, for files."""
    return str(STATES[session.state][0])


@register.simple_tag
def answer_of(answers: Mapping[int, Assignment], person: Employee) -> SafeString:
    """What the trainer has answered, after their name; nothing when they were not asked."""
    row = answers.get(person.pk)
    if row is None:
        return SafeString("")
    if row.is_overdue:
        return format_html(" {}", status(str(_("has not answered")), "bad"))
    word, tone = ANSWERS[Assignment.State(row.state)]
    return format_html(" {}", status(str(word), tone))
