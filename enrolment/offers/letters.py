"""The letters of offers: each is made of the facts of the moment it leaves, or is not true any more (None)."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrolment.letters import enrolment_of, facts_of
from enrolment.models import Ending, Seat
from enrolment.offers.links import accept_path, decline_path
from enrolment.offers.notices import LAPSED, OFFERED
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import full_moment, short_day
from scheduling.models import Session
from scheduling.timetables import sittings_of, timetable_of


def offered(message: Message) -> Letter | None:
    """The term with day, hour and zone, and both answers; not once it is answered or over."""
    facts = facts_of(message)
    if facts is None or facts.enrolment.seat != Seat.OFFERED:
        return None
    until = facts.enrolment.offer_until
    if until is None or until <= facts.now:
        return None
    words = {"course": facts.course, "date": short_day(facts.session.starts_at)}
    return Letter(
        title=_("A seat is offered to you, please answer: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _("A seat in “%(course)s” has become free, and you are next in the queue.") % words,
            *timetable_of(facts.session, sittings_of(facts.session)),
            "\n".join([_("We keep the seat for you until:"), full_moment(until)]),
            _("Accept it or decline it. Without an answer it goes to the next in the queue."),
        ),
        button=Button(_("Accept the seat"), accept_path(facts.enrolment)),
        other=Button(_("Decline the seat"), decline_path(facts.enrolment)),
        deadline=until,
        is_secret=True,
    )


def lapsed(message: Message) -> Letter | None:
    """That the time to answer is over; not to somebody who is enrolled in the course again meanwhile."""
    enrolment = enrolment_of(message)
    session = enrolment.session if enrolment else None
    if enrolment is None or session is None or enrolment.ended_because != Ending.LAPSED:
        return None
    if session.status not in {Session.Status.OPEN, Session.Status.CONFIRMED} or session.is_over:
        return None
    if message.recipient.enrolments.live().filter(course=enrolment.course_id).exists():
        return None
    words = {"course": session.course.title, "date": short_day(session.starts_at)}
    is_ahead = session.starts_at > timezone.now()
    return Letter(
        title=_("The offered seat went on: %(course)s, %(date)s") % words,
        paragraphs=(
            hello(message.recipient),
            _(
                "You did not answer in time whether you take the seat in “%(course)s”, "
                "and it was passed on. Your enrolment has ended."
            )
            % words,
            full_moment(session.starts_at),
            _("If you still want to come, join the queue again, or choose another date.")
            if is_ahead
            else _("Please choose another date."),
        ),
        button=Button(_("Choose another date"), session.course.get_absolute_url()),
    )


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(OFFERED, offered, gettext_lazy("seat offered from the queue"))
    kinds.register(LAPSED, lapsed, gettext_lazy("offer not answered in time"))
