"""The letters about seats without a name: made of the facts of the moment they leave, or not true any more (None)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.models import Reservation
from enrolment.reservations.notices import CANCELLED, ENDING
from enrolment.reservations.using import released_at
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from scheduling.models import Session


def reservation_of(message: Message) -> Reservation | None:
    key = message.subject.partition(":")[2]
    return Reservation.objects.select_related("office", "session__course").filter(pk=key).first()


def ending(message: Message) -> Letter | None:
    """Not sent once the seats have names, were given back, or are kept longer after a move."""
    kept = reservation_of(message)
    if kept is None or kept.ended_at or not kept.seats or kept.session.version != message.version:
        return None
    session = kept.session
    words = {
        "count": kept.seats,
        "course": session.course.title,
        "date": short_day(session.starts_at),
        "whom": kept.whom,
    }
    title = ngettext(
        "%(count)s unnamed seat is released tomorrow: %(course)s, %(date)s",
        "%(count)s unnamed seats are released tomorrow: %(course)s, %(date)s",
        kept.seats,
    )
    news = ngettext(
        "In “%(course)s” %(count)s seat is still kept without a name for: %(whom)s.",
        "In “%(course)s” %(count)s seats are still kept without a name for: %(whom)s.",
        kept.seats,
    )
    return Letter(
        title=title % words,
        paragraphs=(
            hello(message.recipient),
            news % words,
            full_moment(session.starts_at),
            _("Until %(until)s you may send people by name. After that the seats are free for everybody.")
            % {"until": when(released_at(session, Policy.objects.current()))},
        ),
        button=Button(_("Look at the session"), session.get_absolute_url()),
        deadline=session.starts_at,
    )


def cancelled(message: Message) -> Letter | None:
    kept = reservation_of(message)
    if kept is None or kept.session.status != Session.Status.CANCELLED:
        return None
    session = kept.session
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    return Letter(
        title=_("Cancelled, and with it your kept seats: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("The session “%(course)s” will not take place.") % words,
            full_moment(session.starts_at),
            _("Reason: %(reason)s") % {"reason": session.cancelled_because},
            _("The seats that were kept for %(whom)s are gone with it. You may keep seats on another date.")
            % {"whom": kept.whom},
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(ENDING, ending, gettext_lazy("unnamed seats released tomorrow"))
    kinds.register(CANCELLED, cancelled, gettext_lazy("session with unnamed seats cancelled"))
