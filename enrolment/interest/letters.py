"""The letters about wishes, made of the facts of the moment they leave, or not true any more (None)."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centre.models import Policy
from centre.templatetags.centre_text import when
from enrolment.approvals.needs import needs_approval
from enrolment.conditions import Situation, unmet
from enrolment.interest.models import Interest
from enrolment.interest.notices import DATE_OPENED, ENDED
from enrolment.letters import key_of
from enrolment.models import Enrolment
from enrolment.panels import seats_words
from enrolment.situations import situations
from notifications import kinds
from notifications.kinds import Button, Letter, hello
from notifications.models import Message
from notifications.words import long_date
from scheduling.models import Booking, Session

LISTED = 10


def date_opened(message: Message) -> Letter | None:
    """Each date with what stands in the way of it; none when the wish has ended, or no date is open any more."""
    wish = wish_of(message)
    if wish is None or not wish.is_live:
        return None
    enrolled = Enrolment.objects.live().filter(trainee=wish.trainee_id, course=wish.course_id)
    sessions = dates_for(wish)
    if not sessions or enrolled.exists():
        return None
    state = situations(wish.trainee, sessions, policy=Policy.objects.current())
    words = {"course": wish.course.title}
    is_asked = any(needs_approval(one, wish.trainee) for one in state.values())
    return Letter(
        title=_("There are dates: %(course)s") % words,
        paragraphs=tuple(
            filter(
                None,
                (
                    hello(message.recipient),
                    _("You want to take “%(course)s”, and the training centre has dates now:") % words,
                    "\n".join(date_words(state[session.pk]) for session in sessions),
                    _("Your head is asked about a seat; it is not kept until they decide.")
                    if is_asked
                    else "",
                    _(
                        "Choose a date yourself: nothing is booked without you. "
                        "The day of your wish, %(since)s, counts as the time of your request."
                    )
                    % {"since": long_date(wish.since)},
                ),
            )
        ),
        button=Button(_("Choose a date"), wish.course.get_absolute_url()),
        deadline=max(session.starts_at for session in sessions),
    )


def dates_for(wish: Interest) -> list[Session]:
    sessions = Session.objects.with_course().upcoming().filter(course=wish.course_id)
    if wish.site_id:
        there = Booking.objects.of_rooms().filter(meeting__session=OuterRef("pk"), room__site=wish.site_id)
        sessions = sessions.filter(Exists(there))
    return list(sessions.order_by("starts_at", "pk")[:LISTED])


def date_words(situation: Situation) -> str:
    session = situation.session
    failed = unmet(situation)
    words = {
        "start": when(session.starts_at),
        "seats": seats_words(session.seats, situation.seats_gone, situation.waiting),
    }
    if failed:
        return _("%(start)s: %(seats)s. %(why)s") % {**words, "why": failed[0].message}
    return _("%(start)s: %(seats)s") % words


def wish_ended(message: Message) -> Letter | None:
    wish = wish_of(message)
    if wish is None or wish.is_live:
        return None
    words = {"course": wish.course.title}
    if wish.ended_because == Interest.Ending.ARCHIVED:
        why = _("“%(course)s” is not in the catalogue any more, so your wish for it has ended.")
    elif wish.ended_because == Interest.Ending.AUDIENCE:
        why = _("“%(course)s” is not meant for your new position, so your wish for it has ended.")
    else:
        return None
    return Letter(
        title=_("Your wish has ended: %(course)s") % words,
        paragraphs=(hello(message.recipient), why % words, _("The catalogue shows what fits your position.")),
        button=Button(_("Courses for me"), reverse("website:catalogue") + "?mine=1"),
    )


def wish_of(message: Message) -> Interest | None:
    return Interest.objects.select_related("trainee", "course").filter(pk=key_of(message)).first()


def register_kinds() -> None:
    """Called when the app is ready."""
    kinds.register(DATE_OPENED, date_opened, gettext_lazy("dates of a wished course"))
    kinds.register(ENDED, wish_ended, gettext_lazy("wish for a course ended"))
