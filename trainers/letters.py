"""What a trainer hears of a request for leave."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from trainers.models import LeaveRequest


def leave_decided(message: Message) -> Letter | None:
    key = int(message.subject.partition(":")[2])
    request = LeaveRequest.objects.filter(pk=key, state__in=["granted", "refused"]).first()
    if request is None:
        return None
    words = {"first": date_format(request.starts_on), "last": date_format(request.ends_on)}
    if request.state == LeaveRequest.State.GRANTED:
        title, news = _("Leave granted: %(first)s – %(last)s"), _("Your leave is granted.")
    else:
        title, news = _("Leave refused: %(first)s – %(last)s"), _("Your leave is refused.")
    days = _("Days: %(first)s – %(last)s") % words
    why = [_("Reason: %(reason)s") % {"reason": request.why}] if request.why else []
    return Letter(
        title=title % words,
        paragraphs=(hello(message.recipient), news, days, *why),
        button=Button(_("Open my desk"), reverse("enrolment:desk")),
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register("leave_decided", leave_decided, gettext_lazy("answer to a request for leave"))
